import type { BufferType } from '../../tensor/engine/header.ts';
import { defineKernel, type Kernel } from '../../tensor/engine/kernel.ts';
import type { MapSpec, Operands } from './elementMap.ts';

export const PARAMS = {
  quads: 'u32',
  extents: 'vec4u',
  offsets: 'vec4u',
  stride0: 'vec4u',
  stride1: 'vec4u',
  stride2: 'vec4u',
  stride3: 'vec4u',
  numbers: 'vec2f',
  integers: 'vec2u',
} as const;

export type Buffers = Readonly<Record<string, BufferType>>;
export type Constants = Readonly<Record<string, { readonly tested: readonly number[] } | readonly string[]>>;

/** Both ways to run a map. */
export interface MapKernels {
  readonly quads: Kernel<Buffers, Buffers, typeof PARAMS, Constants>;
  readonly elements: Kernel<Buffers, Buffers, typeof PARAMS, Constants>;
}

const BUFFERS = ['a', 'b', 'c'] as const;

/** The kernels of a map over the operands `tensors`, bound to the buffers a, b and c in this order. */
/* @__NO_SIDE_EFFECTS__ */
export function mapKernels(spec: MapSpec<Operands>, tensors: readonly string[]): MapKernels {
  const constants = {
    ...typesOf(spec),
    AXES: { tested: [4] },
    GROUP: { tested: [64] },
    QUADS: { tested: [1] },
  } as const;
  const shared = {
    params: PARAMS,
    workgroup: ({ GROUP }: { GROUP: number }) => GROUP,
    grid: ({ quads }: { quads: number }, { GROUP, QUADS }: { GROUP: number; QUADS: number }) =>
      Math.ceil(quads / (GROUP * QUADS)),
  };
  const R = spec.result ?? 'T';
  const quads = defineKernel({
    ...shared,
    name: spec.name,
    constants: { ...constants, SPLATS: { tested: [7] } },
    read: buffersOf(spec, tensors, 'vec4'),
    write: { y: `raw vec4${R}` },
    functions: [...functionsOf(spec, tensors), absent(tensors, 'vec4<T>'), LOCATE].join('\n'),
    wgsl: QUADS_BODY,
  });
  const elements = defineKernel({
    ...shared,
    name: `${spec.name}Strided`,
    constants,
    read: buffersOf(spec, tensors, ''),
    write: { y: `raw vec4${R}` },
    functions: [...functionsOf(spec, tensors), absent(tensors, 'T'), LOCATE].join('\n'),
    wgsl: ELEMENTS_BODY,
  });
  return { quads, elements } as unknown as MapKernels;
}

/** What the element types can be. */
/* @__NO_SIDE_EFFECTS__ */
export function typesOf({ types = ['f32', 'f16'], otherTypes = ['bool'] }: MapSpec<Operands>) {
  return { T: types, S: otherTypes };
}

/* @__NO_SIDE_EFFECTS__ */
export function buffersOf({ operands }: MapSpec<Operands>, tensors: readonly string[], vector: 'vec4' | ''): Buffers {
  return Object.fromEntries(
    tensors.map((name, i) => [BUFFERS[i]!, `raw ${vector}${operands[name] as 'T' | 'S'}` as const]),
  );
}

/** The types of the buffers, and `element`: the spec's expression from what was read to what is written. */
/* @__NO_SIDE_EFFECTS__ */
export function functionsOf(
  { operands, arithmetic = 'f32', result = 'T', ...spec }: MapSpec<Operands>,
  tensors: readonly string[],
) {
  const names = Object.keys(operands);
  const lanes = arithmetic === 'f32' ? 'vec4f' : 'vec4<T>';
  const typeOf = (name: string) => (operands[name] === 'S' ? 'vec4<S>' : 'V');
  const read = names.map((name) => {
    const buffer = tensors.indexOf(name);
    if (buffer < 0) return `V(number${names.filter((other) => operands[other] === 'number').indexOf(name)}())`;
    return `${typeOf(name)}(${BUFFERS[buffer]!})`;
  });
  return [
    `alias V = ${lanes};`,
    ...BUFFERS.map((buffer, i) => `alias ${buffer.toUpperCase()} = ${kindOf(operands, tensors[i])};`),
    arithmetic === 'f32' ? NUMBERS : OWN_NUMBERS,
    spec.functions ?? '',
    `fn apply(${names.map((name) => `${name}: ${typeOf(name)}`).join(', ')}) -> ${result === 'S' ? 'vec4<S>' : 'V'} {`,
    `  return ${spec.value};`,
    '}',
    `fn element(a: vec4<A>, b: vec4<B>, c: vec4<C>) -> vec4<${result}> { return vec4<${result}>(apply(${read.join(', ')})); }`,
  ];
}

