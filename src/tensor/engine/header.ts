import { type DType, wgslType } from './dtype.ts';
import { type ParamLayout, VIEW_WGSL } from './params.ts';

type Element =
  | 'f32'
  | 'f16'
  | 'i32'
  | 'u32'
  | 'bool'
  | 'T'
  | 'S'
  | 'vec2f'
  | 'vec4f'
  | 'vec4u'
  | 'vec2u'
  | 'vec4T'
  | 'vec4S'
  | 'atomic_u32'
  | 'atomic_i32';

/**
 * Type of a buffer in a kernel. Plain: dense elements from index 0. `T`, and `S` where a kernel has two element types,
 * are constants of the kernel.
 * `strided`: any view, read at `x[viewIndex(params.x, i)]` for the row-major index i.
 * `raw`: any view, addressed by the kernel through parameters of its own.
 * A trailing `?`: may be null; the body tests `HAS_X`.
 */
export type BufferType =
  | Element
  | `${Element}?`
  | `strided ${Element}`
  | `strided ${Element}?`
  | `raw ${Element}`
  | `raw ${Element}?`;

export function isOptional(type: BufferType): boolean {
  return type.endsWith('?');
}

export function isStrided(type: BufferType): boolean {
  return type.startsWith('strided ');
}

export function isRaw(type: BufferType): boolean {
  return type.startsWith('raw ');
}

function elementOf(type: BufferType): Element {
  return type.replace('strided ', '').replace('raw ', '').replace('?', '') as Element;
}

/** The dtype a tensor bound to this type must have. */
export function elementType(type: BufferType, constants: Readonly<Record<string, unknown>>): DType | null {
  const element = elementOf(type);
  switch (element) {
    case 'vec2f':
    case 'vec4f':
      return 'f32';
    case 'vec2u':
    case 'vec4u':
    case 'atomic_u32':
      return 'u32';
    case 'atomic_i32':
      return 'i32';
    case 'T':
    case 'vec4T':
      return constants['T'] as DType;
    case 'S':
    case 'vec4S':
      return constants['S'] as DType;
    default:
      return element;
  }
}

function wgslElement(type: BufferType): string {
  const element = elementOf(type);
  switch (element) {
    case 'bool':
      return 'u32';
    case 'vec4T':
      return 'vec4<T>';
    case 'vec4S':
      return 'vec4<S>';
    case 'atomic_u32':
      return 'atomic<u32>';
    case 'atomic_i32':
      return 'atomic<i32>';
    default:
      return element;
  }
}

export interface HeaderInput {
  readonly constants: Readonly<Record<string, unknown>>;
  readonly workgroup: number | readonly [number, number, number];
  readonly bindings: readonly { readonly name: string; readonly type: BufferType; readonly write: boolean }[];
  /** Names of the optional buffers that are bound. */
  readonly present: ReadonlySet<string>;
  readonly layout: ParamLayout;
  readonly views: readonly string[];
}

/** The part of a kernel's WGSL that follows from its spec. */
export function header(input: HeaderInput): string {
  const { constants, bindings, present, layout, views } = input;
  const lines: string[] = [];
  const usesF16 = Object.values(constants).includes('f16') || bindings.some(({ type }) => elementOf(type) === 'f16');
  if (usesF16) lines.push('enable f16;');
  for (const [name, value] of Object.entries(constants)) lines.push(constantLine(name, value));
  lines.push(...workgroupLines(input.workgroup));
  if (views.length > 0) lines.push(VIEW_WGSL);
  if (layout.bytes > 0) lines.push(`struct Params {\n${layout.wgsl}\n}`);
  let index = 0;
  for (const { name, type, write } of bindings) {
    const element = wgslElement(type);
    const bound = !isOptional(type) || present.has(name);
    if (isOptional(type)) lines.push(`const HAS_${name.toUpperCase()} = ${bound};`);
    // An absent buffer keeps its name, so that the branch on HAS_... compiles; nothing reads it.
    if (!bound) lines.push(`var<private> ${name}: array<${element}, 1>;`);
    else
      lines.push(
        `@group(0) @binding(${index++}) var<storage, ${write ? 'read_write' : 'read'}> ${name}: array<${element}>;`,
      );
  }
  if (layout.bytes > 0) lines.push(`@group(0) @binding(${index}) var<uniform> params: Params;`);
  lines.push(LINEAR_GROUP);
  return lines.join('\n');
}

/** Undoes the spreading of a one-dimensional grid over two axes. */
const LINEAR_GROUP = `
fn linearGroup(group: vec3u) -> u32 { return group.y * 32768u + group.x; }`;

function constantLine(name: string, value: unknown): string {
  if (typeof value === 'boolean') return `const ${name} = ${value};`;
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) return `const ${name} = ${value}u;`;
    return `const ${name} = f32(${value});`;
  }
  return `alias ${name} = ${wgslType(value as DType)};`;
}

function workgroupLines(workgroup: number | readonly [number, number, number]): string[] {
  if (typeof workgroup === 'number') return [`const WORKGROUP = ${workgroup}u;`];
  const [x, y, z] = workgroup;
  return [
    `const WORKGROUP = ${x * y * z}u;`,
    `const WORKGROUP_X = ${x}u;`,
    `const WORKGROUP_Y = ${y}u;`,
    `const WORKGROUP_Z = ${z}u;`,
  ];
}
