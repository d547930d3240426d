import { fill } from '../../tensor/engine/copy.ts';
import type { DType } from '../../tensor/engine/dtype.ts';
import type { Kernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineMap, type ElementMap, kernelsOf, type OperandKind, type Operands } from './elementMap.ts';

/** A row of a table of functions of one tensor and up to two plain numbers. */
export interface UnaryRow<N extends string> {
  readonly name: string;
  /** y in WGSL, of `x` and the numbers, for four elements (vec4f) at once. */
  readonly value: string;
  /** dx of `dy`, of the numbers and of what is kept; null where y is constant between its steps. */
  readonly gradient: string | null;
  /** What the gradient reads, and so what the tape holds. */
  readonly keeps: 'x' | 'y' | 'nothing';
  readonly numbers?: readonly N[];
  /** WGSL functions that both expressions may call. */
  readonly functions?: string;
  /** Integers are computed in their own type. Default: floats only. */
  readonly types?: readonly DType[];
}

type Numbers<N extends string> = Readonly<Record<N, number>>;

export interface UnaryOp<N extends string> {
  readonly apply: (x: Tensor, ...numbers: [N] extends [never] ? [] : [Numbers<N>]) => Tensor;
  /** y = value(x), for ops that choose between rows. */
  readonly forward: (x: Tensor, numbers?: Partial<Numbers<N>>) => Tensor;
  /** dx of dy and of the tensor that the row keeps. */
  readonly backward: (dy: Tensor, kept: Tensor | null, numbers?: Partial<Numbers<N>>) => Tensor;
  readonly keeps: 'x' | 'y' | 'nothing';
  readonly kernels: Readonly<Record<string, Kernel>>;
}

const FLOATS: readonly DType[] = ['f32', 'f16'];

/** A differentiable element-wise operation from its row. */
/* @__NO_SIDE_EFFECTS__ */
export function unary<N extends string = never>(row: UnaryRow<N>): UnaryOp<N> {
  const map = valueMap(row);
  const gradient = row.gradient === null ? null : gradientMap(row as GradientRow);
  const forward = (x: Tensor, numbers?: Partial<Numbers<N>>): Tensor => {
    const y = x.derive(x.shape);
    map.run({ x, ...numbers } as never, y);
    return y;
  };
  const backward = (dy: Tensor, kept: Tensor | null, numbers?: Partial<Numbers<N>>): Tensor => {
    if (gradient === null) return zerosLike(dy);
    const dx = dy.derive(dy.shape);
    gradient.run({ dy, [row.keeps]: kept, ...numbers } as never, dx);
    return dx;
  };
  const op = defineOp({
    name: row.name,
    inputs: ['x'],
    dtypes: row.types ?? FLOATS,
    strided: true,
    shape: ([x]: readonly [Shape], _numbers: Numbers<N>) => x,
    forward([x]: readonly [x: Tensor], numbers) {
      const y = forward(x, numbers);
      return { y, saved: { kept: row.keeps === 'nothing' ? null : row.keeps === 'x' ? x : y } };
    },
    backward(dy, { kept }, numbers) {
      return [backward(dy, kept, numbers)];
    },
  });
  return {
    apply: (x, ...numbers) => op([x], (numbers[0] ?? {}) as Numbers<N>),
    forward,
    backward,
    keeps: row.keeps,
    kernels: gradient ? kernelsOf(map, gradient) : kernelsOf(map),
  };
}

/** The row applied to a host array in float64, given the function. */
export function unaryReference(f: (x: number) => number): (inputs: readonly [Nd]) => Nd {
  return ([x]) => nd(x.shape, (i) => f(x.data[i]!));
}

/* @__NO_SIDE_EFFECTS__ */
function valueMap<N extends string>(row: UnaryRow<N>): ElementMap<Operands> {
  return defineMap({
    name: `${row.name}.map`,
    operands: { x: 'T', ...numbersOf(row) } as Operands,
    value: row.value,
    functions: row.functions ?? '',
    arithmetic: row.types ? 'T' : 'f32',
    types: row.types ?? FLOATS,
  });
}

type GradientRow = UnaryRow<string> & { readonly gradient: string };

/* @__NO_SIDE_EFFECTS__ */
function gradientMap(row: GradientRow): ElementMap<Operands> {
  const kept: Operands = row.keeps === 'nothing' ? {} : { [row.keeps]: 'T' };
  return defineMap({
    name: `${row.name}.gradInput`,
    operands: { dy: 'T', ...kept, ...numbersOf(row) } as Operands,
    value: row.gradient,
    functions: row.functions ?? '',
    types: FLOATS,
  });
}

function numbersOf({ numbers = [] }: { numbers?: readonly string[] }): Record<string, OperandKind> {
  return Object.fromEntries(numbers.map((name) => [name, 'number'] as const));
}

/** Zeros in the shape of `x`: one element, repeated. */
function zerosLike(x: Tensor): Tensor {
  const zero = x.derive([]);
  fill(zero, 0);
  return zero.view(
    x.shape,
    x.shape.map(() => 0),
  );
}
