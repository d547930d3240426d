/** The structures that `frexp`, `modf` and `atomicCompareExchangeWeak` return: no module can name them. */

import { ABSTRACT_INT, BOOL, I32, vector } from '../intern.ts';
import { structType } from '../layout.ts';
import { typeName } from '../typeRules.ts';
import type { ScalarType, StructType, Type } from '../wgslType.ts';

export type ResultFamily = 'frexp' | 'modf' | 'atomic_compare_exchange';

const byArgument: Readonly<Record<ResultFamily, Map<Type, StructType>>> = {
  frexp: new Map(),
  modf: new Map(),
  atomic_compare_exchange: new Map(),
};
const known = new WeakMap<StructType, { readonly family: ResultFamily; readonly argument: Type }>();

/** The structure that the function of `family` returns for an argument of scalar or vector type `argument`. */
export function resultStructure(family: ResultFamily, argument: Type): StructType {
  const made = byArgument[family].get(argument);
  if (made !== undefined) return made;
  const type = structType(nameOf(family, argument), membersOf(family, argument));
  byArgument[family].set(argument, type);
  known.set(type, { family, argument });
  return type;
}

/** What `type` is the result of; null for structures of a module. */
export function resultStructureOf(type: StructType): { readonly family: ResultFamily; readonly argument: Type } | null {
  return known.get(type) ?? null;
}

function membersOf(family: ResultFamily, argument: Type): { name: string; type: Type }[] {
  switch (family) {
    case 'frexp':
      return [
        { name: 'fract', type: argument },
        { name: 'exp', type: exponentType(argument) },
      ];
    case 'modf':
      return [
        { name: 'fract', type: argument },
        { name: 'whole', type: argument },
      ];
    case 'atomic_compare_exchange':
      return [
        { name: 'old_value', type: argument },
        { name: 'exchanged', type: BOOL },
      ];
  }
}

function exponentType(argument: Type): Type {
  if (argument.kind === 'vector') return vector(argument.size, exponentScalar(argument.element));
  return argument.kind === 'scalar' ? exponentScalar(argument) : I32;
}

function exponentScalar({ scalar }: ScalarType): ScalarType {
  return scalar === 'abstract-float' ? ABSTRACT_INT : I32;
}

function nameOf(family: ResultFamily, argument: Type): string {
  if (family === 'atomic_compare_exchange') return `__atomic_compare_exchange_result<${typeName(argument)}>`;
  const size = argument.kind === 'vector' ? `vec${argument.size}_` : '';
  const element = argument.kind === 'vector' ? argument.element : argument;
  return `__${family}_result_${size}${typeName(element).replace('abstract-float', 'abstract')}`;
}
