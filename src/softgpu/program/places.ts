/** References and pointers: what is a place, what it originates in, and who reads and writes it. */

import type { AddressOfExpression, IndirectionExpression } from '../wgsl/ast.ts';
import type { Environment } from './context.ts';
import { expression, type Typed, value } from './expression.ts';
import type { Root } from './functionRecord.ts';
import { pointer } from './intern.ts';
import type { Expression } from './program.ts';
import { reject } from './rejection.ts';
import { typeName } from './typeRules.ts';
import type { AccessMode, AddressSpace } from './wgslType.ts';

/** The variable or the indirection that an expression is a part of; null if it is a part of a value. */
function origin(place: Expression): (Expression & { kind: 'variable' | 'deref' }) | null {
  let at = place;
  while (at.kind === 'member' || at.kind === 'element' || at.kind === 'swizzle') at = at.base;
  return at.kind === 'variable' || at.kind === 'deref' ? at : null;
}

export function isPlace(expression: Expression): boolean {
  return origin(expression) !== null;
}

/** Where the memory of a place is, and how it may be used; null for a value. */
export function memoryOf(place: Expression): { readonly space: AddressSpace; readonly access: AccessMode } | null {
  const from = origin(place);
  if (from === null) return null;
  if (from.kind === 'variable') return from.variable;
  return from.pointer.type?.kind === 'pointer' ? from.pointer.type : null;
}

/** The originating variable or pointer parameter of a place. */
export function rootOfPlace(env: Environment, place: Expression): Root | null {
  const from = origin(place);
  if (from === null) return null;
  return from.kind === 'variable' ? from.variable : rootOfPointer(env, from.pointer);
}

/** The originating variable or pointer parameter of a pointer value. */
export function rootOfPointer(env: Environment, pointer: Expression): Root | null {
  if (pointer.kind === 'addressOf') return rootOfPlace(env, pointer.place);
  return pointer.kind === 'binding' ? (env.roots.get(pointer.binding) ?? null) : null;
}

/** Notes for the alias analysis that the function reads or writes the place. */
export function recordAccess(env: Environment, place: Expression, set: 'reads' | 'writes'): void {
  recordRoot(env, rootOfPlace(env, place), set);
}

export function recordRoot({ record }: Environment, root: Root | null, set: 'reads' | 'writes'): void {
  if (record === null || root === null) return;
  // Local variables are seen by no one else but through pointers, whose parameters are noted.
  if ('space' in root && (root.space === 'function' || root.space === 'handle')) return;
  record[set].add(root);
}

export function addressOf(env: Environment, node: AddressOfExpression): Typed {
  const place = expression(env, node.operand);
  const memory = memoryOf(place);
  if (memory === null)
    reject(
      node.span,
      `cannot take the address of a value of type '${typeName(place.type)}': only of variables and their parts`,
    );
  if (memory.space === 'handle') reject(node.span, `cannot take the address of a '${typeName(place.type)}'`);
  const inVector = place.kind === 'swizzle' || (place.kind === 'element' && place.base.type?.kind === 'vector');
  if (inVector) reject(node.span, "cannot take the address of a vector's component");
  return { kind: 'addressOf', type: pointer(memory.space, place.type, memory.access), span: node.span, place };
}

export function indirection(env: Environment, node: IndirectionExpression): Typed {
  const pointed = value(env, node.operand);
  if (pointed.type.kind !== 'pointer')
    reject(node.span, `cannot dereference a value of type '${typeName(pointed.type)}': it is not a pointer`);
  return { kind: 'deref', type: pointed.type.target, span: node.span, pointer: pointed };
}

/** A pointer stands for the place it points at when one of its parts is named: `p.x` is `(*p).x`. */
export function throughPointer(base: Typed): Typed {
  if (base.type.kind !== 'pointer') return base;
  return { kind: 'deref', type: base.type.target, span: base.span, pointer: base };
}
