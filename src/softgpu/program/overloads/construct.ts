/** Value constructors. https://www.w3.org/TR/WGSL/#constructor-builtin-function */

import { ABSTRACT_FLOAT, ABSTRACT_INT, array, type Lanes, matrix, vector } from '../intern.ts';
import { isConstructible, isFloat, scalarOf, typeName } from '../typeRules.ts';
import type { MatrixType, ScalarType, Type, VectorType } from '../wgslType.ts';
import type { Failure } from './overload.ts';
import { commonType, concretization, conversionRank, joinScalars } from './rank.ts';

/** The type to make, or one whose element type the arguments give: `vec3(…)`, `mat2x2(…)`, `array(…)`. */
export type ConstructorTarget =
  | Type
  | { readonly kind: 'infer-vector'; readonly size: Lanes }
  | { readonly kind: 'infer-matrix'; readonly columns: Lanes; readonly rows: Lanes }
  | { readonly kind: 'infer-array' };

export interface Construction {
  /**
   * `zero`: no arguments. `identity`: one, of the type itself. `convert`: one of
   * the same shape, whose scalars are converted. `splat`: one scalar for all
   * components of a vector. `construct`: the parts.
   */
  readonly form: 'zero' | 'identity' | 'convert' | 'splat' | 'construct';
  readonly type: Type;
  /** The types the arguments convert to by themselves; of `convert` the argument's own. */
  readonly parameters: readonly Type[];
}

/** Unless `allConst`, some argument is no const-expression, and the result is concrete. */
export function resolveConstructor(
  target: ConstructorTarget,
  args: readonly Type[],
  allConst: boolean,
): Construction | Failure {
  switch (target.kind) {
    case 'infer-vector':
      return inferVector(target.size, args, allConst);
    case 'infer-matrix':
      return inferMatrix(target.columns, target.rows, args, allConst);
    case 'infer-array':
      return inferArray(args, allConst);
    default:
  }
  if (!isConstructible(target)) return { failure: `${typeName(target)} has no value constructor` };
  if (args.length === 0) return { form: 'zero', type: target, parameters: [] };
  switch (target.kind) {
    case 'scalar':
      return constructScalar(target, args);
    case 'vector':
      return constructVector(target, args);
    case 'matrix':
      return constructMatrix(target, args);
    case 'array':
      return constructParts(
        target,
        Array.from({ length: args.length }, () => target.element),
        target.count!,
        args,
      );
    case 'struct':
      return constructParts(
        target,
        target.members.map(({ type }) => type),
        target.members.length,
        args,
      );
    default:
      return { failure: `${typeName(target)} has no value constructor` };
  }
}

function constructScalar(type: ScalarType, args: readonly Type[]): Construction | Failure {
  const [arg] = args;
  if (args.length !== 1 || arg?.kind !== 'scalar') {
    return { failure: `${type.scalar}() takes one scalar, got (${args.map(typeName).join(', ')})` };
  }
  return { form: arg === type ? 'identity' : 'convert', type, parameters: [arg] };
}

function constructVector(type: VectorType, args: readonly Type[]): Construction | Failure {
  const { size, element } = type;
  const [first] = args;
  if (args.length === 1 && first?.kind === 'scalar' && conversionRank(first, element) !== null) {
    return { form: 'splat', type, parameters: [element] };
  }
  if (args.length === 1 && first?.kind === 'vector' && first.size === size) {
    return { form: first === type ? 'identity' : 'convert', type, parameters: [first] };
  }
  if (args.length > 1 && componentCount(args) === size) {
    const parameters = args.map((arg) => (arg.kind === 'vector' ? vector(arg.size, element) : element));
    if (args.every((arg, i) => conversionRank(arg, parameters[i]!) !== null)) {
      return { form: 'construct', type, parameters };
    }
  }
  const made = typeName(type);
  return {
    failure: `${made} cannot be made of (${args.map(typeName).join(', ')}): it takes one ${element.scalar}, one vec${size}, or ${element.scalar} scalars and vectors of ${size} components together`,
  };
}

