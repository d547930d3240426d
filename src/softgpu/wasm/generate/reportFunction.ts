/**
 * Appends to the record whose address is word 3 of the argument block: the counts of workgroups in x and y, then entries
 * of 7 words, each pair of places once:
 *
 *   place, workgroup (linear), local id, 0, index, length, 0                               index out of bounds
 *   place, workgroup, local id, other place, other workgroup, other local id, byte offset  race
 *
 * The parts of a local id are in one word: x + 2^10 y + 2^20 z.
 */

import type { FunctionBuilder } from '../functionBuilder.ts';
import type { WasmModule } from '../module.ts';

export const REPORT_WORDS = 7;
const RECORD_WORDS = 62;
const HEADER_WORDS = 2;
const PARAMETERS = ['args', 'place', 'group', 'local', 'other', 'a', 'b', 'c'] as const;

/** Takes the address of the argument block and the words of an entry. */
export function addReport(module: WasmModule): FunctionBuilder {
  const f = module.addFunction(
    'report',
    PARAMETERS.map(() => 'i32'),
    [],
  );
  for (const [index, name] of PARAMETERS.entries()) f.nameLocal(index, name);
  const [args, place, other] = [0, 1, 4];
  const record = f.local('i32', 'record');
  const count = f.local('i32', 'count');
  const at = f.local('i32', 'at');
  const end = f.local('i32', 'end');
  const done = f.block();
  f.get(args);
  f.memory('i32.load', 12);
  f.tee(record);
  f.op('i32.eqz');
  f.brIf(done);
  f.get(record);
  f.memory('i32.load');
  f.tee(count);
  f.op('i32.eqz');
  f.if();
  for (const axis of [0, 1]) {
    f.get(record);
    f.get(args);
    f.memory('i32.load', 4 * axis);
    f.memory('i32.store', 4 + 4 * axis);
  }
  f.i32Const(HEADER_WORDS);
  f.set(count);
  f.end();
  // Where the next entry goes, unless one of the same places is there.
  f.get(record);
  f.i32Const(4 * (1 + HEADER_WORDS));
  f.op('i32.add');
  f.set(at);
  f.get(record);
  f.get(count);
  f.i32Const(2);
  f.op('i32.shl');
  f.op('i32.add');
  f.i32Const(4);
  f.op('i32.add');
  f.set(end);
  const found = f.block();
  const search = f.loop();
  f.get(at);
  f.get(end);
  f.op('i32.ge_u');
  f.brIf(found);
  f.get(at);
  f.memory('i32.load');
  f.get(place);
  f.op('i32.eq');
  f.get(at);
  f.memory('i32.load', 12);
  f.get(other);
  f.op('i32.eq');
  f.op('i32.and');
  f.brIf(done);
  f.get(at);
  f.i32Const(4 * REPORT_WORDS);
  f.op('i32.add');
  f.set(at);
  f.br(search);
  f.end();
  f.end();
  f.get(count);
  f.i32Const(RECORD_WORDS - REPORT_WORDS);
  f.op('i32.gt_u');
  f.brIf(done);
  for (let word = 0; word < REPORT_WORDS; word++) {
    f.get(at);
    f.get(place + word);
    f.memory('i32.store', 4 * word);
  }
  f.get(record);
  f.get(count);
  f.i32Const(REPORT_WORDS);
  f.op('i32.add');
  f.memory('i32.store');
  f.end();
  return f;
}
