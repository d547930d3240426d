/** Types as written, to types. https://www.w3.org/TR/WGSL/#type-expr */

import type { Expression as Syntax } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import { materialize, value } from './expression.ts';
import { array, atomic, F32, type Lanes, matrix, opaque, pointer, vector } from './intern.ts';
import { describe, type Meaning } from './meaning.ts';
import { ACCESS_MODES, ADDRESS_SPACES, SAMPLED_TEXTURES, STORAGE_TEXTURES, TEXEL_FORMATS } from './predeclared.ts';
import type { Expression } from './program.ts';
import { reject } from './rejection.ts';
import { checkStoreType } from './storeType.ts';
import {
  hasCreationFixedFootprint,
  isAbstract,
  isFloat,
  isInteger,
  isStorable,
  nestingDepth,
  scalarOf,
  typeName,
} from './typeRules.ts';
import type { AccessMode, AddressSpace, ScalarType, Type } from './wgslType.ts';

/** https://www.w3.org/TR/WGSL/#limits */
export const MAX_NESTING = 15;

export function typeExpression(env: Environment, node: Syntax): Type {
  if (node.kind !== 'identifier') reject(node.span, 'expected a type here');
  const name = node.name.text;
  const meaning = env.lookup(name, node.name.span);
  if (meaning === undefined) reject(node.name.span, `unresolved type '${name}'`);
  const type = typeOf(env, node, meaning, node.templateArgs);
  requireExtensions(env, type, node);
  return type;
}

function typeOf(
  env: Environment,
  node: Syntax & { kind: 'identifier' },
  meaning: Meaning,
  args: readonly Syntax[] | null,
): Type {
  const name = node.name.text;
  if (meaning.kind === 'type') {
    if (args !== null) reject(node.span, `type '${name}' takes no template arguments`);
    return meaning.type;
  }
  if (meaning.kind !== 'generator') reject(node.name.span, `cannot use ${describe(meaning, name)} as a type`);
  if (args === null) reject(node.span, `'${name}' needs template arguments, as in '${example(name)}'`);
  const type = generate(env, name, node, args);
  if (nestingDepth(type) > MAX_NESTING) reject(node.span, `types can be nested at most ${MAX_NESTING} levels deep`);
  return type;
}

function requireExtensions({ module }: Environment, type: Type, node: Syntax): void {
  if (scalarOf(type)?.scalar === 'f16' && !module.extensions.has('f16')) {
    reject(node.span, `'${typeName(type)}' needs 'enable f16;' at the start of the module`);
  }
}

/** The type of `name<args>`. */
function generate(env: Environment, name: string, node: Syntax, args: readonly Syntax[]): Type {
  if (name.startsWith('vec')) {
    expectArgs(name, node, args, 1, 1);
    return vector(Number(name[3]) as Lanes, scalarArgument(env, name, args[0]!));
  }
  if (name.startsWith('mat')) {
    expectArgs(name, node, args, 1, 1);
    const element = scalarArgument(env, name, args[0]!);
    if (!isFloat(element)) reject(args[0]!.span, `matrices are of f32 or f16, not of '${typeName(element)}'`);
    return matrix(Number(name[3]) as Lanes, Number(name[5]) as Lanes, element);
  }
  if (name === 'array') return arrayOf(env, node, args);
  if (name === 'atomic') {
    expectArgs(name, node, args, 1, 1);
    const element = typeExpression(env, args[0]!);
    if (element.kind !== 'scalar' || !isInteger(element))
      reject(args[0]!.span, `atomics are of i32 or u32, not of '${typeName(element)}'`);
    return atomic(element);
  }
  if (name === 'ptr') return pointerTo(env, node, args);
  return texture(env, name, node, args);
}

function scalarArgument(env: Environment, name: string, node: Syntax): ScalarType {
  const element = typeExpression(env, node);
  if (element.kind !== 'scalar')
    reject(node.span, `components of '${name}' must be scalars, got '${typeName(element)}'`);
  return element;
}

function arrayOf(env: Environment, node: Syntax, args: readonly Syntax[]): Type {
  expectArgs('array', node, args, 1, 2);
  const element = typeExpression(env, args[0]!);
  if (!isStorable(element) || !hasCreationFixedFootprint(element)) {
    reject(args[0]!.span, `'${typeName(element)}' cannot be the element type of an array`);
  }
  return args.length === 1 ? array(element, null) : arrayWithLength(env, element, args[1]!);
}

function arrayWithLength(env: Environment, element: Type, node: Syntax): Type {
  const { evaluating } = env;
  // A type is evaluated even where a short-circuit skips the value.
  env.evaluating = true;
  const length = materialize(env, value(env, node));
  env.evaluating = evaluating;
  if (length.type.kind !== 'scalar' || !isInteger(length.type)) {
    reject(node.span, `an array's length must be of i32 or u32, not of '${typeName(length.type)}'`);
  }
  if (length.kind === 'constant') {
    const count = length.value as number;
    if (count < 1) reject(node.span, `an array's length must be at least 1, got ${count}`);
    return array(element, count);
  }
  if (!isOverrideExpression(length))
    reject(node.span, "an array's length must be a const-expression or an override-expression");
  // Two lengths are known to be equal only where they are one override's name.
  return array(element, null, length.kind === 'override' ? length.name : `expression#${node.span.offset}`);
}

