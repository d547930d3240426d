import type { Declarations, Member, WgslType } from './wgslDeclarations.ts';

export type WordKind = 'i32' | 'u32' | 'f32' | 'f16';

export interface Layout {
  /** Bytes; of an array without a count, one element's stride. */
  readonly size: number;
  readonly align: number;
  /** The scalars in the order of their offsets: padding is in none of them. */
  readonly leaves: readonly Leaf[];
  /** Set when the type ends in an array without a count. */
  readonly runtimeStride: number | undefined;
}

export interface Leaf {
  readonly offset: number;
  readonly kind: WordKind;
}

const MOST_LEAVES = 1 << 16;

/** The memory layout of a host-shareable type (WGSL section 14.4), or why it could not be worked out. */
export function layoutOf(type: WgslType, declarations: Declarations): Layout {
  const scalar = scalarKind(type.name);
  if (scalar) return plain(scalar, scalar === 'f16' ? 2 : 4);
  if (type.name === 'atomic') return layoutOf(argument(type, 0), declarations);
  const vector = /^vec([234])([iufh]?)$/.exec(type.name);
  if (vector)
    return vectorOf(Number(vector[1]), vector[2] ? SHORT[vector[2]]! : kindOf(argument(type, 0), declarations));
  const matrix = /^mat([234])x([234])([fh]?)$/.exec(type.name);
  if (matrix) {
    const kind = matrix[3] ? SHORT[matrix[3]]! : kindOf(argument(type, 0), declarations);
    return arrayOf(vectorOf(Number(matrix[2]), kind), Number(matrix[1]));
  }
  if (type.name === 'array') {
    const element = layoutOf(argument(type, 0), declarations);
    const count = type.args[1];
    return count ? arrayOf(element, constant(count.tokens, declarations)) : runtimeArrayOf(element);
  }
  const alias = declarations.aliases.get(type.name);
  if (alias) return layoutOf(alias, declarations);
  const members = declarations.structs.get(type.name);
  if (members) return structOf(members, declarations);
  throw new TypeError(`no layout for ${type.name}`);
}

const SHORT: Readonly<Record<string, WordKind>> = { i: 'i32', u: 'u32', f: 'f32', h: 'f16' };

function scalarKind(name: string): WordKind | undefined {
  return name === 'i32' || name === 'u32' || name === 'f32' || name === 'f16' ? name : undefined;
}

function argument(type: WgslType, index: number): WgslType {
  const found = type.args[index];
  if (!found) throw new TypeError(`${type.name} has no argument ${index}`);
  return found;
}

function kindOf(type: WgslType, declarations: Declarations): WordKind {
  const { leaves } = layoutOf(type, declarations);
  return leaves[0]!.kind;
}

function plain(kind: WordKind, size: number): Layout {
  return { size, align: size, leaves: [{ offset: 0, kind }], runtimeStride: undefined };
}

function vectorOf(width: number, kind: WordKind): Layout {
  const size = kind === 'f16' ? 2 : 4;
  const leaves = Array.from({ length: width }, (_, i) => ({ offset: i * size, kind }));
  return { size: width * size, align: (width === 3 ? 4 : width) * size, leaves, runtimeStride: undefined };
}

function arrayOf(element: Layout, count: number): Layout {
  const stride = roundUp(element.size, element.align);
  if (count * element.leaves.length > MOST_LEAVES) throw new RangeError(`an array of ${count} elements is too long`);
  const leaves = Array.from({ length: count }, (_, i) => shifted(element.leaves, i * stride)).flat();
  return { size: stride * count, align: element.align, leaves, runtimeStride: undefined };
}

function runtimeArrayOf(element: Layout): Layout {
  const stride = roundUp(element.size, element.align);
  return { size: stride, align: element.align, leaves: element.leaves, runtimeStride: stride };
}

function structOf(members: readonly Member[], declarations: Declarations): Layout {
  const leaves: Leaf[] = [];
  let at = 0;
  let align = 1;
  let runtimeStride: number | undefined;
  for (const member of members) {
    const layout = layoutOf(member.type, declarations);
    const memberAlign = member.align ?? layout.align;
    at = roundUp(at, memberAlign);
    leaves.push(...shifted(layout.leaves, at));
    at += member.size ?? layout.size;
    align = Math.max(align, memberAlign);
    runtimeStride = layout.runtimeStride;
  }
  return { size: roundUp(at, align), align, leaves, runtimeStride };
}

function shifted(leaves: readonly Leaf[], by: number): Leaf[] {
  return leaves.map(({ offset, kind }) => ({ offset: offset + by, kind }));
}

function roundUp(size: number, align: number): number {
  return Math.ceil(size / align) * align;
}

/** The value of a count: literals, module-scope constants with such values, and arithmetic on them. */
function constant(tokens: readonly string[], declarations: Declarations, depth = 0): number {
  if (depth > 8) throw new RangeError('the count of an array is nested too deeply');
  const text = tokens.map((token) => {
    if (/^\d/.test(token)) return String(Number.parseInt(token, /^0x/i.test(token) ? 16 : 10));
    const initializer = declarations.constants.get(token);
    if (initializer?.length) return `(${constant(initializer, declarations, depth + 1)})`;
    return token;
  });
  return evaluate(text);
}

/** Sums and products with parentheses. */
function evaluate(tokens: readonly string[]): number {
  const flat = tokens.join('').match(/\d+|[-+*/()]/g) ?? [];
  if (flat.join('') !== tokens.join('')) throw new TypeError(`no constant: ${tokens.join(' ')}`);
  let at = 0;
  const factor = (): number => {
    const token = flat[at++];
    if (token === '-') return -factor();
    if (token !== '(') return Number(token);
    const value = sum();
    at++;
    return value;
  };
  const product = (): number => {
    let value = factor();
    while (flat[at] === '*' || flat[at] === '/')
      value = flat[at++] === '*' ? value * factor() : Math.trunc(value / factor());
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (flat[at] === '+' || flat[at] === '-') value = flat[at++] === '+' ? value + product() : value - product();
    return value;
  };
  return sum();
}
