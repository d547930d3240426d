/** Checked kernels: `report` and `touch` as calls of functions of the module. */

import type { Input, Kernel, Op, Touched, Watch } from '../../ir/ir.ts';
import type { FunctionBuilder } from '../functionBuilder.ts';
import type { WasmModule } from '../module.ts';
import { ARGS, FIRST } from './control.ts';
import type { Generator } from './generator.ts';
import { addReport } from './reportFunction.ts';
import { addTouch, ENTRY_BYTES, IN_STORAGE, WRITES } from './touchFunction.ts';

/** Forgets at the start of a dispatch what the one before did. */
export function clearShadow(g: Generator): void {
  const bytes = shadowBytes(g.kernel);
  if (bytes === 0) return;
  const { f } = g;
  f.get(FIRST);
  f.op('i32.eqz');
  f.if();
  pushShadow(g);
  f.i32Const(0);
  f.i32Const(bytes);
  f.memoryFill();
  f.end();
}

/** Bytes behind the frame. */
export function shadowBytes({ shadowEntries = 0 }: Kernel): number {
  return shadowEntries * ENTRY_BYTES;
}

export function emitReport(g: Generator, op: Op, pushInput: (name: Input) => void): void {
  const { f } = g;
  const [index, length] = op.args.map((arg) => {
    const local = g.temporary('i32');
    g.push(arg);
    f.set(local);
    return local;
  }) as [number, number];
  f.get(index);
  f.get(length);
  f.op('i32.ge_u');
  f.if();
  f.get(ARGS);
  f.i32Const((op.detail as Watch).place);
  f.get(FIRST);
  pushLocalId(g, pushInput);
  f.i32Const(0);
  f.get(index);
  f.get(length);
  f.i32Const(0);
  f.call(functionsOf(g.module).report);
  f.end();
}

export function emitTouch(g: Generator, op: Op, pushInput: (name: Input) => void): void {
  const { f } = g;
  const { place, touched } = op.detail as { place: number; touched: Touched };
  const [address, epoch] = op.args as [Op, Op];
  f.get(ARGS);
  f.get(FIRST);
  pushLocalId(g, pushInput);
  g.push(epoch);
  g.push(address);
  f.i32Const(touched.offset);
  f.op('i32.add');
  f.i32Const(touched.shift);
  f.op('i32.shr_u');
  f.i32Const(touched.granules);
  f.i32Const(place);
  f.i32Const((touched.writes ? WRITES : 0) + (touched.space === 'storage' ? IN_STORAGE : 0));
  f.i32Const(touched.shift);
  f.i32Const(touched.variable);
  f.i32Const(touched.firstEntry);
  pushShadow(g);
  f.call(functionsOf(g.module).touch());
}

function pushShadow({ f, scratch, frame }: Generator): void {
  f.get(scratch);
  f.i32Const(frame.bytes);
  f.op('i32.add');
}

function pushLocalId({ f }: Generator, pushInput: (name: Input) => void): void {
  pushInput('local_id.x');
  pushInput('local_id.y');
  f.i32Const(10);
  f.op('i32.shl');
  f.op('i32.or');
  pushInput('local_id.z');
  f.i32Const(20);
  f.op('i32.shl');
  f.op('i32.or');
}

interface Functions {
  readonly report: FunctionBuilder;
  touch(): FunctionBuilder;
}

const made = new WeakMap<WasmModule, Functions>();

function functionsOf(module: WasmModule): Functions {
  let functions = made.get(module);
  if (functions === undefined) {
    const report = addReport(module);
    let touch: FunctionBuilder | null = null;
    functions = { report, touch: () => (touch ??= addTouch(module, report)) };
    made.set(module, functions);
  }
  return functions;
}
