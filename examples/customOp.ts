// A kernel and its gradient in one file: softclip(x) = x / (1 + |x|). Prints values and gradients.
import { defineKernel, defineOp, init, type Shape, shutdown, type Tensor, tensor } from 'tympan';

const softclip = defineOp({
  name: 'softclip',
  inputs: ['x'],
  shape: ([x]: readonly [Shape]) => x,
  forward([x]: readonly [x: Tensor]) {
    const y = x.derive(x.shape);
    clip({ x, scale: null }, { y }, { size: x.size, power: 1 });
    return { y, saved: { x } };
  },
  backward(dy, { x }) {
    const dx = x.derive(x.shape);
    clip({ x, scale: dy }, { y: dx }, { size: x.size, power: 2 });
    return [dx];
  },
});

// Forward: x / (1 + |x|). Backward: dy / (1 + |x|)².
const clip = defineKernel({
  name: 'softclip.clip',
  read: { x: 'f32', scale: 'f32?' },
  write: { y: 'f32' },
  params: { size: 'u32', power: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= params.size) { return; }
  let divisor = pow(1.0 + abs(x[i]), params.power);
  if (HAS_SCALE) { y[i] = scale[i] / divisor; } else { y[i] = x[i] / divisor; }
}`,
});

await init();
const x = tensor([-3, -1, 0, 1, 3], { requiresGrad: true });
const y = softclip([x], {});
y.backward(tensor([1, 1, 1, 1, 1]));
console.log('y ', [...(await y.data())]);
console.log('dx', [...(await x.grad!.data())]);
await shutdown();
