/**
 * Two names for one memory in a call, one of them written through, are an error.
 * https://www.w3.org/TR/WGSL/#alias-analysis
 */

import type { Context } from './context.ts';
import type { CallSite, FunctionRecord, Root } from './functionRecord.ts';
import type { Binding, Variable } from './program.ts';

/** `functions` have their callees first: what those read and write is complete when their callers are looked at. */
export function checkAliasing(module: Context, functions: readonly FunctionRecord[]): void {
  for (const record of functions) {
    for (const site of record.calls) {
      checkSite(module, site);
      inherit(record, site);
    }
  }
}

function checkSite(module: Context, { callee, roots, spans }: CallSite): void {
  const { parameters } = callee.function;
  for (const [i, root] of roots.entries()) {
    if (root === null) continue;
    const uses = usesOf(callee, parameters[i]!);
    for (let j = 0; j < i; j++) {
      if (roots[j] !== root || !clash(uses, usesOf(callee, parameters[j]!))) continue;
      const [written, other] = uses.writes ? [i, j] : [j, i];
      const names = [parameters[written]!.name, parameters[other]!.name] as const;
      module.report(
        spans[i]!,
        `'${callee.name}' writes through '${names[0]}' to '${root.name}', which it gets through '${names[1]}' too`,
      );
    }
    if (isVariable(root) && clash(uses, usesOf(callee, root))) {
      const { name } = parameters[i]!;
      const message = `'${callee.name}' uses '${root.name}' by itself and through '${name}', and writes to it`;
      module.report(spans[i]!, message);
    }
  }
}

interface Uses {
  readonly reads: boolean;
  readonly writes: boolean;
}

function usesOf({ reads, writes }: FunctionRecord, root: Root): Uses {
  return { reads: reads.has(root), writes: writes.has(root) };
}

function clash(a: Uses, b: Uses): boolean {
  return (a.writes && (b.reads || b.writes)) || (b.writes && a.reads);
}

/** What the callee does to variables and through its pointers, the caller does. */
function inherit(record: FunctionRecord, { callee, roots }: CallSite): void {
  for (const set of ['reads', 'writes'] as const) {
    for (const root of callee[set]) {
      const seen = isVariable(root) ? root : roots[callee.function.parameters.indexOf(root)];
      if (seen && (!isVariable(seen) || seen.space !== 'function')) record[set].add(seen);
    }
  }
}

function isVariable(root: Root): root is Variable {
  return 'space' in (root as Variable | Binding);
}
