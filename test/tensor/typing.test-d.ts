// Compiled by test/tensor/typing.test.ts and by `npm run check`, never run: each marked line must not compile.
import { defineKernel } from '../../src/tensor/engine/kernel.ts';
import { defineOp } from '../../src/tensor/engine/op.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import type { Shape } from '../../src/tensor/engine/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

declare const x: Tensor;
declare const y: Tensor;

const scale = defineKernel({
  name: 'typing.scale',
  read: { x: 'strided T', bias: 'T?' },
  write: { y: 'T' },
  params: { size: 'u32', by: 'f32' },
  constants: { T: ['f32', 'f16'], TILE: { tested: [4, 8] } },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: '',
});

scale({ x, bias: null }, { y }, { size: 1, by: 2 }, { T: 'f32', TILE: 16 });

// @ts-expect-error a buffer under a name that the kernel does not have
scale({ z: x, bias: null }, { y }, { size: 1, by: 2 }, { T: 'f32', TILE: 4 });
// @ts-expect-error a buffer left out
scale({ x }, { y }, { size: 1, by: 2 }, { T: 'f32', TILE: 4 });
// @ts-expect-error one buffer too many
scale({ x, bias: null, extra: x }, { y }, { size: 1, by: 2 }, { T: 'f32', TILE: 4 });
// @ts-expect-error null for a buffer that is not optional
scale({ x: null, bias: null }, { y }, { size: 1, by: 2 }, { T: 'f32', TILE: 4 });
// @ts-expect-error a parameter left out
scale({ x, bias: null }, { y }, { size: 1 }, { T: 'f32', TILE: 4 });
// @ts-expect-error a parameter of another type
scale({ x, bias: null }, { y }, { size: 1, by: 'two' }, { T: 'f32', TILE: 4 });
// @ts-expect-error a constant outside its list
scale({ x, bias: null }, { y }, { size: 1, by: 2 }, { T: 'i32', TILE: 4 });
// @ts-expect-error the constants left out
scale({ x, bias: null }, { y }, { size: 1, by: 2 });

defineKernel({
  name: 'typing.wrongType',
  // @ts-expect-error a buffer type that WGSL does not have
  read: { x: 'f64' },
  write: {},
  workgroup: 1,
  grid: () => 1,
  wgsl: '',
});

const withoutGradient = defineOp({
  name: 'withoutGradient',
  inputs: ['x'],
  shape: ([x]: readonly [Shape], _: { by: number }) => x,
  forward: ([x]: readonly [x: Tensor]) => ({ y: x.view(x.shape), saved: {} }),
  backward: null,
});

withoutGradient([x], { by: 2 });
// @ts-expect-error an attribute left out
withoutGradient([x], {});
// @ts-expect-error one input too many
withoutGradient([x, y], { by: 2 });

// @ts-expect-error a missing backward is not the same as `backward: null`
defineOp({
  name: 'forgotten',
  inputs: ['x'],
  shape: ([x]: readonly [Shape]) => x,
  forward: ([x]: readonly [x: Tensor]) => ({ y: x.view(x.shape), saved: {} }),
});

defineOp({
  name: 'saved',
  inputs: ['x'],
  shape: ([x]: readonly [Shape]) => x,
  forward: ([x]: readonly [x: Tensor]) => ({ y: x.view(x.shape), saved: { x } }),
  // @ts-expect-error backward reads what forward did not save
  backward: (dy, { rstd }) => [dy, rstd],
});

export const kept: Tensor = tidy(() => x.view(x.shape));
// @ts-expect-error the scope would have closed before an async function ends
tidy(async () => x.view(x.shape));
// @ts-expect-error neither does one that returns a promise
tidy(() => x.data());
