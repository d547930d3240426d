/** Structure declarations. https://www.w3.org/TR/WGSL/#struct-types */

import type { Attribute, StructDeclaration, StructMember } from '../wgsl/ast.ts';
import { integerAttribute } from './attributes.ts';
import type { Environment } from './context.ts';
import { alignOf, type MemberSpec, sizeOf, structType } from './layout.ts';
import { reject } from './rejection.ts';
import { MAX_NESTING, typeExpression } from './typeExpression.ts';
import { hasCreationFixedFootprint, isStorable, nestingDepth, typeName } from './typeRules.ts';
import type { StructType, Type } from './wgslType.ts';

/** The attributes of each member, for structures that feed or leave a shader stage. */
export type StructInterface = readonly (readonly Attribute[])[];

export function declareStruct(env: Environment, node: StructDeclaration): StructType {
  const { name, members } = node;
  if (members.length === 0) reject(name.span, `structure '${name.text}' must have at least one member`);
  const names = new Set<string>();
  const specs: MemberSpec[] = [];
  for (const [i, member] of members.entries()) {
    if (names.has(member.name.text))
      reject(member.name.span, `structure '${name.text}' has a member '${member.name.text}' already`);
    names.add(member.name.text);
    specs.push(memberSpec(env, member, i === members.length - 1));
  }
  const type = structType(name.text, specs);
  if (nestingDepth(type) > MAX_NESTING) reject(name.span, `types can be nested at most ${MAX_NESTING} levels deep`);
  env.module.interfaces.set(
    type,
    members.map((member) => member.attributes),
  );
  return type;
}

function memberSpec(env: Environment, node: StructMember, isLast: boolean): MemberSpec {
  const type = typeExpression(env, node.type);
  checkMemberType(type, node, isLast);
  return { name: node.name.text, type, align: alignment(env, node, type), size: explicitSize(env, node, type) };
}

function checkMemberType(type: Type, node: StructMember, isLast: boolean): void {
  const isRuntimeSized = type.kind === 'array' && type.count === null && type.override === undefined;
  if (isRuntimeSized) {
    if (!isLast) reject(node.span, 'an array without a length can only be the last member of a structure');
    return;
  }
  const isAllowed = isStorable(type) && type.kind !== 'opaque' && hasCreationFixedFootprint(type);
  if (!isAllowed) reject(node.type.span, `a structure cannot have a member of type '${typeName(type)}'`);
}

function alignment(env: Environment, node: StructMember, type: Type): number | undefined {
  const attribute = node.attributes.find(({ name }) => name.text === 'align');
  if (attribute === undefined) return undefined;
  const align = integerAttribute(env, attribute);
  if (align <= 0 || !Number.isInteger(Math.log2(align)))
    reject(attribute.span, `@align must be a power of two, got ${align}`);
  const required = alignOf(type);
  if (align % required !== 0)
    reject(
      attribute.span,
      `@align of a member of type '${typeName(type)}' must be a multiple of ${required}, got ${align}`,
    );
  return align;
}

function explicitSize(env: Environment, node: StructMember, type: Type): number | undefined {
  const attribute = node.attributes.find(({ name }) => name.text === 'size');
  if (attribute === undefined) return undefined;
  const size = integerAttribute(env, attribute);
  if (!hasCreationFixedFootprint(type)) reject(attribute.span, '@size cannot be on an array without a length');
  const least = sizeOf(type);
  if (size < least)
    reject(attribute.span, `@size of a member of type '${typeName(type)}' must be at least ${least}, got ${size}`);
  return size;
}
