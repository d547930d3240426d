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
  for (const [i, root] of roots.entries()) {
    if (root === null) continue;
    const parameter = callee.function.parameters[i]!;
    const isWritten = callee.writes.has(parameter);
    const isUsed = isWritten || callee.reads.has(parameter);
    for (let j = 0; j < i; j++) {
      if (roots[j] !== root) continue;
      const other = callee.function.parameters[j]!;
      const otherWritten = callee.writes.has(other);
      const isClash = (isWritten && (otherWritten || callee.reads.has(other))) || (otherWritten && isUsed);
      if (isClash)
        module.report(
          spans[i]!,
          `'${callee.name}' writes through '${isWritten ? parameter.name : other.name}', and gets '${root.name}' through '${other.name}' too`,
        );
    }
    if (!isVariable(root)) continue;
    const isClash = callee.writes.has(root) ? isUsed : isWritten && callee.reads.has(root);
    if (isClash)
      module.report(
        spans[i]!,
        `'${callee.name}' uses '${root.name}' itself, and gets it through '${parameter.name}' too, with a write among them`,
      );
  }
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
