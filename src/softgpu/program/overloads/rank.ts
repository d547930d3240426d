/** Automatic conversions between types. https://www.w3.org/TR/WGSL/#conversion-rank */

import { ABSTRACT_FLOAT, array, F32, I32, matrix, vector } from '../intern.ts';
import type { ScalarKind, ScalarType, Type } from '../wgslType.ts';
import { resultStructure, resultStructureOf } from './resultStructure.ts';

/** The kinds that a kind converts to by itself, with the rank of that conversion. */
const RANKS: Readonly<Record<ScalarKind, Readonly<Partial<Record<ScalarKind, number>>>>> = {
  bool: { bool: 0 },
  i32: { i32: 0 },
  u32: { u32: 0 },
  f32: { f32: 0 },
  f16: { f16: 0 },
  'abstract-float': { 'abstract-float': 0, f32: 1, f16: 2 },
  'abstract-int': { 'abstract-int': 0, i32: 3, u32: 4, 'abstract-float': 5, f32: 6, f16: 7 },
};

/** How dear the automatic conversion is, lower is preferred; null where there is none. References are loaded before. */
export function conversionRank(from: Type, to: Type): number | null {
  if (from === to) return 0;
  switch (from.kind) {
    case 'scalar':
      return to.kind === 'scalar' ? (RANKS[from.scalar][to.scalar] ?? null) : null;
    case 'vector':
      return to.kind === 'vector' && from.size === to.size ? conversionRank(from.element, to.element) : null;
    case 'matrix':
      return to.kind === 'matrix' && from.columns === to.columns && from.rows === to.rows
        ? conversionRank(from.element, to.element)
        : null;
    case 'array':
      return to.kind === 'array' && from.count !== null && from.count === to.count
        ? conversionRank(from.element, to.element)
        : null;
    case 'struct': {
      const source = resultStructureOf(from);
      const target = to.kind === 'struct' ? resultStructureOf(to) : null;
      if (source === null || target === null || source.family !== target.family) return null;
      return conversionRank(source.argument, target.argument);
    }
    default:
      return null;
  }
}

/** The type that all of `types` convert to at the least cost, abstract where all are; null where there is none. */
export function commonType(types: readonly Type[]): Type | null {
  let common: Type | null = null;
  for (const type of types) {
    if (common === null || conversionRank(common, type) !== null) common = type;
    else if (conversionRank(type, common) === null) return null;
  }
  return common;
}

/** The concrete type that a value of `type` gets where nothing else asks for another. */
export function concretization(type: Type): Type {
  switch (type.kind) {
    case 'scalar':
      return concreteScalar(type);
    case 'vector':
      return vector(type.size, concreteScalar(type.element));
    case 'matrix':
      return matrix(type.columns, type.rows, concreteScalar(type.element));
    case 'array': {
      const element = concretization(type.element);
      return element === type.element ? type : array(element, type.count, type.override);
    }
    case 'struct': {
      const result = resultStructureOf(type);
      return result === null ? type : resultStructure(result.family, concretization(result.argument));
    }
    default:
      return type;
  }
}

export function concreteScalar(type: ScalarType): ScalarType {
  if (type.scalar === 'abstract-int') return I32;
  return type === ABSTRACT_FLOAT ? F32 : type;
}

/** The cheaper common type of two scalar types. */
export function joinScalars(left: ScalarType, right: ScalarType): ScalarType | null {
  if (left === right || RANKS[right.scalar][left.scalar] !== undefined) return left;
  return RANKS[left.scalar][right.scalar] === undefined ? null : right;
}

export function scalarRank(from: ScalarType, to: ScalarType): number | null {
  return RANKS[from.scalar][to.scalar] ?? null;
}
