/** Built-in functions that take a pointer: atomics, `arrayLength`, `workgroupUniformLoad`. https://www.w3.org/TR/WGSL/#atomic-builtin-functions */

import { U32 } from '../intern.ts';
import { isConcrete, isConstructible } from '../typeRules.ts';
import type { PointerType, ScalarType, Type } from '../wgslType.ts';
import { type BuiltinOverload, type Failure, noOverload, type Stages } from './overload.ts';
import { conversionRank } from './rank.ts';
import { resultStructure } from './resultStructure.ts';

/** How many values follow the pointer, and what comes back. */
interface AtomicFunction {
  readonly values: number;
  readonly result: 'old' | 'exchange' | 'none';
}

const ATOMICS: ReadonlyMap<string, AtomicFunction> = new Map([
  ['atomicLoad', { values: 0, result: 'old' }],
  ['atomicStore', { values: 1, result: 'none' }],
  ['atomicAdd', { values: 1, result: 'old' }],
  ['atomicSub', { values: 1, result: 'old' }],
  ['atomicMax', { values: 1, result: 'old' }],
  ['atomicMin', { values: 1, result: 'old' }],
  ['atomicAnd', { values: 1, result: 'old' }],
  ['atomicOr', { values: 1, result: 'old' }],
  ['atomicXor', { values: 1, result: 'old' }],
  ['atomicExchange', { values: 1, result: 'old' }],
  ['atomicCompareExchangeWeak', { values: 2, result: 'exchange' }],
]);

export const MEMORY_FUNCTIONS: ReadonlySet<string> = new Set([
  ...ATOMICS.keys(),
  'arrayLength',
  'workgroupUniformLoad',
]);

export function resolveMemory(name: string, args: readonly Type[]): BuiltinOverload | Failure {
  const [pointer] = args;
  const atomic = ATOMICS.get(name);
  if (atomic !== undefined) return resolveAtomic(name, atomic, args);
  if (args.length === 1 && pointer?.kind === 'pointer') {
    if (name === 'arrayLength' && isRuntimeSized(pointer.target) && pointer.access !== 'write') {
      return overload(name, args, U32, 'any');
    }
    if (name === 'workgroupUniformLoad' && pointer.space === 'workgroup') {
      const { target } = pointer;
      if (target.kind === 'atomic') return overload(name, args, target.element, 'compute');
      if (isConcrete(target) && isConstructible(target)) return overload(name, args, target, 'compute');
    }
  }
  return { failure: noOverload(name, args, [CANDIDATES[name] ?? name]) };
}

const CANDIDATES: Readonly<Record<string, string>> = {
  arrayLength: 'arrayLength(ptr<storage, array<E>>) -> u32, for a runtime-sized array',
  workgroupUniformLoad:
    'workgroupUniformLoad(ptr<workgroup, T>) -> T, where T is an atomic, or a constructible type whose size no override gives',
};

function isRuntimeSized(type: Type): boolean {
  return type.kind === 'array' && type.count === null && type.override === undefined;
}

function resolveAtomic(
  name: string,
  { values, result }: AtomicFunction,
  args: readonly Type[],
): BuiltinOverload | Failure {
  const element = atomicElement(args[0]);
  const given = args.slice(1);
  if (element === null || given.length !== values || !given.every((type) => conversionRank(type, element) !== null)) {
    const parameters = `${name}(ptr<AS, atomic<T>, read_write>${', T'.repeat(values)})`;
    const returns = { old: ' -> T', none: '', exchange: ' -> __atomic_compare_exchange_result<T>' }[result];
    const where = 'where AS is workgroup or storage, T is i32 or u32';
    return { failure: noOverload(name, args, [`${parameters}${returns}, ${where}`]) };
  }
  const parameters = [args[0]!, ...given.map(() => element)];
  if (result === 'none') return { ...overload(name, parameters, null, 'compute-or-fragment') };
  const returned = result === 'old' ? element : resultStructure('atomic_compare_exchange', element);
  // Dropping what the atomic held before is common: only `atomicLoad` exists for its result alone, and even it may be dropped.
  return overload(name, parameters, returned, 'compute-or-fragment');
}

function atomicElement(type: Type | undefined): ScalarType | null {
  if (type?.kind !== 'pointer' || type.target.kind !== 'atomic' || !isAtomicMemory(type)) return null;
  return type.target.element;
}

function isAtomicMemory({ space, access }: PointerType): boolean {
  return (space === 'workgroup' || space === 'storage') && access === 'read_write';
}

function overload(name: string, parameters: readonly Type[], result: Type | null, stages: Stages): BuiltinOverload {
  const mustUse = result !== null && !ATOMICS.has(name);
  return { name, parameters, result, constEvaluable: false, mustUse, stages, requires: null, constArguments: [] };
}
