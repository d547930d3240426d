import { DTypeError, ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { formatShape, sameShape } from '../../tensor/engine/shape.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** One parameter to update. */
export interface Slot {
  readonly param: Tensor;
  readonly grad: Tensor;
  /** Where the parameter's state begins in each row of the optimizer's state, in elements: a multiple of 4. */
  readonly stateAt: number;
}

/** Up to three parameters that one launch updates. */
export interface SlotLaunch {
  readonly slots: readonly Slot[];
  /** Where each parameter ends when their quads are counted through, and where its state begins, in quads. */
  readonly ends: readonly [number, number, number, number];
  readonly places: readonly [number, number, number, number];
}

/** Drivers that run on a processor execute every branch for every invocation, so there a launch takes one parameter. */
function slotsPerLaunch({ device }: Tensor): number {
  return choose(device, 'optimizer/slots', ['1', '3'], device.kind === 'cpu' ? '1' : '3') === '1' ? 1 : 3;
}

/**
 * Cuts a step into launches. A kernel can bind 8 buffers: the state and the hyper-parameters of all parameters in one
 * buffer each leave room for three parameters with their gradients. Gathering the gradients into one flat buffer first
 * would take a launch for each seven and a module whose parameters are views; it halves the launches and doubles the
 * traffic.
 *
 * @throws ShapeError when a parameter does not own its memory, a gradient has another shape, or the state is too small.
 */
export function launchesOf(op: string, slots: readonly Slot[], state: Tensor): SlotLaunch[] {
  const room = state.shape[state.ndim - 1]!;
  for (const [i, slot] of slots.entries()) checkSlot(op, slot, i, room);
  const launches: SlotLaunch[] = [];
  const count = slotsPerLaunch(state);
  for (let first = 0; first < slots.length; first += count) {
    const part = slots.slice(first, first + count);
    let end = 0;
    const ends = [0, 1, 2].map((i) => {
      end += quads(part[i]?.param.size ?? 0);
      return end;
    });
    const places = [0, 1, 2].map((i) => (part[i]?.stateAt ?? 0) / 4);
    launches.push({ slots: part, ends: four(ends), places: four(places) });
  }
  return launches;
}

/** The buffers of a launch by the names that kernels give them. */
export function buffersOf({ slots: [a, b, c] }: SlotLaunch) {
  return {
    grads: { g0: a?.grad ?? null, g1: b?.grad ?? null, g2: c?.grad ?? null },
    params: { p0: a?.param ?? null, p1: b?.param ?? null, p2: c?.param ?? null },
  };
}

export function quads(size: number): number {
  return Math.ceil(size / 4);
}

/**
 * Whether kernels may read and write the tensor as vec4: what lies behind its last element, up to the end of the quad,
 * is nobody else's.
 */
export function ownsMemory(x: Tensor): boolean {
  return x.isDense && x.offset === 0 && x.storage.bytes === Math.max(16 * quads(x.size), 16);
}

function checkSlot(op: string, { param, grad, stateAt }: Slot, i: number, room: number): void {
  for (const [name, x] of Object.entries({ parameter: param, gradient: grad })) {
    if (x.dtype !== 'f32') throw new DTypeError(`${op}: ${name} ${i} must be f32, got ${x.dtype}`);
    if (!ownsMemory(x)) {
      throw new ShapeError(
        `${op}: ${name} ${i} ${formatShape(x.shape)} must own its memory, got a view: pass the tensor it was taken from`,
      );
    }
  }
  if (!sameShape(param.shape, grad.shape)) {
    throw new ShapeError(`${op}: gradient ${i} must be ${formatShape(param.shape)}, got ${formatShape(grad.shape)}`);
  }
  if (stateAt % 4 !== 0 || stateAt + 4 * quads(param.size) > room) {
    throw new ShapeError(
      `${op}: the state of parameter ${i} must begin at a multiple of 4 and end by ${room}, got ${stateAt} and ${param.size} elements`,
    );
  }
}

function four(values: readonly number[]): [number, number, number, number] {
  return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0, values[3] ?? 0];
}

/**
 * The kernel of one optimizer. `functions` gives `stepped(param: vec4f, gradient: vec4f, at: u32) -> vec4f`, the new
 * parameter; it keeps the state of the quad at `state[at]`, and a second row of state at `state[params.second + at]`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function slotKernel(name: string, functions: string) {
  return defineKernel({
    name,
    read: { hyper: 'f32', g0: 'vec4f?', g1: 'vec4f?', g2: 'vec4f?' },
    write: { state: 'vec4f', p0: 'vec4f?', p1: 'vec4f?', p2: 'vec4f?' },
    params: { ends: 'vec4u', places: 'vec4u', second: 'u32' },
    workgroup: 64,
    grid: ({ ends }) => Math.ceil(ends[2]! / 64),
    functions,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.ends.x) {
    p0[i] = stepped(p0[i], g0[i], params.places.x + i);
  }
  if (HAS_P1) {
    if (i >= params.ends.x && i < params.ends.y) {
      let quad = i - params.ends.x;
      p1[quad] = stepped(p1[quad], g1[quad], params.places.y + quad);
    }
  }
  if (HAS_P2) {
    if (i >= params.ends.y && i < params.ends.z) {
      let quad = i - params.ends.y;
      p2[quad] = stepped(p2[quad], g2[quad], params.places.z + quad);
    }
  }
}`,
  });
}
