import type { Random } from './fuzzRandom.ts';

/** The types that generated programs use. */
export type Shape = ScalarShape | VectorShape | MatrixShape | ArrayShape | StructShape;
export type ScalarName = 'i32' | 'u32' | 'f32' | 'bool';
export interface ScalarShape {
  readonly kind: 'scalar';
  readonly of: ScalarName;
}
export interface VectorShape {
  readonly kind: 'vector';
  readonly width: number;
  readonly of: ScalarName;
}
export interface MatrixShape {
  readonly kind: 'matrix';
  readonly columns: number;
  readonly rows: number;
}
export interface ArrayShape {
  readonly kind: 'array';
  readonly element: Shape;
  readonly count: number;
}
export interface StructShape {
  readonly kind: 'struct';
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly shape: Shape }[];
}

export const scalar = (of: ScalarName): ScalarShape => ({ kind: 'scalar', of });
export const vector = (width: number, of: ScalarName): VectorShape => ({ kind: 'vector', width, of });
export const I32 = scalar('i32');
export const U32 = scalar('u32');
export const F32 = scalar('f32');
export const BOOL = scalar('bool');

export function typeText(shape: Shape): string {
  switch (shape.kind) {
    case 'scalar':
      return shape.of;
    case 'vector':
      return `vec${shape.width}<${shape.of}>`;
    case 'matrix':
      return `mat${shape.columns}x${shape.rows}f`;
    case 'array':
      return `array<${typeText(shape.element)}, ${shape.count}>`;
    case 'struct':
      return shape.name;
  }
}

export function same(a: Shape, b: Shape): boolean {
  return typeText(a) === typeText(b);
}

/** Whether `bool` is nowhere in it, as memory that a buffer or an atomic could share demands. */
export function isFloat(shape: Shape): boolean {
  return shape.kind === 'matrix' || ((shape.kind === 'scalar' || shape.kind === 'vector') && shape.of === 'f32');
}

export function randomScalar(random: Random): ScalarShape {
  return random.pick([I32, U32, F32, BOOL]);
}

/** A type for a value: mostly scalars and vectors. */
export function randomShape(random: Random, structs: readonly StructShape[], depth = 0): Shape {
  const roll = random.below(depth > 1 ? 8 : 12);
  if (roll < 4) return randomScalar(random);
  if (roll < 8) return vector(2 + random.below(3), randomScalar(random).of);
  if (roll === 8) return { kind: 'matrix', columns: 2 + random.below(3), rows: 2 + random.below(3) };
  if (roll === 9 && structs.length > 0) return random.pick(structs);
  return { kind: 'array', element: randomShape(random, structs, depth + 1), count: random.pick([2, 4, 8]) };
}

export interface Place {
  readonly text: string;
  readonly shape: Shape;
}

/** The places inside a place one step down; `index` gives the text of an index below a count. */
export function partsOf({ text, shape }: Place, random: Random, index: (count: number) => string): Place[] {
  switch (shape.kind) {
    case 'scalar':
      return [];
    case 'vector': {
      const letter = random.pick(['xyzw', 'rgba'])[random.below(shape.width)]!;
      const part = scalar(shape.of);
      return [
        { text: `${text}.${letter}`, shape: part },
        { text: `${text}[${index(shape.width)}]`, shape: part },
      ];
    }
    case 'matrix':
      return [{ text: `${text}[${index(shape.columns)}]`, shape: vector(shape.rows, 'f32') }];
    case 'array':
      return [{ text: `${text}[${index(shape.count)}]`, shape: shape.element }];
    case 'struct':
      return shape.members.map((member) => ({ text: `${text}.${member.name}`, shape: member.shape }));
  }
}
