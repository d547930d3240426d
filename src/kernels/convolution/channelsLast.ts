import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Pair } from './geometry.ts';
import { packPixelRows, packPixels } from './packPixels.ts';

/**
 * Activations laid out for register-blocked kernels: [batch · groups · pixels, quads] of vec4 over channels, padded
 * with zeros to whole quads, and one pixel of zeros behind the last for taps that fall outside the image.
 */
export interface ChannelsLast {
  readonly data: Tensor;
  readonly pixels: Pair;
  readonly quads: number;
}

/** Windows whose taps are unfolded into channels: k = tap · channels + channel. */
export interface Unfolding {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Pair;
  readonly output: Pair;
}

/** `x`: [batch, groups · channels, h, w], any view. With `unfolding`, each output pixel holds its whole window. */
export function channelsLast(x: Tensor, groups: number, unfolding: Unfolding | null): ChannelsLast {
  const [batch, all, height, width] = x.shape as readonly [number, number, number, number];
  const channels = all / groups;
  const { kernel, stride, dilation, padding, output } = unfolding ?? {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [0, 0],
    output: [height, width],
  };
  const depth = channels * kernel[0] * kernel[1];
  const quads = Math.ceil(depth / 4);
  const pixels = batch * groups * output[0] * output[1];
  const data = x.derive([(pixels + 1) * quads * 4]);
  const pack = classOf(x.device) === 'softgpu' ? packPixelRows : packPixels;
  pack(
    { x },
    { packed: data },
    {
      size: (pixels + 1) * quads,
      pixels,
      quads,
      depth,
      channels,
      grid: output,
      input: [height, width],
      kernel,
      rowRule: [stride[0], dilation[0], padding[0], 0],
      columnRule: [stride[1], dilation[1], padding[1], 0],
      groups,
      strides: x.strides,
      offset: x.offset,
    },
  );
  return { data, pixels: output, quads };
}

/**
 * How a weight is laid out for the kernels: [groups, taps, rows, quads] of vec4 over output channels, where a row is an
 * input channel, or with `unfolded` taps · channels at tap 0. What is missing to whole rows and quads is zero.
 */
export interface WeightLayout {
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: Pair;
  readonly unfolded: boolean;
  /** Rows per tap and quads per row. */
  readonly rows: number;
  readonly quads: number;
}

/** `weight`: any view of [a, b, kh, kw]; output channels lie on the first axis, or with `transposed` on the second. */
export function packWeight(weight: Tensor, layout: WeightLayout, transposed: boolean): Tensor {
  const { groups, rows, quads } = layout;
  const taps = layout.unfolded ? 1 : layout.kernel[0] * layout.kernel[1];
  const size = groups * taps * rows * quads;
  const packed = weight.derive([Math.max(size * 4, 4)]);
  const [first, second, vertical, horizontal] = weight.strides as readonly [number, number, number, number];
  const perGroup = weight.shape[0]! / groups;
  packWeightQuads(
    { weight },
    { packed },
    {
      size,
      taps,
      rows,
      quads,
      inChannels: layout.inChannels,
      outChannels: layout.outChannels,
      kernel: layout.kernel,
      strides: transposed ? [second, first, vertical, horizontal] : [first, second, vertical, horizontal],
      groupStride: perGroup * first,
      offset: weight.offset,
    },
  );
  return packed;
}

export const packWeightQuads = /* @__PURE__ */ defineKernel({
  name: 'convolution.packWeight',
  read: { weight: 'raw f32' },
  write: { packed: 'vec4f' },
  params: {
    size: 'u32',
    taps: 'u32',
    rows: 'u32',
    quads: 'u32',
    inChannels: 'u32',
    outChannels: 'u32',
    kernel: 'vec2u',
    strides: 'vec4u',
    groupStride: 'u32',
    offset: 'u32',
  },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let quad = i % params.quads;
  let row = (i / params.quads) % params.rows;
  let taps = i / (params.quads * params.rows);
  // Unfolded weights have one tap here, whose rows run over all taps of the window.
  let tap = select(taps % params.taps, row / params.inChannels, params.taps == 1u);
  let channel = select(row, row % params.inChannels, params.taps == 1u);
  if (tap >= params.kernel.x * params.kernel.y || channel >= params.inChannels) {
    packed[i] = vec4f();
    return;
  }
  let base = params.offset + taps / params.taps * params.groupStride + channel * params.strides.y
    + tap / params.kernel.y * params.strides.z + tap % params.kernel.y * params.strides.w;
  packed[i] = vec4f(
    element(4u * quad, base),
    element(4u * quad + 1u, base),
    element(4u * quad + 2u, base),
    element(4u * quad + 3u, base),
  );
}

fn element(output: u32, base: u32) -> f32 {
  return select(0.0, weight[base + output * params.strides.x], output < params.outChannels);
}`,
});
