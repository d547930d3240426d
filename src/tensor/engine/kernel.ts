import type { Tensor } from '../tensor.ts';
import type { Device } from './device/device.ts';
import { bytesOf, type DType } from './dtype.ts';
import { DeviceError, DTypeError, KernelError } from './errors.ts';
import { type BufferType, elementType, header, isOptional, isRaw, isStrided } from './header.ts';
import { type Layout, type ParamLayout, type ParamType, type ParamValue, paramLayout } from './params.ts';
import type { PipelineSource } from './pipeline.ts';
import type { PooledBuffer } from './storage.ts';

export type { BufferType } from './header.ts';
export type { ParamType } from './params.ts';

/** Values of a constant: a list, each of which is compiled in the tests, or any number with the ones to test. */
export type ConstantSpec = readonly (number | boolean | string)[] | { readonly tested: readonly number[] };

type ConstantValue<C extends ConstantSpec> = C extends readonly (infer V)[] ? V : number;
type Buffers<B extends Readonly<Record<string, BufferType>>> = {
  readonly [K in keyof B]: B[K] extends `${string}?` ? Tensor | null : Tensor;
};
type Params<P extends Readonly<Record<string, ParamType>>> = { readonly [K in keyof P]: ParamValue<P[K]> };
type Constants<C extends Readonly<Record<string, ConstantSpec>>> = { readonly [K in keyof C]: ConstantValue<C[K]> };
/** The third argument may be left out when the kernel has no parameters, the fourth when it has no constants. */
type Rest<
  P extends Readonly<Record<string, ParamType>>,
  C extends Readonly<Record<string, ConstantSpec>>,
> = keyof C extends never
  ? keyof P extends never
    ? [params?: Params<P>]
    : [params: Params<P>]
  : [params: Params<P>, constants: Constants<C>];

/** Workgroups to launch: a count, spread over two axes where it passes 65,535, or the axes themselves. */
export type Grid = number | readonly [number, number] | readonly [number, number, number];

export interface KernelSpec<
  R extends Readonly<Record<string, BufferType>>,
  W extends Readonly<Record<string, BufferType>>,
  P extends Readonly<Record<string, ParamType>>,
  C extends Readonly<Record<string, ConstantSpec>>,
> {
  /** `<op>.<step>`: the label in profiles and errors. */
  readonly name: string;
  /** Buffers that are read. A trailing `?` makes one optional: the body tests `HAS_<NAME>`. */
  readonly read: R;
  /** Buffers that are written, or updated in place. */
  readonly write: W;
  readonly params?: P;
  /** What varies per pipeline. One named `T` is the element type behind buffers of type 'T'. */
  readonly constants?: C;
  /** Invocations per workgroup: the body's WORKGROUP (and WORKGROUP_X, _Y, _Z where axes are given). */
  readonly workgroup:
    | number
    | readonly [number, number, number]
    | ((constants: Constants<C>) => number | readonly [number, number, number]);
  readonly grid: (params: Params<P>, constants: Constants<C>) => Grid;
  /** Functions that vary between kernels sharing one body, such as a row of an op table. */
  readonly functions?: string;
  /** Plain WGSL with one entry point `main`. Nothing is interpolated into it. */
  readonly wgsl: string;
}

export interface Kernel<
  R extends Readonly<Record<string, BufferType>> = Readonly<Record<string, BufferType>>,
  W extends Readonly<Record<string, BufferType>> = Readonly<Record<string, BufferType>>,
  P extends Readonly<Record<string, ParamType>> = Readonly<Record<string, ParamType>>,
  C extends Readonly<Record<string, ConstantSpec>> = Readonly<Record<string, ConstantSpec>>,
> {
  (read: Buffers<R>, write: Buffers<W>, ...rest: Rest<P, C>): void;
  readonly kernelName: string;
  readonly spec: KernelSpec<R, W, P, C>;
  /** Every source this kernel can become, for the test that compiles them all. */
  sources(): PipelineSource[];
}

const MAX_STORAGE_BUFFERS = 8; // maxStorageBuffersPerShaderStage on every device
const MAX_GROUPS = 65_535; // maxComputeWorkgroupsPerDimension on every device
const ROW_OF_GROUPS = 32_768; // keep in step with linearGroup() in header.ts

