import type { CompiledKernel } from '../../../../src/softgpu/runtime/executor.ts';
import type { FunctionBuilder } from '../../../../src/softgpu/wasm/functionBuilder.ts';
import { WasmModule } from '../../../../src/softgpu/wasm/module.ts';

const [ARGS, , FIRST, END] = [0, 1, 2, 3];

/** Byte offset in the argument block of the address of a binding. */
const binding = (slot: number) => 16 + 8 * slot;

/** A kernel of one binding whose `run` is `body`. */
function kernel(shared: boolean, body: (code: FunctionBuilder) => void): CompiledKernel {
  const module = new WasmModule();
  module.importMemory('env', 'memory', { min: 1, max: 65_536, shared });
  const run = module.addFunction('run', ['i32', 'i32', 'i32', 'i32'], []);
  body(run);
  module.exportFunction('run', run);
  return { code: module.finish(), workgroupSize: [1, 1, 1], scratchBytes: 64, bindings: [{ group: 0, binding: 0 }] };
}

/** Repeats `body` for each workgroup, whose index is then in the parameter `first`. */
function eachWorkgroup(code: FunctionBuilder, body: () => void): void {
  const done = code.block();
  const next = code.loop();
  code.get(FIRST);
  code.get(END);
  code.op('i32.ge_u');
  code.brIf(done);
  body();
  code.get(FIRST);
  code.i32Const(1);
  code.op('i32.add');
  code.set(FIRST);
  code.br(next);
  code.end();
  code.end();
}

function address(code: FunctionBuilder, slot: number): void {
  code.get(ARGS);
  code.memory('i32.load', binding(slot));
}

/** Does nothing. */
export function emptyKernel(shared: boolean): CompiledKernel {
  return kernel(shared, () => {});
}

/** data[workgroup] = 3 * data[workgroup] + workgroup + 1: tells orders apart. */
export function stepKernel(shared: boolean): CompiledKernel {
  return kernel(shared, (code) => {
    const at = code.local('i32');
    eachWorkgroup(code, () => {
      address(code, 0);
      code.get(FIRST);
      code.i32Const(2);
      code.op('i32.shl');
      code.op('i32.add');
      code.tee(at);
      code.get(at);
      code.memory('i32.load');
      code.i32Const(3);
      code.op('i32.mul');
      code.get(FIRST);
      code.op('i32.add');
      code.i32Const(1);
      code.op('i32.add');
      code.memory('i32.store');
    });
  });
}

/** One atomic addition to data[0] for each workgroup. */
export function countKernel(shared: boolean): CompiledKernel {
  return kernel(shared, (code) =>
    eachWorkgroup(code, () => {
      address(code, 0);
      code.i32Const(1);
      code.memory('i32.atomic.rmw.add');
      code.op('drop');
    }),
  );
}

/** Adds to data: [0] how many workgroups it is asked for, and where index 0 is among them, [1] one and [2] the z where that lies. */
export function layerKernel(shared: boolean): CompiledKernel {
  return kernel(shared, (code) => {
    const add = (offset: number, value: () => void) => {
      address(code, 0);
      value();
      code.memory('i32.atomic.rmw.add', offset);
      code.op('drop');
    };
    add(0, () => {
      code.get(END);
      code.get(FIRST);
      code.op('i32.sub');
    });
    code.get(FIRST);
    code.op('i32.eqz');
    code.if();
    add(4, () => code.i32Const(1));
    add(8, () => {
      code.get(ARGS);
      code.memory('i32.load', 8);
      code.i32Const(16);
      code.op('i32.shr_u');
    });
    code.end();
  });
}

/** `turns` dependent multiplications and additions for each workgroup, kept in data[workgroup]. */
export function busyKernel(shared: boolean, turns: number): CompiledKernel {
  return kernel(shared, (code) => {
    const [turn, value] = [code.local('i32'), code.local('f32')];
    eachWorkgroup(code, () => {
      code.i32Const(turns);
      code.set(turn);
      code.f32Const(0);
      code.set(value);
      const again = code.loop();
      code.get(value);
      code.f32Const(0.999);
      code.op('f32.mul');
      code.f32Const(1);
      code.op('f32.add');
      code.set(value);
      code.get(turn);
      code.i32Const(1);
      code.op('i32.sub');
      code.tee(turn);
      code.brIf(again);
      code.end();
      address(code, 0);
      code.get(FIRST);
      code.i32Const(2);
      code.op('i32.shl');
      code.op('i32.add');
      code.get(value);
      code.memory('f32.store');
    });
  });
}

/** Never ends. */
export function endlessKernel(shared: boolean): CompiledKernel {
  return kernel(shared, (code) => {
    const again = code.loop();
    code.br(again);
    code.end();
  });
}

/** Traps in workgroup `at`. */
export function trapKernel(shared: boolean, at: number): CompiledKernel {
  return kernel(shared, (code) =>
    eachWorkgroup(code, () => {
      code.get(FIRST);
      code.i32Const(at);
      code.op('i32.eq');
      code.if();
      code.op('unreachable');
      code.end();
    }),
  );
}

/** Reports [workgroup, num_workgroups.x] unless a report is there already. */
export function reportKernel(shared: boolean): CompiledKernel {
  return kernel(shared, (code) => {
    const record = code.local('i32');
    eachWorkgroup(code, () => {
      code.get(ARGS);
      code.memory('i32.load', 12);
      code.tee(record);
      code.if();
      code.get(record);
      code.memory('i32.load');
      code.op('i32.eqz');
      code.if();
      code.get(record);
      code.i32Const(2);
      code.memory('i32.store');
      code.get(record);
      code.get(FIRST);
      code.memory('i32.store', 4);
      code.get(record);
      code.get(ARGS);
      code.memory('i32.load');
      code.memory('i32.store', 8);
      code.end();
      code.end();
    });
  });
}
