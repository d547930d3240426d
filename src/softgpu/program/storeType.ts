/** Which types may live in which address space. https://www.w3.org/TR/WGSL/#address-space */

import type { Span } from '../wgsl/ast.ts';
import { reject } from './rejection.ts';
import {
  containsAtomic,
  hasCreationFixedFootprint,
  hasFixedFootprint,
  isConstructible,
  isHostShareable,
  typeName,
} from './typeRules.ts';
import type { AccessMode, AddressSpace, Type } from './wgslType.ts';

/** For a variable in `space`, or what a pointer into it points at; `what` names it in messages. */
export function checkStoreType(type: Type, space: AddressSpace, access: AccessMode, span: Span, what: string): void {
  const refuse = (why = ''): never => reject(span, `${what} cannot be of type '${typeName(type)}'${why}`);
  switch (space) {
    case 'function':
    case 'private':
      if (!isConstructible(type)) refuse();
      break;
    case 'workgroup':
      if (!hasFixedFootprint(type)) refuse();
      break;
    case 'uniform':
      if (!isHostShareable(type)) refuse(': buffers hold numbers');
      if (!hasCreationFixedFootprint(type) || containsAtomic(type)) refuse();
      break;
    case 'storage':
      if (!isHostShareable(type)) refuse(': buffers hold numbers');
      if (hasOverrideLength(type)) refuse(': overrides give lengths only in workgroup memory');
      if (containsAtomic(type) && access !== 'read_write') refuse(": atomics need the access mode 'read_write'");
      break;
    case 'handle':
  }
  if (space !== 'storage' && space !== 'uniform') checkElementCount(type, span);
}

function hasOverrideLength(type: Type): boolean {
  return type.kind === 'array' && (type.override !== undefined || hasOverrideLength(type.element));
}

/** Elements of an array outside of buffers; https://www.w3.org/TR/WGSL/#limits asks for no more. */
const MAX_ELEMENTS = 65535;

/** For arrays that are values, or variables outside of buffers. */
export function checkElementCount(type: Type, span: Span): void {
  for (let at = type; at.kind === 'array'; at = at.element) {
    if (at.count !== null && at.count > MAX_ELEMENTS) {
      reject(span, `an array outside of buffers can have at most ${MAX_ELEMENTS} elements, got ${at.count}`);
    }
  }
}
