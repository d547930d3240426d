import type { Tensor } from '../tensor.ts';
import type { Device } from './device/device.ts';
import { bytesOf, type DType } from './dtype.ts';
import { DeviceError, DTypeError, KernelError } from './errors.ts';
import { type BufferType, elementType, header, isOptional, isRaw, isStrided } from './header.ts';
import { type ParamLayout, type ParamType, type ParamValue, paramLayout } from './params.ts';
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
  ) => launch(build, { read, write }, params ?? NONE, constants ?? NONE);
  return Object.assign(kernel, {
    kernelName: spec.name,
    spec,
    sources: () => build.allSources(),
  }) as unknown as Kernel<R, W, P, C>;
}

type Values<T> = Readonly<Record<string, T>>;
type AnySpec = KernelSpec<Values<BufferType>, Values<BufferType>, Values<ParamType>, Values<ConstantSpec>>;
const NONE: Values<never> = {};
const NO_VIEWS: [] = [];

interface Binding {
  readonly name: string;
  readonly type: BufferType;
  readonly write: boolean;
  readonly optional: boolean;
  /** Whether the kernel reads any view, and so needs no dense buffer. */
  readonly anyView: boolean;
}

/** A binding of a variant. */
interface Bound extends Binding {
  /** The dtype the tensor must have. */
  readonly expected: DType | null;
}

/** One set of constants and present optional buffers: a source, and how to call it. */
interface Variant {
  readonly source: PipelineSource;
  readonly bound: readonly Bound[];
  /** In the order of the spec. */
  readonly constants: readonly unknown[];
  /** In the order of the optional bindings. */
  readonly present: readonly boolean[];
}

class KernelBuild {
  readonly bindings: readonly Binding[];
  readonly optional: readonly Binding[];
  /** Those that a kernel reads through their strides. */
  readonly views: readonly Binding[];
  readonly layout: ParamLayout;
  readonly #constantNames: readonly string[];
  readonly #variants: Variant[] = [];

  constructor(readonly spec: AnySpec) {
    const binding =
      (write: boolean) =>
      ([name, type]: [string, BufferType]) => ({
        name,
        type,
        write,
        optional: isOptional(type),
        anyView: isStrided(type) || isRaw(type),
      });
    this.bindings = [
      ...Object.entries(spec.read).map(binding(false)),
      ...Object.entries(spec.write).map(binding(true)),
    ];
    if (this.bindings.length > MAX_STORAGE_BUFFERS) {
      throw new KernelError(
        `${spec.name}: a kernel may bind at most ${MAX_STORAGE_BUFFERS} buffers on every device, got ${this.bindings.length}: pack some together`,
      );
    }
    this.optional = this.bindings.filter(({ optional }) => optional);
    this.views = this.bindings.filter(({ type }) => isStrided(type));
    const viewNames = this.views.map(({ name }) => name);
    this.layout = paramLayout(spec.params ?? {}, viewNames);
    this.#constantNames = Object.keys(spec.constants ?? {});
  }

  /** Looked up once per dispatch: a comparison per constant, without building a key. */
  variant(constants: Values<unknown>, args: Arguments): Variant {
    for (const variant of this.#variants) if (this.#fits(variant, constants, args)) return variant;
    const present = this.optional.filter((binding) => tensorOf(args, binding));
    const variant = this.#make(constants, new Set(present.map(({ name }) => name)));
    this.#variants.push(variant);
    return variant;
  }

  viewsOf(args: Arguments): (Tensor | undefined)[] {
    return this.views.length === 0 ? NO_VIEWS : this.views.map((binding) => tensorOf(args, binding) ?? undefined);
  }

  #fits(variant: Variant, constants: Values<unknown>, args: Arguments): boolean {
    const names = this.#constantNames;
    for (let i = 0; i < names.length; i++) if (variant.constants[i] !== constants[names[i]!]) return false;
    const { optional } = this;
    for (let i = 0; i < optional.length; i++) {
      if (variant.present[i] !== Boolean(tensorOf(args, optional[i]!))) return false;
    }
    return true;
  }

