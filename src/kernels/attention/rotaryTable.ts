import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * Cosine and sine of position · base^(-2j / dim) for each position and pair j: [positions, dim / 2, 2].
 *
 * The angle is exact to 2^-30 of a turn at any position. In f32, position · frequency has an error of a 2^-24th of the
 * angle itself: 1e-3 radians at position 16,384. Here the frequency is a 64-bit fraction of a turn, so that whole turns
 * drop out of the wrapping integer product. The device makes the table in one small launch, so nothing is uploaded,
 * cached or kept in step with devices and recordings.
 */
export function rotaryTable(like: Tensor, positions: number, dim: number, base: number): Tensor {
  const table = like.derive([positions, dim / 2, 2], 'f32');
  const size = positions * (dim / 2);
  fillRotaryTable({}, { table }, { size, pairs: dim / 2, ratio: fraction64(base ** (-2 / dim)) });
  return table;
}

/** A number in [0, 1] as the low and high word of a 64-bit fraction. */
function fraction64(x: number): [number, number] {
  const high = Math.min(Math.floor(x * 2 ** 32), 2 ** 32 - 1);
  const low = Math.min(Math.round((x * 2 ** 32 - high) * 2 ** 32), 2 ** 32 - 1);
  return [low, high];
}

export const fillRotaryTable = /* @__PURE__ */ defineKernel({
  name: 'rotaryEmbedding.table',
  read: {},
  write: { table: 'vec2f' },
  params: { size: 'u32', pairs: 'u32', ratio: 'vec2u' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
const RADIAN = vec2u(0x9391054au, 0x28be60dbu); // 1 / (2 pi) as a 64-bit fraction: low word, high word

// Low and high word of the 64-bit product.
fn multiply(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu);
  let right = (a & 0xffffu) * (b >> 16u);
  let middle = (low >> 16u) + (left & 0xffffu) + (right & 0xffffu);
  return vec2u(a * b, (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u) + (middle >> 16u));
}

// Product of two 64-bit fractions, short by at most 3 units of 2^-64.
fn times(a: vec2u, b: vec2u) -> vec2u {
  let high = multiply(a.y, b.y);
  let left = high.x + multiply(a.y, b.x).y;
  let low = left + multiply(a.x, b.y).y;
  return vec2u(low, high.y + u32(left < high.x) + u32(low < left));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  var frequency = RADIAN; // turns per position
  var power = params.ratio;
  for (var rest = i % params.pairs; rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) { frequency = times(frequency, power); }
    power = times(power, power);
  }
  let position = i / params.pairs;
  let turn = position * frequency.y + multiply(position, frequency.x).y;
  // The drivers' own sin and cos are good to 2^-11 only: Taylor series within an eighth of a turn, error below 3e-9.
  let quarter = (turn + 0x20000000u) >> 30u;
  let x = f32(bitcast<i32>(turn - (quarter << 30u))) * 1.4629180792671596e-9;
  let xx = x * x;
  let sine = x + x * xx * (-1.0 / 6.0 + xx * (1.0 / 120.0 + xx * (-1.0 / 5040.0 + xx / 362880.0)));
  let cosine = 1.0 - xx * (0.5 - xx * (1.0 / 24.0 - xx * (1.0 / 720.0 - xx * (1.0 / 40320.0 - xx / 3628800.0))));
  var angle = vec2f(cosine, sine);
  if ((quarter & 1u) == 1u) { angle = vec2f(-sine, cosine); }
  if ((quarter & 2u) == 2u) { angle = -angle; }
  table[i] = angle;
}`,
});
