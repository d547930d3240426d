import type { DType } from '../../tensor/engine/dtype.ts';
import { defineKernel, type Kernel } from '../../tensor/engine/kernel.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  allDense,
  type JointLayout,
  jointLayout,
  MAX_AXES,
  packedTo,
  splatsOf,
  takesWholeQuads,
} from './jointLayout.ts';
import { type MapKernels, mapKernels } from './mapKernels.ts';

/** `T`, `S`: a tensor of that element type, up to three of them. `number`: a plain number, up to two. */
export type OperandKind = 'T' | 'S' | 'number';
export type Operands = Readonly<Record<string, OperandKind>>;
export type Arguments<O extends Operands> = { readonly [K in keyof O]: O[K] extends 'number' ? number : Tensor };

export interface MapSpec<O extends Operands> {
  /** `<op>.<step>`. */
  readonly name: string;
  /** Kind of each operand, by its name in `value`. */
  readonly operands: O;
  /** WGSL for four elements at once: operands are `vec4f`, or `vec4<T>` with arithmetic 'T'; those of kind S `vec4<S>`. */
  readonly value: string;
  /** Functions that `value` calls. */
  readonly functions?: string;
  /** f32 widens half floats and rounds once at the end. T is for integers, and where rounding once is the same anyway. */
  readonly arithmetic?: 'f32' | 'T';
  /** Element type of the result; 'S' for the bool of a comparison. */
  readonly result?: 'T' | 'S';
  /** What T may be. Default f32 and f16. */
  readonly types?: readonly DType[];
  /** What S may be. Default bool. */
  readonly otherTypes?: readonly DType[];
}

/** The same expression for every element of up to three tensors that broadcast to the shape of the result. */
export interface ElementMap<O extends Operands> {
  /** Writes every element of `y`, which no operand shares memory with. */
  readonly run: (args: Arguments<O>, y: Tensor) => void;
  /** Reads and writes vec4: dense tensors, and broadcasting where an innermost axis is a multiple of four. */
  readonly quads: Kernel;
  /** Gathers four elements from anywhere. */
  readonly elements: Kernel;
}

/** Makes both kernels of an element-wise expression, and the choice between them. */
/* @__NO_SIDE_EFFECTS__ */
export function defineMap<const O extends Operands>(spec: MapSpec<O>): ElementMap<O> {
  const names = Object.keys(spec.operands);
  const tensors = names.filter((name) => spec.operands[name] !== 'number');
  const numbers = names.filter((name) => spec.operands[name] === 'number');
  const kernels = mapKernels(spec, tensors);
  const op = spec.name.split('.')[0]!;
  const run = (args: Arguments<O>, y: Tensor): void => {
    if (y.size === 0) return;
    const given = args as Readonly<Record<string, Tensor | number>>;
    const types = typesOf(spec, given, y);
    const params = numbers.map((name) => checkedNumber(op, given[name] as number, types.T));
    launch(
      kernels,
      tensors.map((name) => given[name] as Tensor),
      y,
      params,
      types,
    );
  };
  return { run, quads: kernels.quads, elements: kernels.elements } as unknown as ElementMap<O>;
}

interface Types {
  readonly T: DType;
  readonly S: DType;
}

function typesOf(spec: MapSpec<Operands>, args: Readonly<Record<string, Tensor | number>>, y: Tensor): Types {
  let T = spec.result === 'S' ? undefined : y.dtype;
  let S = spec.result === 'S' ? y.dtype : undefined;
  for (const [name, kind] of Object.entries(spec.operands)) {
    if (kind === 'T') T ??= (args[name] as Tensor).dtype;
    if (kind === 'S') S ??= (args[name] as Tensor).dtype;
  }
  return { T: T ?? 'f32', S: S ?? 'bool' };
}

function checkedNumber(op: string, value: number, type: DType): number {
  if (typeof value !== 'number') throw new TypeError(`${op}: a number is needed, got ${typeof value}`);
  if (type !== 'f32' && type !== 'f16' && !Number.isInteger(value)) {
    throw new RangeError(`${op}: ${value} is no ${type}: cast the tensor to f32 first`);
  }
  return value;
}

const NONE = [0, 0, 0, 0];
const BUFFERS = ['a', 'b', 'c'];
/** A dense tensor into a view that vectors of four do not fit. */
export const scatter = /* @__PURE__ */ defineKernel({
  name: 'elementwise.scatter',
  read: { x: 'T' },
  write: { y: 'strided T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[viewIndex(params.y, i)] = x[i];
  }
}`,
});

const GROUPS = { '64x1': [64, 1], '64x8': [64, 8], '256x1': [256, 1], '256x4': [256, 4] } as const;
const CANDIDATES = ['64x1', '64x8', '256x1', '256x4'] as const;

function launch(
  kernels: MapKernels,
  inputs: readonly Tensor[],
  y: Tensor,
  numbers: readonly number[],
  types: Types,
): void {
  const all = [...inputs, y];
  const layout = allDense(y.size, all) ? flat(all.length) : jointLayout(y.shape, all);
  const SPLATS = takesWholeQuads(y) ? splatsOf(layout, all) : undefined;
  if (SPLATS === undefined && !(y.isDense && takesWholeQuads(y))) {
    const packed = y.derive(y.shape);
    launch(kernels, inputs, packed, numbers, types);
    scatter({ x: packed }, { y }, { size: y.size }, { T: y.dtype });
    packed.dispose();
    return;
  }
  if (layout.axes > MAX_AXES) {
    const packed = inputs.map((input) => packedTo(input, y.shape));
    launch(kernels, packed, y, numbers, types);
    for (const copy of packed) copy.dispose();
    return;
  }
  // On a processor an invocation costs more than the work on four elements; on a GPU lanes side by side are the point.
  const choice = choose(y.device, 'elementwise/map', CANDIDATES, y.device.kind === 'cpu' ? '64x8' : '256x1');
  const [GROUP, QUADS] = GROUPS[choice];
  const params = {
    quads: Math.ceil(y.size / 4),
    ...packedLayout(layout, inputs, y),
    numbers: [numbers[0] ?? 0, numbers[1] ?? 0],
    integers: [Math.trunc(numbers[0] ?? 0), Math.trunc(numbers[1] ?? 0)],
  };
  const read: Record<string, Tensor> = {};
  for (let i = 0; i < inputs.length; i++) read[BUFFERS[i]!] = inputs[i]!;
  const constants = { ...types, AXES: layout.axes, GROUP, QUADS };
  if (SPLATS !== undefined) kernels.quads(read, { y }, params, { ...constants, SPLATS });
  else kernels.elements(read, { y }, params, constants);
}

function flat(tensors: number): JointLayout {
  return { axes: 1, extents: [1], strides: [new Array<number>(tensors).fill(1)] };
}

/** Per axis a vec4u with the strides of a, b, c and of the result. */
function packedLayout({ extents, strides }: JointLayout, inputs: readonly Tensor[], y: Tensor) {
  const count = inputs.length;
  const four = (values: readonly number[] | undefined): number[] =>
    values ? [...values.slice(0, count), ...NONE.slice(count, 3), values[count]!] : NONE;
  return {
    extents: [0, 1, 2, 3].map((d) => extents[d] ?? 1),
    offsets: four([...inputs.map(({ offset }) => offset), y.offset]),
    stride0: four(strides[0]),
    stride1: four(strides[1]),
    stride2: four(strides[2]),
    stride3: four(strides[3]),
  };
}
