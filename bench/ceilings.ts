/** What can this device do at most? Its rate of multiply-adds, and the bandwidth of a copy. */
import { blank, ones } from '../src/tensor/create.ts';
import type { Device } from '../src/tensor/engine/device/device.ts';
import { defineKernel } from '../src/tensor/engine/kernel.ts';
import type { Tensor } from '../src/tensor/tensor.ts';
import { Meter, median, type Sample, type Work } from './measure.ts';

export interface Ceilings {
  readonly flops: number; // per second
  readonly bytes: number; // read and written, per second
}

const WORKGROUP = 256;

/**
 * Independent chains of multiply-adds on vec4f that touch no memory. More chains hide the latency of each step; too many
 * spill out of the registers. FUSED takes `fma`, which some drivers emulate, instead of a product and a sum.
 */
export const multiplyAdd = /* @__PURE__ */ defineKernel({
  name: 'ceiling.multiplyAdd',
  read: {},
  write: { y: 'vec4f' },
  params: { groups: 'u32', rounds: 'u32', factor: 'f32', offset: 'f32' },
  constants: { CHAINS: [2, 4, 8], FUSED: [false, true] },
  workgroup: WORKGROUP,
  grid: ({ groups }) => groups,
  wgsl: /* wgsl */ `
fn step(x: vec4f, factor: vec4f, offset: vec4f) -> vec4f {
  if (FUSED) { return fma(x, factor, offset); }
  return x * factor + offset;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let factor = vec4f(params.factor);
  let offset = vec4f(params.offset);
  var a = vec4f(f32(lane));
  var b = a + 1.0;
  var c = a + 2.0;
  var d = a + 3.0;
  var e = a + 4.0;
  var f = a + 5.0;
  var g = a + 6.0;
  var h = a + 7.0;
  for (var i = 0u; i < params.rounds; i++) {
    for (var unrolled = 0u; unrolled < 4u; unrolled++) {
      a = step(a, factor, offset);
      b = step(b, factor, offset);
      if (CHAINS > 2u) {
        c = step(c, factor, offset);
        d = step(d, factor, offset);
      }
      if (CHAINS > 4u) {
        e = step(e, factor, offset);
        f = step(f, factor, offset);
        g = step(g, factor, offset);
        h = step(h, factor, offset);
      }
    }
  }
  // All chains reach memory, or the compiler drops them.
  y[linearGroup(group) * WORKGROUP + lane] = a + b + c + d + e + f + g + h;
}`,
});

export const copy = /* @__PURE__ */ defineKernel({
  name: 'ceiling.copy',
  read: { x: 'vec4f' },
  write: { y: 'vec4f' },
  params: { quads: 'u32' },
  constants: { EACH: [1, 4, 16] },
  workgroup: WORKGROUP,
  grid: ({ quads }, { EACH }) => Math.ceil(quads / (WORKGROUP * EACH)),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * EACH + lane;
  for (var i = 0u; i < EACH; i++) {
    let at = first + i * WORKGROUP;
    if (at < params.quads) { y[at] = x[at]; }
  }
}`,
});

interface Candidate {
  readonly label: string;
  /** Floating-point operations, or bytes read and written. */
  readonly amount: number;
  readonly meter: Meter;
}

/** Measures both ceilings, in their best form on this device, as often as it is asked. */
export class CeilingMeter {
  readonly #device: Device;
  readonly #tensors: Tensor[] = [];
  #flops: Candidate | undefined;
  #bytes: Candidate | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Finds the fastest form of each kernel. */
  async warmUp(): Promise<void> {
    this.#flops = await this.#fastest(this.#multiplyAdds());
    this.#bytes = await this.#fastest(this.#copies());
  }

  /** The forms that were fastest, for the report's head. */
  get labels(): { readonly flops: string; readonly bytes: string } {
    return { flops: this.#flops?.label ?? '', bytes: this.#bytes?.label ?? '' };
  }

  async sample(): Promise<Ceilings> {
    return { flops: await rate(this.#flops!), bytes: await rate(this.#bytes!) };
  }

  dispose(): void {
    for (const tensor of this.#tensors) tensor.dispose();
  }

  async #fastest(candidates: readonly Candidate[]): Promise<Candidate> {
    const rates: number[] = [];
    for (const candidate of candidates) {
      await candidate.meter.warmUp();
      const samples = [await rate(candidate), await rate(candidate), await rate(candidate)];
      rates.push(median(samples));
    }
    return candidates[rates.indexOf(Math.max(...rates))]!;
  }

  #multiplyAdds(): Candidate[] {
    const small = this.#device.kind === 'cpu';
    const groups = small ? 64 : 4096;
    const rounds = small ? 32 : 1024;
    const y = blank([groups * WORKGROUP * 4]);
    this.#tensors.push(y);
    return ([2, 4, 8] as const).flatMap((CHAINS) =>
      [false, true].map((FUSED) => ({
        label: `${CHAINS} chains of ${FUSED ? 'fma' : 'multiply and add'}`,
        amount: groups * WORKGROUP * rounds * 4 * CHAINS * 4 * 2,
        meter: this.#meter({
          run: () => multiplyAdd({}, { y }, { groups, rounds, factor: 0.999, offset: 0.001 }, { CHAINS, FUSED }),
        }),
      })),
    );
  }

  #copies(): Candidate[] {
    const bytes = this.#device.kind === 'cpu' ? 2 ** 24 : 2 ** 29; // far more than caches hold
    const elements = Math.min(bytes, this.#device.limits.maxStorageBufferBindingSize) / 4;
    const [x, y] = [ones([elements]), blank([elements])];
    this.#tensors.push(x, y);
    return ([1, 4, 16] as const).map((EACH) => ({
      label: `${EACH} vec4 per invocation`,
      amount: 2 * 4 * elements,
      meter: this.#meter({ run: () => copy({ x }, { y }, { quads: elements / 4 }, { EACH }) }),
    }));
  }

  #meter(work: Work): Meter {
    return new Meter(this.#device, work);
  }
}

async function rate({ amount, meter }: Candidate): Promise<number> {
  return amount / secondsOf(await meter.sample());
}

/** The device's own clock where there is one. */
export function secondsOf({ wallMs, kernelMs }: Sample): number {
  return (kernelMs ?? wallMs) / 1000;
}
