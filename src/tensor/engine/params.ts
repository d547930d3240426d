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

interface Field {
  readonly name: string;
  readonly type: ParamType | 'View';
  readonly at: number; // byte offset
}

/** The layout of a kernel's `struct Params`, and how to fill it. */
export interface ParamLayout {
  readonly bytes: number;
  /** The body of the WGSL struct. */
  readonly wgsl: string;
  pack(values: Readonly<Record<string, unknown>>, views: Readonly<Record<string, Layout>>): ArrayBuffer;
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
    fields.push({ name, type, at: end });
    end += SIZE[type];
  }
  const bytes = Math.ceil(end / 16) * 16;
  return {
    bytes,
    wgsl: fields.map(({ name, type }) => `  ${name}: ${type},`).join('\n'),
    pack: (values, layouts) => pack(fields, bytes, values, layouts),
  };
}

function pack(
  fields: readonly Field[],
  bytes: number,
  values: Readonly<Record<string, unknown>>,
  layouts: Readonly<Record<string, Layout>>,
): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes);
  const u32 = new Uint32Array(buffer);
  const f32 = new Float32Array(buffer);
  for (const { name, type, at } of fields) {
    if (type === 'View') packView(u32, at / 4, layouts[name]!);
    else if (type === 'f32') f32[at / 4] = values[name] as number;
    else if (type === 'u32' || type === 'i32') u32[at / 4] = values[name] as number;
    else (type.endsWith('f') ? f32 : u32).set(values[name] as readonly number[], at / 4);
  }
  return buffer;
}

/** Neighboring axes that one stride can walk become one axis: fewer divisions per element. */
export function collapseAxes({ shape, strides }: { shape: Shape; strides: Shape }): {
  shape: number[];
  strides: number[];
} {
  const outShape: number[] = [];
  const outStrides: number[] = [];
  for (let d = 0; d < shape.length; d++) {
    const extent = shape[d]!;
    if (extent === 1) continue;
    const last = outShape.length - 1;
    if (last >= 0 && outStrides[last] === strides[d]! * extent) {
      outShape[last]! *= extent;
      outStrides[last] = strides[d]!;
    } else {
      outShape.push(extent);
      outStrides.push(strides[d]!);
    }
  }
  return { shape: outShape, strides: outStrides };
}

function packView(u32: Uint32Array, at: number, layout: Layout): void {
  const { shape, strides } = collapseAxes(layout);
  const axes = shape.length;
  if (axes > MAX_VIEW_AXES) throw new RangeError(`internal: a view of ${axes} axes reached a kernel`);
  u32[at] = layout.offset;
  u32[at + 1] = Math.max(axes, 1);
  for (let d = 0; d < axes; d++) {
    u32[at + 4 + d] = shape[axes - 1 - d]!;
    u32[at + 12 + d] = strides[axes - 1 - d]!;
  }
}