/**
 * Makes a kernel from a typed spec and a plain WGSL body. The header with
 * bindings, `struct Params`, constants and aliases is generated; buffers and
 * parameters are checked by the compiler at each call.
 *
 * Throws KernelError at once when the spec binds more than 8 buffers.
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineKernel<
  const R extends Readonly<Record<string, BufferType>>,
  const W extends Readonly<Record<string, BufferType>>,
  const P extends Readonly<Record<string, ParamType>> = Readonly<Record<never, ParamType>>,
  const C extends Readonly<Record<string, ConstantSpec>> = Readonly<Record<never, ConstantSpec>>,
>(spec: KernelSpec<R, W, P, C>): Kernel<R, W, P, C> {
  const build = new KernelBuild(spec as unknown as AnySpec);
  const kernel = (
    read: Values<Tensor | null>,
    write: Values<Tensor | null>,
    params?: Values<unknown>,
    constants?: Values<unknown>,
  ) => launch(build, read, write, params ?? NONE, constants ?? NONE);
  return Object.assign(kernel, {
    kernelName: spec.name,
    spec,
    sources: () => build.allSources(),
  }) as unknown as Kernel<R, W, P, C>;
}

type Values<T> = Readonly<Record<string, T>>;
type AnySpec = KernelSpec<Values<BufferType>, Values<BufferType>, Values<ParamType>, Values<ConstantSpec>>;
const NONE: Values<never> = {};

interface Binding {
  readonly name: string;
  readonly type: BufferType;
  readonly write: boolean;
}

/** One set of constants and present optional buffers: a source, and how to call it. */
interface Variant {
  readonly source: PipelineSource;
  readonly bound: readonly Binding[];
}

class KernelBuild {
  readonly bindings: readonly Binding[];
  readonly optional: readonly string[];
  readonly views: readonly string[];
  readonly layout: ParamLayout;
  readonly #constantNames: readonly string[];
  readonly #variants = new Map<string, Variant>();

  constructor(readonly spec: AnySpec) {
    this.bindings = [
      ...Object.entries(spec.read).map(([name, type]) => ({ name, type, write: false })),
      ...Object.entries(spec.write).map(([name, type]) => ({ name, type, write: true })),
    ];
    if (this.bindings.length > MAX_STORAGE_BUFFERS) {
      throw new KernelError(
        `${spec.name}: a kernel may bind at most ${MAX_STORAGE_BUFFERS} buffers on every device, got ${this.bindings.length}: pack some together`,
      );
    }
    this.optional = this.bindings.filter(({ type }) => isOptional(type)).map(({ name }) => name);
    this.views = this.bindings.filter(({ type }) => isStrided(type)).map(({ name }) => name);
    this.layout = paramLayout(spec.params ?? {}, this.views);
    this.#constantNames = Object.keys(spec.constants ?? {});
  }

  variant(constants: Values<unknown>, tensors: Values<Tensor | null>): Variant {
    let key = '';
    for (const name of this.#constantNames) key += `${String(constants[name])},`;
    for (const name of this.optional) key += tensors[name] ? '1' : '0';
    const cached = this.#variants.get(key);
    if (cached) return cached;
    const present = new Set(this.optional.filter((name) => tensors[name]));
    const variant = this.#make(constants, present);
    this.#variants.set(key, variant);
    return variant;
  }

  #make(constants: Values<unknown>, present: ReadonlySet<string>): Variant {
    const { spec } = this;
    const bound = this.bindings.filter(({ name, type }) => !isOptional(type) || present.has(name));
    const workgroup = typeof spec.workgroup === 'function' ? spec.workgroup(constants as never) : spec.workgroup;
    const code = header({
      ...spec,
      workgroup,
      constants,
      present,
      bindings: this.bindings,
      layout: this.layout,
      views: this.views,
    });
    const source: PipelineSource = {
      label: spec.name,
      code: `${code}\n${spec.functions ?? ''}\n${spec.wgsl}`,
      bindings: [
        ...bound.map(({ write }) => (write ? ('storage' as const) : ('read-only-storage' as const))),
        ...(this.layout.bytes > 0 ? ['uniform' as const] : []),
      ],
    };
    return { source, bound };
  }