/** Functions whose values are known only when a shader runs, whatever their arguments. */
const RUN_TIME = /^(subgroup|quad|dpd|fwidth)/;

/** Made of constants and overrides alone: its value is known when the pipeline is made. */
export function isOverrideExpression(checked: Expression): boolean {
  switch (checked.kind) {
    case 'constant':
    case 'override':
      return true;
    case 'unary':
      return isOverrideExpression(checked.operand);
    case 'binary':
      return isOverrideExpression(checked.left) && isOverrideExpression(checked.right);
    case 'convert':
      return isOverrideExpression(checked.value);
    case 'member':
    case 'swizzle':
      return isOverrideExpression(checked.base);
    case 'element':
      return isOverrideExpression(checked.base) && isOverrideExpression(checked.index);
    case 'builtin':
      return !RUN_TIME.test(checked.name) && checked.args.every((arg) => isOverrideExpression(arg));
    case 'construct':
      return checked.args.every((arg) => isOverrideExpression(arg));
    default:
      return false;
  }
}

function pointerTo(env: Environment, node: Syntax, args: readonly Syntax[]): Type {
  expectArgs('ptr', node, args, 2, 3);
  const space = enumerant(env, args[0]!, ADDRESS_SPACES, 'an address space') as AddressSpace;
  const target = typeExpression(env, args[1]!);
  if (!isStorable(target) || target.kind === 'opaque')
    reject(args[1]!.span, `a pointer cannot point at '${typeName(target)}'`);
  if (args.length === 3 && space !== 'storage')
    reject(args[2]!.span, `only pointers into 'storage' take an access mode`);
  const access = args.length === 3 ? accessMode(env, args[2]!) : defaultAccess(space);
  checkStoreType(target, space, access, args[1]!.span, `what is in '${space}'`);
  return pointer(space, target, access);
}

export function defaultAccess(space: AddressSpace): AccessMode {
  return space === 'storage' || space === 'uniform' || space === 'handle' ? 'read' : 'read_write';
}

/** The access mode of a storage buffer. */
export function accessMode(env: Environment, node: Syntax): AccessMode {
  const access = enumerant(env, node, ACCESS_MODES, 'an access mode') as AccessMode;
  if (access === 'write') reject(node.span, `'storage' takes the access modes 'read' and 'read_write', not 'write'`);
  return access;
}

export function addressSpace(env: Environment, node: Syntax): AddressSpace {
  return enumerant(env, node, ADDRESS_SPACES, 'an address space') as AddressSpace;
}

function enumerant(env: Environment, node: Syntax, names: ReadonlySet<string>, what: string): string {
  if (node.kind !== 'identifier' || node.templateArgs !== null) reject(node.span, `expected ${what} here`);
  const name = node.name.text;
  const meaning = env.lookup(name, node.span);
  if (meaning === undefined) reject(node.span, `unresolved name '${name}': expected ${what}`);
  if (meaning.kind !== 'enumerant') reject(node.span, `cannot use ${describe(meaning, name)} as ${what}`);
  if (!names.has(name)) reject(node.span, `'${name}' is not ${what}`);
  return name;
}

function texture(env: Environment, name: string, node: Syntax, args: readonly Syntax[]): Type {
  if (STORAGE_TEXTURES.has(name)) {
    expectArgs(name, node, args, 2, 2);
    const format = enumerant(env, args[0]!, TEXEL_FORMATS, 'a texel format');
    return opaque(name, [format, enumerant(env, args[1]!, ACCESS_MODES, 'an access mode')]);
  }
  if (!SAMPLED_TEXTURES.has(name)) reject(node.span, `'${name}' takes no template arguments`);
  expectArgs(name, node, args, 1, 1);
  const sampled = typeExpression(env, args[0]!);
  const isSampleable = sampled.kind === 'scalar' && !isAbstract(sampled) && (isInteger(sampled) || sampled === F32);
  if (!isSampleable) reject(args[0]!.span, `'${name}' gives f32, i32 or u32, not '${typeName(sampled)}'`);
  return opaque(name, [sampled.scalar]);
}

function expectArgs(name: string, node: Syntax, args: readonly Syntax[], min: number, max: number): void {
  if (args.length >= min && args.length <= max) return;
  const expected = min === max ? `${min}` : `${min} to ${max}`;
  reject(node.span, `'${name}' takes ${expected} template argument${max === 1 ? '' : 's'}, got ${args.length}`);
}

function example(name: string): string {
  if (name === 'array') return 'array<f32, 4>';
  if (name === 'ptr') return 'ptr<function, f32>';
  if (name === 'atomic') return 'atomic<u32>';
  return STORAGE_TEXTURES.has(name) ? `${name}<rgba8unorm, write>` : `${name}<f32>`;
}
