/** One kernel, one WebAssembly module. */

import type { Input, Kernel, Op, Slot } from '../../ir/ir.ts';
import { accessOf } from '../../ir/walk.ts';
import { WasmModule } from '../module.ts';
import { emitAddress, placeOf } from './address.ts';
import { clearShadow, emitReport, emitTouch, shadowBytes } from './check.ts';
import { ARGS, countUses, emitBlock, inputLocal } from './control.ts';
import { layOut } from './frame.ts';
import { Generator, type Target, wasmType } from './generator.ts';
import { emitMath } from './math.ts';
import { emitAtomic, emitLoad, emitStore, emitZero } from './memory.ts';
import { emitScalar } from './scalar.ts';
import { emitVector } from './vector.ts';

export interface GenerateOptions extends Target {
  /** Whether the memory is shared between threads. */
  readonly shared: boolean;
  /** Keep the names of locals beside those of functions. */
  readonly names?: boolean;
  /** What profilers call the kernel: its entry point when left out. */
  readonly label?: string;
}

export interface Generated {
  readonly code: Uint8Array;
  readonly scratchBytes: number;
}

/** Words of the argument block before the bindings: counts x, y, z (with `LAYER_SHIFT`) and the place for a report. */
const HEADER_BYTES = 16;

/**
 * Linear indexes have 32 bits, fewer than 65535³. So the executor runs large dispatches in layers: the upper half of the
 * word for z is the z where index 0 lies.
 */
const LAYER_SHIFT = 16;

/** The kernel's body is one `Workgroups` node, its `Invocations` nested by axis. */
export function generate(kernel: Kernel, options: GenerateOptions): Generated {
  const module = new WasmModule();
  module.importMemory('env', 'memory', { min: 1, max: 65536, shared: options.shared });
  const run = module.addFunction(options.label ?? kernel.name, ['i32', 'i32', 'i32', 'i32'], []);
  for (const [index, name] of ['args', 'scratch', 'first', 'end'].entries()) run.nameLocal(index, name);
  const frame = layOut(kernel);
  const uses = countUses(kernel.body);
  const g = new Generator(run, module, kernel, frame, options, uses, (generator, op) => emit(generator, op, uses));
  readArguments(g);
  emitBlock(g, kernel.body, new Map());
  module.exportFunction('run', run);
  return {
    code: module.finish({ names: options.names || 'functions' }),
    scratchBytes: frame.bytes + shadowBytes(kernel),
  };
}

function readArguments(g: Generator): void {
  const { f, kernel } = g;
  const read = (local: number, offset: number) => {
    f.get(ARGS);
    f.memory('i32.load', offset);
    f.set(local);
  };
  for (const [i, axis] of (['x', 'y', 'z'] as const).entries()) read(inputLocal(g, `num_workgroups.${axis}`), 4 * i);
  const z = inputLocal(g, 'num_workgroups.z');
  f.get(z);
  f.i32Const(LAYER_SHIFT);
  f.op('i32.shr_u');
  f.set(inputLocal(g, 'workgroup_id.z'));
  f.get(z);
  f.i32Const(2 ** LAYER_SHIFT - 1);
  f.op('i32.and');
  f.set(z);
  for (const { slot, name } of kernel.buffers) {
    g.addresses[slot] = f.local('i32', `${name}.address`);
    g.lengths[slot] = f.local('i32', `${name}.bytes`);
    read(g.addresses[slot], HEADER_BYTES + 8 * slot);
    read(g.lengths[slot], HEADER_BYTES + 8 * slot + 4);
  }
  if (g.frame.stride > 0) g.resetFrame();
  clearShadow(g);
  for (const slot of kernel.slots) if (slot.contents !== null) fill(g, slot, slot.contents);
}

function fill(g: Generator, slot: Slot, contents: Uint8Array): void {
  const [base, start] = placeOf(g, slot);
  const words = new Uint32Array(contents.buffer);
  for (let i = 0; i < words.length; i += 4) {
    g.f.get(base);
    g.f.i32x4Const(words[i]!, words[i + 1]!, words[i + 2]!, words[i + 3]!);
    g.f.memory('v128.store', start + 4 * i);
  }
}

function emit(g: Generator, op: Op, uses: ReadonlyMap<Op, number>): void {
  const { f } = g;
  switch (op.code) {
    case 'const':
      emitConstant(g, op);
      return;
    case 'input':
      emitInput(g, op.detail as Input);
      return;
    case 'get':
      f.get(g.register(op.detail as never));
      return;
    case 'set':
      g.push(op.args[0]!);
      f.set(g.register(op.detail as never));
      return;
    case 'load':
      emitLoad(g, op);
      return;
    case 'store':
      emitStore(g, op);
      return;
    case 'zero':
      emitZero(g, op);
      return;
    case 'atomic':
      emitAtomic(g, op, (uses.get(op) ?? 0) > 0);
      return;
    case 'report':
      emitReport(g, op, (name) => emitInput(g, name));
      return;
    case 'touch':
      emitTouch(g, op, (name) => emitInput(g, name));
      return;
    case 'length':
      f.get(g.lengths[(op.detail as { root: { slot: number } }).root.slot]!);
      return;
    case 'address':
      emitAddress(g, accessOf(op).root);
      return;
    case 'math':
    case 'roundF16':
      emitMath(g, op);
      return;
    default: {
      const vector = op.type.size > 1 || op.args.some(({ type }) => type.size > 1);
      if (vector ? emitVector(g, op) : emitScalar(g, op)) return;
      emitMath(g, op);
    }
  }
}

function emitConstant({ f }: Generator, { type, detail }: Op): void {
  const bits = detail as readonly number[];
  if (wasmType(type) === 'v128') {
    const mask = (bit: number | undefined) => (type.lane === 'bool' ? -(bit ?? 0) : (bit ?? 0)) >>> 0;
    f.i32x4Const(mask(bits[0]), mask(bits[1]), mask(bits[2]), mask(bits[3]));
  } else if (type.lane === 'f32') {
    f.f32Bits(bits[0]!);
  } else {
    f.i32Const(bits[0]! | 0);
  }
}

function emitInput(g: Generator, name: Input): void {
  const { f } = g;
  const [sx, sy, sz] = g.kernel.workgroupSize;
  const axis = (component: 'x' | 'y' | 'z', size: number) => {
    if (size === 1) f.i32Const(0);
    else f.get(inputLocal(g, `local_id.${component}`));
  };
  if (name === 'local_index') {
    // x + sx * (y + sy * z)
    axis('x', sx);
    if (sy === 1 && sz === 1) return;
    axis('y', sy);
    axis('z', sz);
    f.i32Const(sy);
    f.op('i32.mul');
    f.op('i32.add');
    f.i32Const(sx);
    f.op('i32.mul');
    f.op('i32.add');
  } else if (name.startsWith('local_id.')) {
    const component = name.slice(-1) as 'x' | 'y' | 'z';
    axis(component, { x: sx, y: sy, z: sz }[component]);
  } else {
    f.get(inputLocal(g, name));
  }
}
