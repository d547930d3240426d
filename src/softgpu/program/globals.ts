/** Module-scope declarations but functions and structures. https://www.w3.org/TR/WGSL/#var-and-value */

import type { OverrideDeclaration, VarDeclaration } from '../wgsl/ast.ts';
import { findAttribute, naturalAttribute } from './attributes.ts';
import { convertConstant } from './constant/convert.ts';
import type { Environment } from './context.ts';
import { type Typed, value } from './expression.ts';
import { ABSTRACT_FLOAT, BOOL, I32, U32 } from './intern.ts';
import { initializer } from './locals.ts';
import type { Meaning } from './meaning.ts';
import type { ConstantValue, Override, Variable } from './program.ts';
import { reject } from './rejection.ts';
import { checkStoreType } from './storeType.ts';
import { accessMode, addressSpace, defaultAccess, isOverrideExpression, typeExpression } from './typeExpression.ts';
import { typeName } from './typeRules.ts';
import type { AccessMode, AddressSpace, Type } from './wgslType.ts';

export function globalVariable(env: Environment, node: VarDeclaration): Variable {
  const stated = node.type === null ? null : typeExpression(env, node.type);
  const given = node.initializer === null ? null : value(env, node.initializer);
  const initial = given === null ? null : initializer(env, given, stated, node);
  const type = stated ?? initial?.type;
  if (type === undefined) reject(node.name.span, `'${node.name.text}' needs a type or an initializer`);
  const { space, access } = memory(env, node, type);
  checkStoreType(type, space, access, (node.type ?? node.name).span, `'${node.name.text}', in '${space}',`);
  checkInitializer(node, space, initial);
  return {
    name: node.name.text,
    space,
    access,
    type,
    binding: bindingOf(env, node, space),
    initial,
    span: node.name.span,
  };
}

function memory(env: Environment, node: VarDeclaration, type: Type): { space: AddressSpace; access: AccessMode } {
  const [spaceNode, accessNode, extra] = node.templateArgs ?? [];
  if (extra !== undefined) reject(extra.span, "'var' takes an address space and an access mode, nothing more");
  if (spaceNode === undefined) {
    if (type.kind !== 'opaque')
      reject(node.name.span, `'${node.name.text}' needs an address space, as in 'var<private>'`);
    return { space: 'handle', access: 'read' };
  }
  const space = addressSpace(env, spaceNode);
  if (space === 'function') reject(spaceNode.span, "variables at module scope cannot be in address space 'function'");
  if (type.kind === 'opaque') reject(spaceNode.span, `a '${typeName(type)}' takes no address space`);
  if (accessNode === undefined) return { space, access: defaultAccess(space) };
  if (space !== 'storage') reject(accessNode.span, "only variables in 'storage' take an access mode");
  return { space, access: accessMode(env, accessNode) };
}

function checkInitializer(
  { name, initializer: node }: VarDeclaration,
  space: AddressSpace,
  initial: Typed | null,
): void {
  if (initial === null || node === null) return;
  if (space !== 'private')
    reject(node.span, `'${name.text}' cannot have an initializer: only variables in 'private' and 'function' can`);
  if (!isOverrideExpression(initial))
    reject(node.span, `'${name.text}' must be initialized by a const-expression or an override-expression`);
}

function bindingOf(env: Environment, { attributes, name }: VarDeclaration, space: AddressSpace): Variable['binding'] {
  const group = findAttribute(attributes, 'group');
  const binding = findAttribute(attributes, 'binding');
  const isResource = space === 'storage' || space === 'uniform' || space === 'handle';
  if (isResource) {
    if (group === undefined || binding === undefined)
      reject(name.span, `'${name.text}' is a resource: it needs '@group' and '@binding'`);
    return { group: naturalAttribute(env, group), binding: naturalAttribute(env, binding) };
  }
  const extra = group ?? binding;
  if (extra !== undefined) reject(extra.span, `'${name.text}' is no resource: it takes no @${extra.name.text}`);
  return null;
}

/** https://www.w3.org/TR/WGSL/#override-decls */
export function overrideMeaning(env: Environment, node: OverrideDeclaration): Meaning & { readonly kind: 'override' } {
  const name = node.name.text;
  const stated = node.type === null ? null : typeExpression(env, node.type);
  const given = node.initializer === null ? null : value(env, node.initializer);
  const initial = given === null ? null : initializer(env, given, stated, node);
  const type = stated ?? initial?.type;
  if (type === undefined) reject(node.name.span, `'${name}' needs a type or an initializer`);
  if (type.kind !== 'scalar')
    reject((node.type ?? node.name).span, `an override must be a scalar, not '${typeName(type)}'`);
  if (initial !== null && !isOverrideExpression(initial))
    reject(initial.span, `'${name}' must be initialized by a const-expression or an override-expression`);
  const idNode = findAttribute(node.attributes, 'id');
  const id = idNode === undefined ? null : naturalAttribute(env, idNode);
  if (id !== null && id > 65535) reject(idNode!.span, `@id must be less than 65536, got ${id}`);
  const override: Override = {
    name,
    id,
    type: type.scalar as Override['type'],
    hasDefault: initial !== null,
    span: node.name.span,
  };
  return { kind: 'override', override, type, value: overrideValue(env, override, type, initial) };
}

/** The value from outside, or else the default; null while values are not known. */
function overrideValue(
  { module }: Environment,
  override: Override,
  type: Type,
  initial: Typed | null,
): ConstantValue | null {
  if (module.values === null) return null;
  const outside = module.values.get(override.id === null ? override.name : String(override.id));
  if (outside === undefined) return initial?.kind === 'constant' ? initial.value : null;
  return fromOutside(override, type, Number(outside));
}

/** As WebGPU converts pipeline constants: numbers must be finite and fit the type, fractions of integers are cut. */
function fromOutside({ name, span }: Override, type: Type, outside: number): ConstantValue {
  const refuse = (): never => reject(span, `override '${name}' of type '${typeName(type)}' cannot be ${outside}`);
  if (!Number.isFinite(outside)) refuse();
  if (type === BOOL) return outside !== 0;
  if (type === I32 || type === U32) {
    const whole = Math.trunc(outside);
    const [low, high] = type === I32 ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
    return whole >= low && whole <= high ? whole + 0 : refuse();
  }
  try {
    return convertConstant(outside, ABSTRACT_FLOAT, type);
  } catch {
    return refuse();
  }
}
