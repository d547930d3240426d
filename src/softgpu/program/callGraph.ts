/** Who calls whom. WGSL has no recursion, so there is an order in which callees come first. */

import type { Context } from './context.ts';
import type { FunctionRecord } from './functionRecord.ts';

/** The functions, each after those it calls; recursion is reported. */
export function calleesFirst(module: Context, records: readonly FunctionRecord[]): FunctionRecord[] {
  const order: FunctionRecord[] = [];
  const state = new Map<FunctionRecord, 'open' | 'done'>();
  for (const root of records) {
    if (state.has(root)) continue;
    const path = [{ record: root, next: 0 }];
    state.set(root, 'open');
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const site = top.record.calls[top.next++];
      if (site === undefined) {
        path.pop();
        state.set(top.record, 'done');
        order.push(top.record);
      } else if (!state.has(site.callee)) {
        state.set(site.callee, 'open');
        path.push({ record: site.callee, next: 0 });
      } else if (state.get(site.callee) === 'open') {
        const start = path.findIndex(({ record }) => record === site.callee);
        const names = [...path.slice(start).map(({ record }) => record.name), site.callee.name];
        module.report(site.span, `recursion is not allowed: ${names.map((name) => `'${name}'`).join(' calls ')}`);
      }
    }
  }
  return order;
}

/** The function itself and all it calls, directly or not. */
export function reachableFrom(root: FunctionRecord): FunctionRecord[] {
  const found = new Set([root]);
  // A set visits what is added while it is walked.
  for (const record of found) for (const { callee } of record.calls) found.add(callee);
  return [...found];
}
