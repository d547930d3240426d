/** Which declarations of a module need which, and in what order they can be checked. Nothing here recurses: chains can be long. */

import type { Attribute, Declaration, IdentifierExpression, Module, Span } from '../wgsl/ast.ts';

/** Declarations that have a name. */
export type NamedDeclaration = Exclude<Declaration, { readonly kind: 'constAssert' }>;

export interface Cycle {
  readonly names: readonly string[];
  readonly span: Span;
}

/**
 * Declarations but functions, each after those it names. A function's body may
 * name anything, so functions come later and only through their signatures.
 */
export function inOrder(declarations: readonly NamedDeclaration[]): { order: NamedDeclaration[]; cycles: Cycle[] } {
  const byName = new Map<string, NamedDeclaration>();
  for (const declaration of declarations)
    if (declaration.kind !== 'function') byName.set(declaration.name.text, declaration);
  const order: NamedDeclaration[] = [];
  const cycles: Cycle[] = [];
  const state = new Map<NamedDeclaration, 'open' | 'done'>();
  for (const root of byName.values()) {
    if (state.has(root)) continue;
    const path = [{ declaration: root, rest: needs(root, byName) }];
    state.set(root, 'open');
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        path.pop();
        state.set(top.declaration, 'done');
        order.push(top.declaration);
      } else if (!state.has(next)) {
        state.set(next, 'open');
        path.push({ declaration: next, rest: needs(next, byName) });
      } else if (state.get(next) === 'open') {
        const start = path.findIndex(({ declaration }) => declaration === next);
        const names = path.slice(start).map(({ declaration }) => declaration.name.text);
        cycles.push({ names: [...names, next.name.text], span: next.name.span });
      }
    }
  }
  return { order, cycles };
}

function needs(declaration: NamedDeclaration, byName: ReadonlyMap<string, NamedDeclaration>): NamedDeclaration[] {
  const needed: NamedDeclaration[] = [];
  for (const name of identifiersIn(declaration)) {
    const found = byName.get(name);
    if (found !== undefined) needed.push(found);
  }
  return needed.reverse();
}

/**
 * The declarations that the function `entryPoint` reaches by name, and the
 * assertions. A local name that hides a declaration counts as a use of it.
 */
export function reachable(module: Module, entryPoint: string): Declaration[] {
  const byName = new Map<string, Declaration>();
  const kept = new Set<Declaration>();
  for (const declaration of module.declarations) {
    if (declaration.kind === 'constAssert') kept.add(declaration);
    else byName.set(declaration.name.text, declaration);
  }
  const waiting: Declaration[] = [...kept];
  const root = byName.get(entryPoint);
  if (root !== undefined) {
    kept.add(root);
    waiting.push(root);
  }
  for (let declaration = waiting.pop(); declaration !== undefined; declaration = waiting.pop()) {
    for (const name of identifiersIn(declaration)) {
      const found = byName.get(name);
      if (found === undefined || kept.has(found)) continue;
      kept.add(found);
      waiting.push(found);
    }
  }
  return module.declarations.filter((declaration) => kept.has(declaration));
}

/** Names of all identifier expressions in the node. */
export function identifiersIn(node: object): Set<string> {
  const names = new Set<string>();
  const waiting: object[] = [node];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (isContextDependent(at)) continue;
    if ('kind' in at && at.kind === 'identifier') names.add((at as IdentifierExpression).name.text);
    for (const key in at) {
      if (key === 'span' || key === 'name') continue;
      const value: unknown = at[key as keyof typeof at];
      if (typeof value === 'object' && value !== null) waiting.push(value);
    }
  }
  return names;
}

/** Attributes whose arguments name no declaration. */
function isContextDependent(node: object): boolean {
  if (!('control' in node && 'args' in node)) return false;
  const { text } = (node as Attribute).name;
  return text === 'builtin' || text === 'interpolate';
}
