import type { Device } from '../../tensor/engine/device/device.ts';
import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import type { DType } from '../../tensor/engine/dtype.ts';
import { defineKernel, type Kernel } from '../../tensor/engine/kernel.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  allDense,
  FLAT,
  type JointLayout,
  jointLayout,
  MAX_AXES,
  packedTo,
  splatsOf,
  takesWholeQuads,
} from './jointLayout.ts';
import { type MapKernels, mapKernels } from './mapKernels.ts';
import { type RunKernels, runKernels } from './runKernels.ts';

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
  /** The same in runs along the innermost axis. */
  readonly quadRuns: Kernel;
  readonly elementRuns: Kernel;
}

/** Makes both kernels of an element-wise expression, and the choice between them. */
/* @__NO_SIDE_EFFECTS__ */
export function defineMap<const O extends Operands>(spec: MapSpec<O>): ElementMap<O> {
  const names = Object.keys(spec.operands);
  const inputs = names.filter((name) => spec.operands[name] !== 'number');
  const numbers = names.filter((name) => spec.operands[name] === 'number');
  const kernels = { ...mapKernels(spec, inputs), ...runKernels(spec, inputs) };
  const typesOf = typeReader(spec);
  const op = spec.name.split('.')[0]!;
  const run = (args: Arguments<O>, y: Tensor): void => {
    if (y.size === 0) return;
    const given = args as Given;
    const tensors = [y];
    for (const name of inputs) tensors.push(given[name] as Tensor);
    const types = typesOf(given, y);
    const values = numbers.map((name) => checkedNumber(op, given[name] as number, types.T));
    launch(kernels, tensors, values, types);
  };
  return { run, ...kernels } as unknown as ElementMap<O>;
}

/** Kernels by name, for a row to export: a test compiles every one. */
export function kernelsOf(...maps: readonly Pick<ElementMap<Operands>, (typeof WAYS)[number]>[]) {
  return Object.fromEntries(maps.flatMap((map) => WAYS.map((way) => [map[way].kernelName, map[way]])));
}

const WAYS = ['quads', 'elements', 'quadRuns', 'elementRuns'] as const;

interface Types {
  readonly T: DType;
  readonly S: DType;
}

type Given = Readonly<Record<string, Tensor | number>>;

/** What T and S are in a call: the types of the result and of an operand of that kind. */
function typeReader({ operands, result = 'T' }: MapSpec<Operands>): (args: Given, y: Tensor) => Types {
  const first = (kind: OperandKind) => Object.keys(operands).find((name) => operands[name] === kind);
  const [t, s] = [result === 'T' ? undefined : first('T'), result === 'S' ? undefined : first('S')];
  const typeOf = (args: Given, name: string | undefined, other: DType) =>
    name === undefined ? other : (args[name] as Tensor).dtype;
  return (args, y) =>
    result === 'T' ? { T: y.dtype, S: typeOf(args, s, 'bool') } : { T: typeOf(args, t, 'f32'), S: y.dtype };
}

function checkedNumber(op: string, value: number, type: DType): number {
  if (typeof value !== 'number') throw new TypeError(`${op}: a number is needed, got ${typeof value}`);
  if (type !== 'f32' && type !== 'f16' && !Number.isInteger(value)) {
    throw new RangeError(`${op}: ${value} is no ${type}: cast the tensor to f32 first`);
  }
  return value;
}

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
/** Steps that are worth a workgroup of `runs`, and those of one segment where rows are walked in stripes. */
const STEPS = 4096;
const STRIPE = 64;
/** Elements of a cache line. */
const LINE = 16;
const ONES = [1, 1, 1, 1];
const NONE: readonly number[] = [];

type Kernels = MapKernels & RunKernels;