function kindOf(operands: Operands, name: string | undefined): string {
  return name !== undefined && operands[name] === 'S' ? 'S' : 'T';
}

/** Stand-ins for the buffers that a map with fewer operands does not bind; nothing reads them. */
/* @__NO_SIDE_EFFECTS__ */
export function absent(tensors: readonly string[], type: string): string {
  return [
    `const OPERANDS = ${tensors.length};`,
    ...BUFFERS.slice(tensors.length).map((buffer) => `var<private> ${buffer}: array<${type}, 1>;`),
  ].join('\n');
}

const NUMBERS = /* wgsl */ `
fn number0() -> f32 { return params.numbers.x; }
fn number1() -> f32 { return params.numbers.y; }`;

// An f32 cannot carry every integer, so numbers come as both; T(0.5) is 0 where T is one of the integer types.
const OWN_NUMBERS = /* wgsl */ `
fn number0() -> T { return select(T(params.numbers.x), T(params.integers.x), T(0.5) == T(0)); }
fn number1() -> T { return select(T(params.numbers.y), T(params.integers.y), T(0.5) == T(0)); }`;

// Positions in the result, a, b and c of the element with this row-major index.
export const LOCATE = /* wgsl */ `
fn locate(index: u32) -> vec4u {
  if (AXES == 1u) { return params.offsets + index * params.stride0; }
  var rest = index / params.extents.x;
  var at = params.offsets + (index % params.extents.x) * params.stride0;
  if (AXES == 2u) { return at + rest * params.stride1; }
  at += (rest % params.extents.y) * params.stride1;
  rest /= params.extents.y;
  if (AXES == 3u) { return at + rest * params.stride2; }
  at += (rest % params.extents.z) * params.stride2;
  return at + (rest / params.extents.z) * params.stride3;
}`;

const QUADS_BODY = /* wgsl */ `
fn quadA(at: u32) -> vec4<A> {
  let quad = a[at >> 2u];
  if ((SPLATS & 1u) != 0u) { return vec4<A>(quad[at & 3u]); }
  return quad;
}
fn quadB(at: u32) -> vec4<B> {
  if (OPERANDS < 2) { return vec4<B>(); }
  let quad = vec4<B>(b[at >> 2u]);
  if ((SPLATS & 2u) != 0u) { return vec4<B>(quad[at & 3u]); }
  return quad;
}
fn quadC(at: u32) -> vec4<C> {
  if (OPERANDS < 3) { return vec4<C>(); }
  let quad = vec4<C>(c[at >> 2u]);
  if ((SPLATS & 4u) != 0u) { return vec4<C>(quad[at & 3u]); }
  return quad;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * QUADS + lane;
  let end = min(first + WORKGROUP * QUADS, params.quads);
  for (var i = first; i < end; i += WORKGROUP) {
    let at = locate(4u * i);
    y[at.x >> 2u] = element(quadA(at.y), quadB(at.z), quadC(at.w));
  }
}`;

const ELEMENTS_BODY = /* wgsl */ `
fn gatherA(at: vec4u) -> vec4<A> { return vec4<A>(a[at.x], a[at.y], a[at.z], a[at.w]); }
fn gatherB(at: vec4u) -> vec4<B> {
  if (OPERANDS < 2) { return vec4<B>(); }
  return vec4<B>(B(b[at.x]), B(b[at.y]), B(b[at.z]), B(b[at.w]));
}
fn gatherC(at: vec4u) -> vec4<C> {
  if (OPERANDS < 3) { return vec4<C>(); }
  return vec4<C>(C(c[at.x]), C(c[at.y]), C(c[at.z]), C(c[at.w]));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * QUADS + lane;
  let end = min(first + WORKGROUP * QUADS, params.quads);
  for (var i = first; i < end; i += WORKGROUP) {
    let index = 4u * i;
    let p = locate(index);
    var q = p + params.stride0;
    var r = q + params.stride0;
    var s = r + params.stride0;
    // The four elements go around the end of the innermost axis.
    if (AXES > 1u && index % params.extents.x + 4u > params.extents.x) {
      q = locate(index + 1u);
      r = locate(index + 2u);
      s = locate(index + 3u);
    }
    y[p.x >> 2u] = element(
      gatherA(vec4u(p.y, q.y, r.y, s.y)),
      gatherB(vec4u(p.z, q.z, r.z, s.z)),
      gatherC(vec4u(p.w, q.w, r.w, s.w)),
    );
  }
}`;