/** Of scalars and vectors; NaN if there is anything else. */
function componentCount(args: readonly Type[]): number {
  let count = 0;
  for (const arg of args) count += arg.kind === 'vector' ? arg.size : arg.kind === 'scalar' ? 1 : Number.NaN;
  return count;
}

function constructMatrix(type: MatrixType, args: readonly Type[]): Construction | Failure {
  const { columns, rows, element } = type;
  const [first] = args;
  if (args.length === 1 && first?.kind === 'matrix' && first.columns === columns && first.rows === rows) {
    return { form: first === type ? 'identity' : 'convert', type, parameters: [first] };
  }
  const part = args.length === columns ? vector(rows, element) : args.length === columns * rows ? element : null;
  if (part !== null && args.every((arg) => conversionRank(arg, part) !== null)) {
    return { form: 'construct', type, parameters: args.map(() => part) };
  }
  const kind = element.scalar;
  return {
    failure: `${typeName(type)} cannot be made of (${args.map(typeName).join(', ')}): it takes ${columns} columns vec${rows}<${kind}>, or ${columns * rows} ${kind} scalars, or a mat${columns}x${rows}`,
  };
}

function constructParts(
  type: Type,
  parts: readonly Type[],
  count: number,
  args: readonly Type[],
): Construction | Failure {
  if (args.length !== count) {
    return { failure: `${typeName(type)} takes ${count} values, got ${args.length}` };
  }
  for (let i = 0; i < count; i++) {
    if (conversionRank(args[i]!, parts[i]!) === null) {
      const part = `${typeName(parts[i]!)} as value ${i + 1}`;
      return { failure: `${typeName(type)} takes ${part}, got ${typeName(args[i]!)}` };
    }
  }
  return { form: 'construct', type, parameters: parts };
}

function inferVector(size: Lanes, args: readonly Type[], allConst: boolean): Construction | Failure {
  if (args.length === 0) return { form: 'zero', type: vector(size, ABSTRACT_INT), parameters: [] };
  const element = commonElement(args);
  if (element === null) {
    return { failure: `vec${size} cannot be made of (${args.map(typeName).join(', ')}): no common element type` };
  }
  return resolveConstructor(concreteUnless(allConst, vector(size, element)), args, allConst);
}

function inferMatrix(columns: Lanes, rows: Lanes, args: readonly Type[], allConst: boolean): Construction | Failure {
  const common = commonElement(args);
  const element = common === ABSTRACT_INT ? ABSTRACT_FLOAT : common;
  if (element === null || !isFloat(element)) {
    const given = args.map(typeName).join(', ');
    return { failure: `mat${columns}x${rows} cannot be made of (${given}): no common float element type` };
  }
  return resolveConstructor(concreteUnless(allConst, matrix(columns, rows, element)), args, allConst);
}

function inferArray(args: readonly Type[], allConst: boolean): Construction | Failure {
  const common = commonType(args);
  if (common === null) {
    const reason = args.length === 0 ? 'without arguments write array<T, N>()' : 'they have no common type';
    return { failure: `array cannot be made of (${args.map(typeName).join(', ')}): ${reason}` };
  }
  return resolveConstructor(concreteUnless(allConst, array(common, args.length)), args, allConst);
}

function concreteUnless(mayBeAbstract: boolean, type: Type): Type {
  return mayBeAbstract ? type : concretization(type);
}

/** The common type of the scalars in scalars, vectors and matrices. */
function commonElement(args: readonly Type[]): ScalarType | null {
  let common: ScalarType | null = null;
  for (const arg of args) {
    const element = scalarOf(arg);
    if (element === null) return null;
    common = common === null ? element : joinScalars(common, element);
    if (common === null) return null;
  }
  return common;
}
