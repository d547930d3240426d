/** Sizes, alignments and offsets in memory. https://www.w3.org/TR/WGSL/#memory-layouts */

import type { ArrayType, MatrixType, ScalarType, StructMember, StructType, Type } from './wgslType.ts';

export interface MemberSpec {
  readonly name: string;
  readonly type: Type;
  /** From `@align`. */
  readonly align?: number | undefined;
  /** From `@size`. */
  readonly size?: number | undefined;
}

/** A structure with the offsets its members get. Each call makes a type of its own. */
export function structType(name: string, specs: readonly MemberSpec[]): StructType {
  const members: StructMember[] = [];
  let end = 0;
  let structAlign = 1;
  for (const spec of specs) {
    const align = spec.align ?? alignOf(spec.type);
    const size = spec.size ?? sizeOf(spec.type);
    const offset = roundUp(align, end);
    members.push({ name: spec.name, type: spec.type, offset, size, align });
    end = offset + size;
    structAlign = Math.max(structAlign, align);
  }
  return { kind: 'struct', name, members, size: roundUp(structAlign, end), align: structAlign };
}

/**
 * Bytes of a value in memory; a runtime-sized array counts as one element (which
 * makes the size of a structure its minimum binding size), and 0 stands for a
 * length that no override gives yet.
 */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case 'scalar':
      return scalarSize(type);
    case 'atomic':
      return 4;
    case 'vector':
      return type.size * scalarSize(type.element);
    case 'matrix':
      return type.columns * columnStride(type);
    case 'array':
      return strideOf(type) * (type.override === undefined ? (type.count ?? 1) : 0);
    case 'struct':
      return type.size;
    default:
      return 0;
  }
}

export function alignOf(type: Type): number {
  switch (type.kind) {
    case 'scalar':
      return scalarSize(type);
    case 'atomic':
      return 4;
    case 'vector':
      return vectorAlign(type.size, type.element);
    case 'matrix':
      return vectorAlign(type.rows, type.element);
    case 'array':
      return alignOf(type.element);
    case 'struct':
      return type.align;
    default:
      return 1;
  }
}

/** Bytes from one element of an array to the next. */
export function strideOf(type: ArrayType): number {
  return roundUp(alignOf(type.element), sizeOf(type.element));
}

/** Bytes from one column of a matrix to the next. */
export function columnStride(type: MatrixType): number {
  return vectorAlign(type.rows, type.element);
}

export function roundUp(multiple: number, value: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function vectorAlign(lanes: number, element: ScalarType): number {
  return (lanes === 3 ? 4 : lanes) * scalarSize(element);
}

// A bool is not host-shareable; in memory of our own it takes four bytes. Abstract numbers never reach memory.
function scalarSize({ scalar }: ScalarType): number {
  return scalar === 'f16' ? 2 : 4;
}