  allSources(): PipelineSource[] {
    let combinations: Record<string, unknown>[] = [{}];
    for (const [name, spec] of Object.entries(this.spec.constants ?? {})) {
      const values = 'tested' in spec ? spec.tested : spec;
      combinations = combinations.flatMap((made) => values.map((value) => ({ ...made, [name]: value })));
    }
    const presences: ReadonlySet<string>[] = [new Set<string>(), new Set(this.optional)];
    for (const name of this.optional) presences.push(new Set([name]));
    const sources = combinations.flatMap((constants) =>
      presences.map((present) => this.#make(constants, present).source),
    );
    return [...new Map(sources.map((source) => [source.code, source])).values()];
  }
}

function launch(
  build: KernelBuild,
  read: Values<Tensor | null>,
  write: Values<Tensor | null>,
  params: Values<unknown>,
  constants: Values<unknown>,
): void {
  const { spec, layout } = build;
  const tensors = { ...read, ...write };
  const grid = spec.grid(params as never, constants as never);
  const [x, y, z] = spread(grid);
  if (x === 0 || y === 0 || z === 0) return;
  const { source, bound } = build.variant(constants, tensors);
  const device = tensors[bound[0]!.name]!.device;
  if (device.dryRun) {
    device.dryRun.add(source);
    return;
  }
  if (x > MAX_GROUPS || y > MAX_GROUPS || z > MAX_GROUPS) {
    throw new KernelError(
      `internal: ${spec.name} launches ${x} x ${y} x ${z} workgroups; let grid return one number to spread them`,
    );
  }
  const pipeline = device.pipelines.get(source);
  const buffers: BoundBuffer[] = [];
  let key = '';
  for (const binding of bound) {
    const buffer = bind(spec.name, binding, tensors[binding.name]!, device, constants);
    buffers.push(buffer);
    key += buffer.at === 0 ? `${buffer.buffer.id},` : `${buffer.buffer.id}+${buffer.at},`;
  }
  const entries = (uniform: GPUBuffer) => entriesOf(buffers, uniform, layout.bytes);
  const bindGroup = device.pipelines.bindGroup(pipeline, key, () => entries(device.recorder.arena));
  const packed = layout.bytes > 0 ? layout.pack(params, viewsOf(build.views, tensors)) : null;
  device.recorder.dispatch({ pipeline, bindGroup, key, buffers: entries, params: packed, x, y, z });
}

function spread(grid: Grid): [number, number, number] {
  if (typeof grid !== 'number') return [grid[0], grid[1], grid[2] ?? 1];
  return grid <= MAX_GROUPS ? [grid, 1, 1] : [ROW_OF_GROUPS, Math.ceil(grid / ROW_OF_GROUPS), 1];
}

interface BoundBuffer {
  readonly buffer: PooledBuffer;
  /** Byte offset of the binding. */
  readonly at: number;
}

function bind(
  kernel: string,
  { name, type }: Binding,
  tensor: Tensor,
  device: Device,
  constants: Values<unknown>,
): BoundBuffer {
  tensor.assertAlive(kernel);
  if (tensor.device !== device)
    throw new DeviceError(`${kernel}: ${name} is on another device than the other arguments`);
  const expected = elementType(type, constants);
  if (expected !== null && tensor.dtype !== expected) {
    throw new DTypeError(`${kernel}: ${name} must be ${expected}, got ${tensor.dtype}: cast it first`);
  }
  if (isStrided(type) || isRaw(type)) return { buffer: tensor.storage.use(), at: 0 };
  const at = tensor.offset * bytesOf(tensor.dtype as DType);
  if (!tensor.isDense || at % 256 !== 0) {
    throw new KernelError(
      `internal: ${kernel} reads ${name} densely, but it is a view: take dense(${name}) or declare it 'strided'`,
    );
  }
  return { buffer: tensor.storage.use(), at };
}

function entriesOf(buffers: readonly BoundBuffer[], uniform: GPUBuffer, paramBytes: number): GPUBindGroupEntry[] {
  const entries: GPUBindGroupEntry[] = buffers.map(({ buffer, at }, binding) => ({
    binding,
    resource: { buffer: buffer.gpu, offset: at },
  }));
  if (paramBytes > 0) {
    entries.push({ binding: entries.length, resource: { buffer: uniform, size: paramBytes } });
  }
  return entries;
}

function viewsOf(names: readonly string[], tensors: Values<Tensor | null>): Values<Layout> {
  const views: Record<string, Layout> = {};
  for (const name of names) views[name] = tensors[name] ?? EMPTY_VIEW;
  return views;
}

const EMPTY_VIEW: Layout = { shape: [], strides: [], offset: 0 };
