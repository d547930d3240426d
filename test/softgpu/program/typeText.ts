import {
  array,
  atomic,
  type Lanes,
  matrix,
  opaque,
  pointer,
  scalar,
  vector,
} from '../../../src/softgpu/program/intern.ts';
import type { AccessMode, AddressSpace, ScalarKind, ScalarType, Type } from '../../../src/softgpu/program/wgslType.ts';

const SHORT: Readonly<Record<string, ScalarKind>> = { AI: 'abstract-int', AF: 'abstract-float' };

/** A type from its text, as in WGSL; `AI` and `AF` are the abstract numbers. */
export function type(text: string): Type {
  const open = text.indexOf('<');
  const name = open < 0 ? text : text.slice(0, open);
  const args = open < 0 ? [] : splitArguments(text.slice(open + 1, -1));
  if (name.startsWith('vec')) return vector(Number(name[3]) as Lanes, element(args[0]!));
  if (name.startsWith('mat')) return matrix(Number(name[3]) as Lanes, Number(name[5]) as Lanes, element(args[0]!));
  if (name === 'array') return array(type(args[0]!), args[1] === undefined ? null : Number(args[1]));
  if (name === 'atomic') return atomic(element(args[0]!));
  if (name === 'ptr') {
    const access = (args[2] ?? (args[0] === 'storage' ? 'read' : 'read_write')) as AccessMode;
    return pointer(args[0] as AddressSpace, type(args[1]!), access);
  }
  return name.startsWith('texture') || name.startsWith('sampler') ? opaque(name, args) : element(name);
}

/** `a, b` as types. */
export function types(text: string): Type[] {
  return text === '' ? [] : splitArguments(text).map(type);
}

function element(name: string): ScalarType {
  return scalar(SHORT[name] ?? (name as ScalarKind));
}

/** Splits at commas outside of angle brackets. */
function splitArguments(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '<') depth++;
    if (text[at] === '>') depth--;
    if (at < text.length && (text[at] !== ',' || depth > 0)) continue;
    args.push(text.slice(start, at).trim());
    start = at + 1;
  }
  return args;
}