/** `tensors`: the result, then the inputs. */
function launch(kernels: Kernels, tensors: readonly Tensor[], numbers: readonly number[], types: Types): void {
  const [y, a, b, c] = tensors as readonly [Tensor, Tensor, Tensor, Tensor];
  const layout = allDense(tensors) ? FLAT : jointLayout(y.shape, tensors);
  const { axes, extents, strides } = layout;
  const whole = takesWholeQuads(y);
  const SPLATS = whole ? splatsOf(layout, tensors) : undefined;
  if (SPLATS === undefined && !(whole && y.isDense)) {
    launchPacked(kernels, tensors, numbers, types);
    return;
  }
  if (axes > MAX_AXES) {
    launchOnCopies(kernels, tensors, numbers, types);
    return;
  }
  const choice = choiceFor(y.device);
  const quads = Math.ceil(y.size / 4);
  const params = {
    quads,
    offsets: tensors.map(({ offset }) => offset),
    extents: axes === 1 ? ONES : extents,
    stride0: strides[0]!,
    stride1: strides[1] ?? NONE,
    stride2: strides[2] ?? NONE,
    stride3: strides[3] ?? NONE,
    numbers,
    integers: numbers.length === 0 ? NONE : numbers.map(Math.trunc),
  };
  const constants = { T: types.T, S: types.S, AXES: axes, SPLATS: SPLATS ?? 0 };
  if (choice === 'runs') {
    const kernel = SPLATS === undefined ? kernels.elementRuns : kernels.quadRuns;
    const sizes = runsOf(layout, y.size, SPLATS !== undefined);
    kernel({ a, b, c }, { y }, { ...params, ...sizes }, { ...constants, ...neighborsOf(layout, SPLATS) } as never);
    return;
  }
  const [GROUP, QUADS] = GROUPS[choice];
  const kernel = SPLATS === undefined ? kernels.elements : kernels.quads;
  kernel({ a, b, c }, { y }, params, { ...constants, GROUP, QUADS } as never);
}

function choiceFor(device: Device): (typeof CANDIDATES)[number] | 'runs' {
  const of = classOf(device);
  if (of === 'softgpu') return choose(device, 'elementwise/map', [...CANDIDATES, 'runs'], 'runs');
  // On a processor an invocation costs more than the work on four elements; on a GPU lanes side by side are the point.
  return choose(device, 'elementwise/map', CANDIDATES, of === 'gpu' ? '256x1' : '64x8');
}

/** How `runs` cuts the result: into stretches of rows, and where an operand lies across, into stripes. */
function runsOf({ axes, extents, strides }: JointLayout, size: number, inQuads: boolean) {
  const width = axes === 1 ? size : extents[0]!;
  const length = inQuads ? Math.ceil(width / 4) : width;
  const rows = axes === 1 ? 1 : size / width;
  // The rows next to each other of an operand share its cache lines: a stripe reads one before it goes on.
  const across = axes > 1 && strides[0]!.some((step, i) => step >= LINE && strides[1]![i]! < LINE);
  const segment = across ? STRIPE : Math.min(length, STEPS);
  const rowsPerGroup = Math.min(rows, Math.max(Math.floor(STEPS / segment), 1));
  return { rows, length, segment, rowsPerGroup };
}

/** Constants of `elementRuns`: which operands step by 0 and by 1 along the innermost axis, a bit each. */
function neighborsOf({ strides: [inner] }: JointLayout, splats: number | undefined) {
  if (splats !== undefined) return {};
  const bits = (wanted: number) => inner!.slice(1).reduce((all, step, i) => all | (step === wanted ? 1 << i : 0), 0);
  return { SPLATS: bits(0), NEIGHBORS: bits(1) };
}

/** Into a view that whole vectors do not fit: by way of a dense result. */
function launchPacked(kernels: Kernels, [y, ...inputs]: readonly Tensor[], numbers: readonly number[], types: Types) {
  const packed = y!.derive(y!.shape);
  launch(kernels, [packed, ...inputs], numbers, types);
  scatter({ x: packed }, { y: y! }, { size: packed.size }, { T: packed.dtype });
  packed.dispose();
}

/** Of more axes than the kernels walk: on copies of the inputs. */
function launchOnCopies(kernels: Kernels, [y, ...inputs]: readonly Tensor[], numbers: readonly number[], types: Types) {
  const copies = inputs.map((input) => packedTo(input, y!.shape));
  launch(kernels, [y!, ...copies], numbers, types);
  for (const copy of copies) copy.dispose();
}
