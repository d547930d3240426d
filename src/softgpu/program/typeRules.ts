/** What a type may be used for. https://www.w3.org/TR/WGSL/#plain-types-section and those after it. */

import type { ScalarType, StructType, Type } from './wgslType.ts';

export function isAbstract(type: Type): boolean {
  if (type.kind === 'array') return isAbstract(type.element);
  // The result of frexp or modf of an abstract number.
  if (type.kind === 'struct') return !ofMembers(type, concrete, (member) => !isAbstract(member));
  const element = scalarOf(type);
  return element !== null && (element.scalar === 'abstract-int' || element.scalar === 'abstract-float');
}

export function isConcrete(type: Type): boolean {
  return !isAbstract(type);
}

/** The scalar type of a scalar, or of the components of a vector or matrix; null for others. */
export function scalarOf(type: Type): ScalarType | null {
  if (type.kind === 'scalar') return type;
  return type.kind === 'vector' || type.kind === 'matrix' ? type.element : null;
}

export function isNumeric({ scalar }: ScalarType): boolean {
  return scalar !== 'bool';
}

export function isInteger({ scalar }: ScalarType): boolean {
  return scalar === 'i32' || scalar === 'u32' || scalar === 'abstract-int';
}

export function isFloat({ scalar }: ScalarType): boolean {
  return scalar === 'f32' || scalar === 'f16' || scalar === 'abstract-float';
}

/** Scalars, vectors, matrices, arrays of a length known when the module is made, structures of such; no atomics. */
export function isConstructible(type: Type): boolean {
  switch (type.kind) {
    case 'scalar':
    case 'vector':
    case 'matrix':
      return true;
    case 'array':
      return type.count !== null && isConstructible(type.element);
    case 'struct':
      return ofMembers(type, constructible, isConstructible);
    default:
      return false;
  }
}

/** May be the store type of a variable: concrete plain types, textures and samplers. */
export function isStorable(type: Type): boolean {
  return type.kind !== 'pointer' && isConcrete(type);
}

/** May live in a buffer: no bool anywhere. */
export function isHostShareable(type: Type): boolean {
  switch (type.kind) {
    case 'scalar':
      return isNumeric(type) && isConcrete(type);
    case 'vector':
    case 'matrix':
      return isHostShareable(type.element);
    case 'atomic':
      return true;
    case 'array':
      return isHostShareable(type.element);
    case 'struct':
      return ofMembers(type, hostShareable, isHostShareable);
    default:
      return false;
  }
}

/** Its size is known when the module is made. */
export function hasCreationFixedFootprint(type: Type): boolean {
  if (type.kind === 'array') return type.count !== null && hasCreationFixedFootprint(type.element);
  if (type.kind === 'struct') return ofMembers(type, creationFixed, hasCreationFixedFootprint);
  return type.kind !== 'pointer' && type.kind !== 'opaque';
}

/** Its size is known when the pipeline is made: array lengths may come from overrides. */
export function hasFixedFootprint(type: Type): boolean {
  if (type.kind === 'array')
    return (type.count !== null || type.override !== undefined) && hasFixedFootprint(type.element);
  if (type.kind === 'struct') return ofMembers(type, fixed, hasFixedFootprint);
  return type.kind !== 'pointer' && type.kind !== 'opaque';
}

export function containsAtomic(type: Type): boolean {
  if (type.kind === 'array') return containsAtomic(type.element);
  if (type.kind === 'struct') return !ofMembers(type, atomicFree, (member) => !containsAtomic(member));
  return type.kind === 'atomic';
}

/** Levels of arrays and structures; https://www.w3.org/TR/WGSL/#limits bounds them. */
export function nestingDepth(type: Type): number {
  switch (type.kind) {
    case 'vector':
      return 1;
    case 'matrix':
      return 2;
    case 'array':
      return 1 + nestingDepth(type.element);
    case 'pointer':
      return nestingDepth(type.target);
    case 'struct': {
      let depth = depths.get(type);
      if (depth === undefined) {
        depth = 1 + type.members.reduce((deepest, member) => Math.max(deepest, nestingDepth(member.type)), 0);
        depths.set(type, depth);
      }
      return depth;
    }
    default:
      return 0;
  }
}

const depths = new WeakMap<StructType, number>();

/** Answers for structures, by declaration: a deep nest of them is walked once, not once a path. */
const concrete = new WeakMap<StructType, boolean>();
const constructible = new WeakMap<StructType, boolean>();
const hostShareable = new WeakMap<StructType, boolean>();
const creationFixed = new WeakMap<StructType, boolean>();
const fixed = new WeakMap<StructType, boolean>();
const atomicFree = new WeakMap<StructType, boolean>();

function ofMembers(type: StructType, answers: WeakMap<StructType, boolean>, test: (type: Type) => boolean): boolean {
  let answer = answers.get(type);
  if (answer === undefined) {
    answer = type.members.every((member) => test(member.type));
    answers.set(type, answer);
  }
  return answer;
}

/** The type as a user writes it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return type.scalar;
    case 'vector':
      return `vec${type.size}<${type.element.scalar}>`;
    case 'matrix':
      return `mat${type.columns}x${type.rows}<${type.element.scalar}>`;
    case 'array': {
      const count = type.override?.replace(/#.*/, '') ?? type.count;
      return count === null ? `array<${typeName(type.element)}>` : `array<${typeName(type.element)}, ${count}>`;
    }
    case 'struct':
      return type.name;
    case 'atomic':
      return `atomic<${type.element.scalar}>`;
    case 'pointer': {
      const access = type.space === 'storage' ? `, ${type.access}` : '';
      return `ptr<${type.space}, ${typeName(type.target)}${access}>`;
    }
    case 'opaque':
      return type.parameters.length === 0 ? type.name : `${type.name}<${type.parameters.join(', ')}>`;
  }
}
