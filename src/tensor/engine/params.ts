import type { Shape } from './shape.ts';

/** Types a kernel parameter can have. */
export type ParamType = 'u32' | 'i32' | 'f32' | 'vec2u' | 'vec2f' | 'vec4u' | 'vec4i' | 'vec4f';

export type ParamValue<P extends ParamType> = P extends `vec${string}` ? readonly number[] : number;

/** Where an element of a tensor lies: what a kernel needs to read a view through its strides. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
}

/** How a field is written. */
const U32 = 0;
const F32 = 1;
const VECTOR_U32 = 2;
const VECTOR_F32 = 3;
const VIEW = 4;

interface Field {
  readonly name: string;
  readonly kind: number;
  /** In words from the start of the struct. */
  readonly at: number;
  /** In words. */
  readonly size: number;
  /** Which of the views it is. */
  readonly view: number;
}

/** The same bytes as the two types they are written through. */
export interface ParamMemory {
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
}

type Views = readonly (Layout | undefined)[];

/** The layout of a kernel's `struct Params`, and how to fill it. */
export interface ParamLayout {
  readonly bytes: number;
  /** The body of the WGSL struct. */
  readonly wgsl: string;
  /** Writes the struct at a byte offset. `views` are in the order of the names given, undefined for one left out. */
  pack(memory: ParamMemory, at: number, values: Readonly<Record<string, unknown>>, views: Views): void;
}

const SIZE = { u32: 4, i32: 4, f32: 4, vec2u: 8, vec2f: 8, vec4u: 16, vec4i: 16, vec4f: 16, View: 80 } as const;
const ALIGN = { u32: 4, i32: 4, f32: 4, vec2u: 8, vec2f: 8, vec4u: 16, vec4i: 16, vec4f: 16, View: 16 } as const;
const MAX_VIEW_AXES = 8;

export const VIEW_WGSL = `
struct View { offset: u32, axes: u32, shape: vec4u, outerShape: vec4u, strides: vec4u, outerStrides: vec4u }
// Position in the buffer of the element with this row-major index. Axes lie innermost first and move up to x one by
// one: an array in the struct, or a vector indexed by a variable, would go through memory at every call.
fn viewIndex(view: View, index: u32) -> u32 {
  var rest = index;
  var at = view.offset;
  var shape = view.shape;
  var strides = view.strides;
  var outerShape = view.outerShape;
  var outerStrides = view.outerStrides;
  for (var d = view.axes; d > 1u; d--) {
    at += (rest % shape.x) * strides.x;
    rest /= shape.x;
    shape = vec4u(shape.yzw, outerShape.x);
    strides = vec4u(strides.yzw, outerStrides.x);
    outerShape = outerShape.yzwx;
    outerStrides = outerStrides.yzwx;
  }
  return at + rest * strides.x;
}
`;

/** Lays parameters out from the widest alignment to the narrowest, so that the struct has no holes inside. */
export function paramLayout(params: Readonly<Record<string, ParamType>>, views: readonly string[]): ParamLayout {
  const wanted: { name: string; type: ParamType | 'View' }[] = [
    ...views.map((name) => ({ name, type: 'View' as const })),
    ...Object.entries(params).map(([name, type]) => ({ name, type })),
  ];
  wanted.sort((a, b) => ALIGN[b.type] - ALIGN[a.type]);
  const fields: Field[] = [];
  let end = 0;
  for (const { name, type } of wanted) {
    end = Math.ceil(end / ALIGN[type]) * ALIGN[type];
    fields.push({ name, kind: kindOf(type), at: end / 4, size: SIZE[type] / 4, view: views.indexOf(name) });
    end += SIZE[type];
  }
  const bytes = Math.ceil(end / 16) * 16;
  return {
    bytes,
    wgsl: wanted.map(({ name, type }) => `  ${name}: ${type},`).join('\n'),
    pack: (memory, at, values, given) => pack(fields, memory, at, values, given),
  };
}

function kindOf(type: ParamType | 'View'): number {
  if (type === 'View') return VIEW;
  if (type === 'f32') return F32;
  if (type === 'u32' || type === 'i32') return U32;
  return type.endsWith('f') ? VECTOR_F32 : VECTOR_U32;
}

function pack(
  fields: readonly Field[],
  { u32, f32 }: ParamMemory,
  start: number,
  values: Readonly<Record<string, unknown>>,
  views: Views,
): void {
  for (const { name, kind, at, size, view } of fields) {
    const word = start / 4 + at;
    if (kind === U32) u32[word] = values[name] as number;
    else if (kind === F32) f32[word] = values[name] as number;
    else if (kind === VIEW) packView(u32, word, views[view]);
    else packVector(kind === VECTOR_F32 ? f32 : u32, word, size, values[name] as readonly number[]);
  }
}

/** Cheaper than `set` for a few numbers. */
function packVector(memory: Uint32Array | Float32Array, word: number, count: number, values: readonly number[]): void {
  for (let i = 0; i < count; i++) memory[word + i] = values[i] ?? 0;
}

/**
 * Writes a view, innermost axis first. Neighboring axes that one stride can walk become one axis: fewer divisions per
 * element. What lies behind the last axis is never read.
 */
function packView(u32: Uint32Array, at: number, view: Layout = NO_VIEW): void {
  const { shape, strides, offset } = view;
  let axes = 0;
  let extent = 1;
  let stride = 0;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (extent !== 1 && strides[d] === stride * extent) {
      extent *= shape[d]!;
      continue;
    }
    if (extent !== 1) packAxis(u32, at, axes++, extent, stride);
    extent = shape[d]!;
    stride = strides[d]!;
  }
  packAxis(u32, at, axes++, extent, stride);
  u32[at] = offset;
  u32[at + 1] = axes;
}

const NO_VIEW: Layout = { shape: [], strides: [], offset: 0 };

function packAxis(u32: Uint32Array, at: number, axis: number, extent: number, stride: number): void {
  if (axis >= MAX_VIEW_AXES)
    throw new RangeError(`internal: a view of more than ${MAX_VIEW_AXES} axes reached a kernel`);
  u32[at + 4 + axis] = extent;
  u32[at + 12 + axis] = stride;
}
