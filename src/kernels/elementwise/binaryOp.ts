import type { DType } from '../../tensor/engine/dtype.ts';
import type { Kernel } from '../../tensor/engine/kernel.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { broadcastShapes, type Shape, sameShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { defineMap, type ElementMap, kernelsOf, type MapSpec, type Operands } from './elementMap.ts';

/** A tensor, or a plain number that reaches the kernel as a parameter. */
export type Operand = Tensor | number;

/** A row of a table of functions of two tensors that broadcast. */
export interface BinaryRow {
  readonly name: string;
  /** y in WGSL, of `a` and `b`, for four elements at once. */
  readonly value: string;
  /** Gradients of a and b, of `dy`, `a` and `b`; what they do not mention the tape does not hold. */
  readonly da: string;
  readonly db: string;
  /** WGSL functions that the expressions may call. */
  readonly functions?: string;
  /** 'T' where rounding in f16 is the same as rounding an f32 result, and for integers. Default f32. */
  readonly arithmetic?: 'f32' | 'T';
  /** Default f32 and f16. */
  readonly types?: readonly DType[];
}

export type BinaryOp = { readonly apply: (a: Operand, b: Operand) => Tensor } & Readonly<Record<string, Kernel>>;

const FLOATS: readonly DType[] = ['f32', 'f16'];

/** A differentiable element-wise operation of two tensors, or of a tensor and a number, from its row. */
/* @__NO_SIDE_EFFECTS__ */
export function binary(row: BinaryRow): BinaryOp {
  const values = operandMaps(`${row.name}.map`, row);
  const reads = {
    da: { a: mentions(row.da, 'a'), b: mentions(row.da, 'b') },
    db: { a: mentions(row.db, 'a'), b: mentions(row.db, 'b') },
  };
  const gradients = { a: gradientMaps(row, 'a', row.da), b: gradientMaps(row, 'b', row.db) };
  const op = defineOp({
    name: row.name,
    inputs: ['a', 'b'],
    dtypes: row.types ?? FLOATS,
    strided: true,
    shape: ([a, b]: readonly [Shape | null, Shape | null], _: { number: number }) => broadcast(row.name, a, b),
    forward([a, b]: readonly [a: Tensor | null, b: Tensor | null], { number }) {
      const y = (a ?? b!).derive(broadcast(row.name, a?.shape ?? null, b?.shape ?? null));
      runOperands(values, a ?? number, b ?? number, y);
      const [da, db] = [a?.requiresGrad ?? false, b?.requiresGrad ?? false];
      const keepsA = (da && reads.da.a) || (db && reads.db.a);
      const keepsB = (da && reads.da.b) || (db && reads.db.b);
      const saved = { a: keepsA ? a : null, b: keepsB ? b : null, aShape: a?.shape ?? [], bShape: b?.shape ?? [] };
      return { y, saved };
    },
    backward(dy, { a, b, aShape, bShape }, { number }, [needsA, needsB]) {
      const args = { dy, a: a ?? number, b: b ?? number };
      return [needsA ? sumTo(gradients.a(args), aShape) : null, needsB ? sumTo(gradients.b(args), bShape) : null];
    },
  });
  const apply = (a: Operand, b: Operand): Tensor => applyOperands(row.name, op, a, b);
  return { apply, ...values.kernels, ...gradients.a.kernels, ...gradients.b.kernels } as unknown as BinaryOp;
}

/** Calls an op of two inputs, one of which may be a number. */
export function applyOperands(
  name: string,
  op: (inputs: readonly [Tensor | null, Tensor | null], attrs: { number: number }) => Tensor,
  a: Operand,
  b: Operand,
): Tensor {
  if (typeof a === 'number') {
    if (typeof b === 'number') throw new TypeError(`${name}: at least one operand must be a Tensor, got two numbers`);
    return op([null, b], { number: a });
  }
  return typeof b === 'number' ? op([a, null], { number: b }) : op([a, b], { number: 0 });
}

export function broadcast(name: string, a: Shape | null, b: Shape | null): Shape {
  if (a === null || b === null) return a ?? b!;
  return sameShape(a, b) ? a : broadcastShapes(name, a, b);
}

type Pair = ElementMap<Operands>;

/** An expression of `a` and `b` for two tensors, and for a number on either side. */
export interface OperandMaps {
  readonly both: Pair;
  readonly right: Pair;
  readonly left: Pair;
  readonly kernels: Readonly<Record<string, Kernel>>;
}

/* @__NO_SIDE_EFFECTS__ */
export function operandMaps(name: string, spec: Omit<MapSpec<Operands>, 'name' | 'operands'>): OperandMaps {
  const both = defineMap({ ...spec, name, operands: { a: 'T', b: 'T' } as Operands });
  const right = defineMap({ ...spec, name: `${name}RightNumber`, operands: { a: 'T', b: 'number' } as Operands });
  const left = defineMap({ ...spec, name: `${name}LeftNumber`, operands: { a: 'number', b: 'T' } as Operands });
  return { both, right, left, kernels: kernelsOf(both, right, left) };
}

export function runOperands({ both, right, left }: OperandMaps, a: Operand, b: Operand, y: Tensor): void {
  const map = typeof a === 'number' ? left : typeof b === 'number' ? right : both;
  map.run({ a, b } as never, y);
}

type GradientArgs = Readonly<{ dy: Tensor; a: Operand; b: Operand }>;
type Gradient = ((args: GradientArgs) => Tensor) & { readonly kernels: Readonly<Record<string, Kernel>> };

/** The gradient of one operand, which is a tensor, while the other may be a number. */
/* @__NO_SIDE_EFFECTS__ */
function gradientMaps(row: BinaryRow, of: 'a' | 'b', value: string): Gradient {
  if (value === 'dy') return Object.assign(({ dy }: GradientArgs) => dy, { kernels: {} });
  const other = of === 'a' ? 'b' : 'a';
  const tensors = { dy: 'T', ...(mentions(value, of) && { [of]: 'T' }) } as Operands;
  const spec = { functions: row.functions ?? '', value, name: `${row.name}.grad${of.toUpperCase()}`, types: FLOATS };
  const plain = defineMap({ ...spec, operands: mentions(value, other) ? { ...tensors, [other]: 'T' } : tensors });
  const numbered = mentions(value, other)
    ? defineMap({ ...spec, name: `${spec.name}Number`, operands: { ...tensors, [other]: 'number' } })
    : plain;
  const gradient = (args: GradientArgs): Tensor => {
    const { dy } = args;
    const out = dy.derive(dy.shape);
    (typeof args[other] === 'number' ? numbered : plain).run(args as never, out);
    return out;
  };
  return Object.assign(gradient, { kernels: kernelsOf(plain, numbered) });
}

function mentions(expression: string, name: 'a' | 'b'): boolean {
  return new RegExp(`\\b${name}\\b`).test(expression);
}

/** A function of two numbers over host arrays that broadcast, in float64. */
export function binaryReference(f: (a: number, b: number) => number): (inputs: readonly Nd[]) => Nd {
  return ([a, b]) =>
    nd(broadcastShapes('reference', a!.shape, b!.shape), (_, at) =>
      f(a!.data[indexOf(a!.shape, at)]!, b!.data[indexOf(b!.shape, at)]!),
    );
}
