/** The one object for each type: equal types are made once, so `===` compares them. https://www.w3.org/TR/WGSL/#types */

import type {
  AccessMode,
  AddressSpace,
  ArrayType,
  AtomicType,
  MatrixType,
  OpaqueType,
  PointerType,
  ScalarKind,
  ScalarType,
  Type,
  VectorType,
} from './wgslType.ts';

export type Lanes = 2 | 3 | 4;

export const BOOL: ScalarType = { kind: 'scalar', scalar: 'bool' };
export const I32: ScalarType = { kind: 'scalar', scalar: 'i32' };
export const U32: ScalarType = { kind: 'scalar', scalar: 'u32' };
export const F32: ScalarType = { kind: 'scalar', scalar: 'f32' };
export const F16: ScalarType = { kind: 'scalar', scalar: 'f16' };
export const ABSTRACT_INT: ScalarType = { kind: 'scalar', scalar: 'abstract-int' };
export const ABSTRACT_FLOAT: ScalarType = { kind: 'scalar', scalar: 'abstract-float' };

const SCALARS: Readonly<Record<ScalarKind, ScalarType>> = {
  bool: BOOL,
  i32: I32,
  u32: U32,
  f32: F32,
  f16: F16,
  'abstract-int': ABSTRACT_INT,
  'abstract-float': ABSTRACT_FLOAT,
};

export function scalar(kind: ScalarKind): ScalarType {
  return SCALARS[kind];
}

const vectors = new Map<ScalarType, VectorType[]>();

export function vector(size: Lanes, element: ScalarType): VectorType {
  const bySize = entry(vectors, element, () => []);
  bySize[size] ??= { kind: 'vector', size, element };
  return bySize[size];
}

const matrices = new Map<ScalarType, MatrixType[]>();

/** `columns` columns of `rows` components: `mat2x3` has two columns of vec3. */
export function matrix(columns: Lanes, rows: Lanes, element: ScalarType): MatrixType {
  const byShape = entry(matrices, element, () => []);
  const shape = columns * 4 + rows;
  byShape[shape] ??= { kind: 'matrix', columns, rows, element };
  return byShape[shape];
}

const atomics = new Map<ScalarType, AtomicType>();

export function atomic(element: ScalarType): AtomicType {
  return entry(atomics, element, () => ({ kind: 'atomic', element }));
}

// Weak, because a structure lives only as long as its module.
const arrays = new WeakMap<Type, Map<number | string | null, ArrayType>>();

/** A `count` of null is a runtime-sized array, or with `override` one whose length an override without a value gives. */
export function array(element: Type, count: number | null, override?: string): ArrayType {
  const byCount = weakEntry(arrays, element, () => new Map<number | string | null, ArrayType>());
  return entry(byCount, count ?? override ?? null, () =>
    override === undefined ? { kind: 'array', element, count } : { kind: 'array', element, count, override },
  );
}

const pointers = new WeakMap<Type, Map<string, PointerType>>();

export function pointer(space: AddressSpace, target: Type, access: AccessMode): PointerType {
  const byAccess = weakEntry(pointers, target, () => new Map<string, PointerType>());
  return entry(byAccess, `${space} ${access}`, () => ({ kind: 'pointer', space, access, target }));
}

const opaques = new Map<string, OpaqueType>();

/** A texture or a sampler. */
export function opaque(name: string, parameters: readonly string[] = []): OpaqueType {
  return entry(opaques, `${name}<${parameters.join()}>`, () => ({ kind: 'opaque', name, parameters }));
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function weakEntry<K extends object, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
