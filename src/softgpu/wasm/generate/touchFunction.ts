/**
 * Looks up the granules of one access in the shadow. An entry has 16 words: granule + 1, variable, 0, 0, and for the last
 * write and two reads workgroup + 1 (0: none), local id, epoch, place.
 */

import { TABLE_ENTRIES } from '../../ir/check/races.ts';
import type { FunctionBuilder } from '../functionBuilder.ts';
import type { ValType } from '../instructions.ts';
import type { WasmModule } from '../module.ts';

export const ENTRY_BYTES = 64;
const WRITE = 16;
const READ = 32;
const OTHER_READ = 48;

export const WRITES = 1;
export const IN_STORAGE = 2;

const PARAMETERS = [
  ...['args', 'group', 'local', 'epoch', 'granule', 'granules', 'place', 'flags'],
  ...['shift', 'variable', 'first', 'shadow'],
] as const;

function words(count: number): ValType[] {
  return Array.from({ length: count }, () => 'i32');
}

/** Takes what `PARAMETERS` names; `first` is the entry of a workgroup variable's first granule. */
export function addTouch(module: WasmModule, report: FunctionBuilder): FunctionBuilder {
  const concurrent = addConcurrent(module);
  const f = module.addFunction('touch', words(PARAMETERS.length), []);
  const [args, group, local, epoch, granule, granules, place, flags, shift, variable, first, shadow] = PARAMETERS.map(
    (name, index) => {
      f.nameLocal(index, name);
      return index;
    },
  ) as [number, number, number, number, number, number, number, number, number, number, number, number];
  const entry = f.local('i32', 'entry');
  const storage = f.local('i32', 'storage');

  const isConcurrent = (kept: number) => {
    f.get(entry);
    f.i32Const(kept);
    f.op('i32.add');
    f.get(group);
    f.i32Const(1);
    f.op('i32.add');
    f.get(local);
    f.get(epoch);
    f.get(storage);
    f.call(concurrent);
  };
  const check = (kept: number) => {
    isConcurrent(kept);
    f.if();
    f.get(args);
    f.get(place);
    f.get(group);
    f.get(local);
    f.get(entry);
    f.memory('i32.load', kept + 12);
    f.get(entry);
    f.memory('i32.load', kept);
    f.i32Const(1);
    f.op('i32.sub');
    f.get(entry);
    f.memory('i32.load', kept + 4);
    f.get(granule);
    f.get(shift);
    f.op('i32.shl');
    f.call(report);
    f.end();
  };
  const keep = (kept: number) => {
    f.get(entry);
    f.get(group);
    f.i32Const(1);
    f.op('i32.add');
    f.memory('i32.store', kept);
    for (const [word, value] of [local, epoch, place].entries()) {
      f.get(entry);
      f.get(value);
      f.memory('i32.store', kept + 4 + 4 * word);
    }
  };

  f.get(flags);
  f.i32Const(1);
  f.op('i32.shr_u');
  f.set(storage);
  const again = f.loop();
  // Storage has a table in which granules push out others; a workgroup variable an entry for each.
  f.get(shadow);
  f.get(granule);
  f.get(variable);
  f.i32Const(0x9e3779b1 | 0);
  f.op('i32.mul');
  f.op('i32.add');
  f.i32Const(TABLE_ENTRIES - 1);
  f.op('i32.and');
  f.get(granule);
  f.get(first);
  f.op('i32.add');
  f.get(storage);
  f.op('select');
  f.i32Const(Math.log2(ENTRY_BYTES));
  f.op('i32.shl');
  f.op('i32.add');
  f.set(entry);
  f.get(entry);
  f.memory('i32.load');
  f.get(granule);
  f.i32Const(1);
  f.op('i32.add');
  f.op('i32.ne');
  f.get(entry);
  f.memory('i32.load', 4);
  f.get(variable);
  f.op('i32.ne');
  f.op('i32.or');
  f.if();
  f.get(entry);
  f.i32Const(0);
  f.i32Const(ENTRY_BYTES);
  f.memoryFill();
  f.get(entry);
  f.get(granule);
  f.i32Const(1);
  f.op('i32.add');
  f.memory('i32.store');
  f.get(entry);
  f.get(variable);
  f.memory('i32.store', 4);
  f.end();
  check(WRITE);
  f.get(flags);
  f.i32Const(WRITES);
  f.op('i32.and');
  f.if();
  check(READ);
  check(OTHER_READ);
  keep(WRITE);
  f.else();
  // Two reads by different invocations are enough: a later write races with one of them if with any.
  isConcurrent(READ);
  f.if();
  keep(OTHER_READ);
  f.else();
  keep(READ);
  f.end();
  f.end();
  f.get(granule);
  f.i32Const(1);
  f.op('i32.add');
  f.set(granule);
  f.get(granules);
  f.i32Const(1);
  f.op('i32.sub');
  f.tee(granules);
  f.brIf(again);
  f.end();
  return f;
}

/** Whether the access of an entry at `at` and one by this invocation are not ordered: 1 or 0. */
function addConcurrent(module: WasmModule): FunctionBuilder {
  const f = module.addFunction('concurrent', words(5), ['i32']);
  const [at, group, local, epoch, storage] = [0, 1, 2, 3, 4];
  f.get(at);
  f.memory('i32.load');
  f.op('i32.eqz');
  f.if('i32');
  f.i32Const(0);
  f.else();
  f.get(at);
  f.memory('i32.load');
  f.get(group);
  f.op('i32.ne');
  f.if('i32');
  f.get(storage); // the memory of another workgroup has gone
  f.else();
  f.get(at);
  f.memory('i32.load', 4);
  f.get(local);
  f.op('i32.ne');
  f.get(at);
  f.memory('i32.load', 8);
  f.get(epoch);
  f.op('i32.eq');
  f.op('i32.and');
  f.end();
  f.end();
  return f;
}
