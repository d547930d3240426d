/**
 * The overload of a built-in function that a call means.
 * https://www.w3.org/TR/WGSL/#overload-resolution-section
 */

import type { ScalarKind, Type } from '../wgslType.ts';
import { BITCAST, resolveBitcast } from './bitcast.ts';
import { MEMORY_FUNCTIONS, resolveMemory } from './memory.ts';
import { type Family, NUMERIC_FAMILIES } from './numeric.ts';
import { type BuiltinOverload, type Failure, noOverload } from './overload.ts';
import { type Form, matchForm, parseForm } from './signature.ts';
import { resolveTexture, TEXTURE_FUNCTIONS } from './texture.ts';

interface NumericFunction {
  readonly family: Family;
  readonly forms: readonly Form[];
  /** Overloads found before, by the types of the arguments. */
  readonly found: CallNode;
  readonly foundConst: CallNode;
}

/** A tree over the types of the arguments. Types that belong to one module never enter it. */
interface CallNode {
  overload: BuiltinOverload | null;
  readonly next: Map<Type, CallNode>;
}

const numeric = new Map<string, NumericFunction>();
for (const family of NUMERIC_FAMILIES) {
  const forms = family.forms.map(parseForm);
  for (const name of family.names.split(' ')) numeric.set(name, { family, forms, found: node(), foundConst: node() });
}

/** Every built-in function there is, but for value constructors. */
export const builtinFunctionNames: readonly string[] = [
  ...numeric.keys(),
  BITCAST,
  ...MEMORY_FUNCTIONS,
  ...TEXTURE_FUNCTIONS,
].sort();

const names: ReadonlySet<string> = new Set(builtinFunctionNames);

export function isBuiltinFunction(name: string): boolean {
  return names.has(name);
}

/**
 * The overload of `name` for arguments of types `args` (references loaded,
 * memory arguments as pointers). `templateArgs` holds the target of `bitcast`.
 * Unless `allConst`, some argument is no const-expression, and then no
 * parameter is abstract.
 */
export function resolveBuiltin(
  name: string,
  args: readonly Type[],
  templateArgs: readonly Type[],
  allConst: boolean,
): BuiltinOverload | Failure {
  if (name === BITCAST) return resolveBitcast(args, templateArgs);
  if (templateArgs.length > 0) return { failure: `${name} takes no template arguments` };
  const known = numeric.get(name);
  if (known !== undefined) return resolveNumeric(name, known, args, allConst);
  if (MEMORY_FUNCTIONS.has(name)) return resolveMemory(name, args);
  if (TEXTURE_FUNCTIONS.has(name)) return resolveTexture(name, args);
  return { failure: `no built-in function is called ${name}` };
}

function resolveNumeric(
  name: string,
  { family, forms, found, foundConst }: NumericFunction,
  args: readonly Type[],
  allConst: boolean,
): BuiltinOverload | Failure {
  const mayBeAbstract = allConst && family.constEvaluable;
  const calls = mayBeAbstract ? foundConst : found;
  const known = recall(calls, args);
  if (known !== null) return known;
  for (const form of forms) {
    const match = matchForm(form, family.kinds, args, mayBeAbstract);
    if (match === null) continue;
    const { constEvaluable, stages, requires, constArguments } = family;
    const mustUse = match.result !== null;
    const overload = { name, ...match, constEvaluable, mustUse, stages, requires, constArguments };
    remember(calls, args, overload);
    return overload;
  }
  return { failure: noOverload(name, args, candidates(name, family, forms)) };
}

function recall(calls: CallNode, args: readonly Type[]): BuiltinOverload | null {
  let place = calls;
  for (const arg of args) {
    const next = place.next.get(arg);
    if (next === undefined) return null;
    place = next;
  }
  return place.overload;
}

function remember(calls: CallNode, args: readonly Type[], overload: BuiltinOverload): void {
  let place = calls;
  for (const arg of args) {
    let next = place.next.get(arg);
    if (next === undefined) {
      next = node();
      place.next.set(arg, next);
    }
    place = next;
  }
  place.overload = overload;
}

function node(): CallNode {
  return { overload: null, next: new Map() };
}

function candidates(name: string, { kinds }: Family, forms: readonly Form[]): string[] {
  return forms.map(({ text }) => {
    const where = [
      /\bT\b/.test(text) ? 'T is S or a vector of S' : '',
      /\bV\b/.test(text) ? 'V is a vector of S' : '',
      /\bB\b/.test(text) ? 'B a vector of bool of that size' : '',
      /\bM\b/.test(text) ? 'M is a matrix of S, Mt its transpose' : '',
      /\bQ\b/.test(text) ? 'Q is a square matrix of S' : '',
      /\bI\b/.test(text) ? 'I is i32 or a vector of i32 of that size' : '',
      /\bJ\b/.test(text) ? 'J is i32 or u32' : '',
      /[STVMQ]\b/.test(text) ? `S is ${listKinds(kinds)}` : '',
    ].filter((line) => line !== '');
    return `${name}${text}${where.length === 0 ? '' : `, where ${where.join(', ')}`}`;
  });
}

function listKinds(kinds: readonly ScalarKind[]): string {
  const concrete = kinds.filter((kind) => !kind.startsWith('abstract'));
  return concrete.length === 1 ? concrete[0]! : `${concrete.slice(0, -1).join(', ')} or ${concrete.at(-1)}`;
}
