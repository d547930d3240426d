/** `bitcast<T>(e)`. https://www.w3.org/TR/WGSL/#bitcast-builtin */

import { ABSTRACT_INT, F16, U32, vector } from '../intern.ts';
import { typeName } from '../typeRules.ts';
import type { ScalarType, Type } from '../wgslType.ts';
import type { BuiltinOverload, Failure } from './overload.ts';
import { concretization } from './rank.ts';

export const BITCAST = 'bitcast';

export function resolveBitcast(args: readonly Type[], templateArgs: readonly Type[]): BuiltinOverload | Failure {
  const target = templateArgs[0];
  if (target === undefined || templateArgs.length > 1) {
    return { failure: 'bitcast takes one template argument, the type to make: bitcast<u32>(x)' };
  }
  const [source] = args;
  if (source === undefined || args.length > 1) {
    return { failure: `bitcast takes one argument, got ${args.length}` };
  }
  const from = sourceType(source, target);
  const bits = bitsOf(target);
  if (bits === null || bits !== bitsOf(from)) {
    const hint = 'both must be scalars or vectors of i32, u32, f32 or f16, with as many bits';
    return { failure: `bitcast cannot make ${typeName(target)} of ${typeName(source)}: ${hint}` };
  }
  return {
    name: BITCAST,
    parameters: [from],
    result: target,
    constEvaluable: true,
    mustUse: true,
    stages: 'any',
    requires: null,
    constArguments: [],
  };
}

/** For a bitcast to u32 an abstract integer stays one: it may have any value of u32 or of i32. */
function sourceType(source: Type, target: Type): Type {
  if (source === ABSTRACT_INT && target === U32) return source;
  if (source.kind === 'vector' && source.element === ABSTRACT_INT && target === vector(source.size, U32)) return source;
  return concretization(source);
}

/** Size of a type that bitcast knows; null for the others. f16 alone goes only to f16, and vec3<f16> to itself. */
function bitsOf(type: Type): string | null {
  const element = elementOf(type);
  if (element === null || element.scalar === 'bool') return null;
  const lanes = type.kind === 'vector' ? type.size : 1;
  if (element !== F16) return `${lanes * 32}`;
  return lanes % 2 === 0 ? `${lanes * 16}` : `f16 ${lanes}`;
}

function elementOf(type: Type): ScalarType | null {
  if (type.kind === 'scalar') return type;
  return type.kind === 'vector' ? type.element : null;
}