  #make(constants: Values<unknown>, present: ReadonlySet<string>): Variant {
    const { spec } = this;
    const bound = this.bindings
      .filter(({ name, optional }) => !optional || present.has(name))
      .map((binding) => ({ ...binding, expected: elementType(binding.type, constants) }));
    const workgroup = typeof spec.workgroup === 'function' ? spec.workgroup(constants as never) : spec.workgroup;
    const code = header({
      ...spec,
      workgroup,
      constants,
      present,
      bindings: this.bindings,
      layout: this.layout,
      views: this.views.map(({ name }) => name),
    });
    const source: PipelineSource = {
      label: spec.name,
      code: `${code}\n${spec.functions ?? ''}\n${spec.wgsl}`,
      bindings: [
        ...bound.map(({ write }) => (write ? ('storage' as const) : ('read-only-storage' as const))),
        ...(this.layout.bytes > 0 ? ['uniform' as const] : []),
      ],
      paramBytes: this.layout.bytes,
    };
    return {
      source,
      bound,
      constants: this.#constantNames.map((name) => constants[name]),
      present: this.optional.map(({ name }) => present.has(name)),
    };
  }

  allSources(): PipelineSource[] {
    let combinations: Record<string, unknown>[] = [{}];
    for (const [name, spec] of Object.entries(this.spec.constants ?? {})) {
      const values = 'tested' in spec ? spec.tested : spec;
      combinations = combinations.flatMap((made) => values.map((value) => ({ ...made, [name]: value })));
    }
    const optional = this.optional.map(({ name }) => name);
    const presences = [[], optional, ...optional.map((name) => [name])].map((names) => new Set(names));
    const sources = combinations.flatMap((constants) =>
      presences.map((present) => this.#make(constants, present).source),
    );
    return [...new Map(sources.map((source) => [source.code, source])).values()];
  }
}

/** The tensors of one call. */
interface Arguments {
  readonly read: Values<Tensor | null>;
  readonly write: Values<Tensor | null>;
}

function tensorOf({ read, write }: Arguments, binding: Binding): Tensor | null {
  return (binding.write ? write : read)[binding.name] ?? null;
}

function launch(build: KernelBuild, args: Arguments, params: Values<unknown>, constants: Values<unknown>): void {
  const { spec, layout } = build;
  const grid = spec.grid(params as never, constants as never);
  const x = groupsAlongX(grid);
  const y = groupsAlongY(grid);
  const z = typeof grid === 'number' ? 1 : (grid[2] ?? 1);
  if (x === 0 || y === 0 || z === 0) return;
  const { source, bound } = build.variant(constants, args);
  const { device } = tensorOf(args, bound[0]!)!;
  if (device.dryRun) {
    device.dryRun.add(source);
    return;
  }
  if (x > MAX_GROUPS || y > MAX_GROUPS || z > MAX_GROUPS) {
    throw new KernelError(
      `internal: ${spec.name} launches ${x} x ${y} x ${z} workgroups; let grid return one number to spread them`,
    );
  }
  const { recorder, pipelines } = device;
  const pipeline = pipelines.get(source);
  const offsets: number[] = [];
  for (const binding of bound) offsets.push(checkedOffset(spec.name, binding, tensorOf(args, binding)!, device));
  const at = recorder.reserve(layout.bytes); // before the buffers are marked as used
  const buffers: PooledBuffer[] = [];
  for (const binding of bound) buffers.push(tensorOf(args, binding)!.storage.use());
  layout.pack(recorder.params, at, params, build.viewsOf(args));
  const group = { buffers, offsets };
  recorder.dispatch({ pipeline, bindGroup: pipelines.bindGroup(pipeline, group), bound: group, params: at, x, y, z });
}

function groupsAlongX(grid: Grid): number {
  if (typeof grid !== 'number') return grid[0];
  return grid <= MAX_GROUPS ? grid : ROW_OF_GROUPS;
}

function groupsAlongY(grid: Grid): number {
  if (typeof grid !== 'number') return grid[1];
  return grid <= MAX_GROUPS ? 1 : Math.ceil(grid / ROW_OF_GROUPS);
}

/** The byte offset at which the tensor is bound. Throws unless the kernel can read it as it lies. */
function checkedOffset(kernel: string, { name, expected, anyView }: Bound, tensor: Tensor, device: Device): number {
  tensor.assertAlive(kernel);
  if (tensor.device !== device)
    throw new DeviceError(`${kernel}: ${name} is on another device than the other arguments`);
  if (expected !== null && tensor.dtype !== expected) {
    throw new DTypeError(`${kernel}: ${name} must be ${expected}, got ${tensor.dtype}: cast it first`);
  }
  if (anyView) return 0;
  const at = tensor.offset * bytesOf(tensor.dtype as DType);
  if (!tensor.isDense || at % 256 !== 0) {
    throw new KernelError(
      `internal: ${kernel} reads ${name} densely, but it is a view: take dense(${name}) or declare it 'strided'`,
    );
  }
  return at;
}
