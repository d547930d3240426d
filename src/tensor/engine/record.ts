import type { Tensor } from '../tensor.ts';
import type { Device } from './device/device.ts';
import { defaultDevice } from './device/init.ts';
import { DisposedError } from './errors.ts';
import type { Pipeline } from './pipeline.ts';
import { bumpEpoch } from './randomState.ts';
import type { DispatchCommand } from './recorder.ts';
import { own, tidy, visitTensors } from './scope.ts';
import { type BufferSource, FreeBuffers, type PooledBuffer, type Storage, sizeClass } from './storage.ts';

/** A captured function: all its dispatches with their buffers and parameters. */
export interface Recording<T> {
  /** What the function returned. Each replay writes new values into the same tensors. */
  readonly outputs: T;
  readonly dispatches: number;
  /** Does on the device what the function did, with the contents its input tensors have by then, and submits. */
  replay(): void;
  /** Frees the outputs and the buffers held for replays. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Runs `fn` once and captures it, so that a training step or a chunk of
 * inference replays without any operation-level JavaScript. New inputs are
 * written into the tensors that `fn` read: `x.write(values)`.
 *
 * Memory from outside that `fn` read or updated stays with the recording, even when its tensor is disposed. A gradient that
 * exists when `fn` starts and is freed in it would be held that way: begin with `optimizer.zeroGrad()`.
 *
 * What depends on JavaScript is frozen: shapes, branches and numbers passed as
 * attributes. Random numbers move on with each replay. `data()` inside `fn` throws.
 */
export function record<T>(fn: () => T, device: Device = defaultDevice()): Recording<T> {
  if (device.recorder.tap) throw new Error('record: a recording is already under way; recordings do not nest');
  const arena = new RecordingArena(device);
  const commands: Recorded[] = [];
  const before = device.bufferSource;
  const { counter } = device.random;
  device.bufferSource = arena;
  device.recorder.tap = (command, params) => commands.push({ command, params });
  try {
    const outputs = tidy(fn as () => never) as T;
    visitTensors(outputs, own);
    if (device.random.counter !== counter) bumpEpoch({ device }); // the next replay draws other numbers
    return new Replay(device, arena, commands, outputs);
  } catch (error) {
    arena.dispose();
    throw error;
  } finally {
    device.recorder.tap = undefined;
    device.bufferSource = before;
  }
}

interface Recorded {
  readonly command: DispatchCommand;
  readonly params: Uint8Array | null;
}

/** One dispatch, ready to be encoded: the parameters lie in the recording's own uniform buffer. */
interface Step {
  readonly pipeline: Pipeline;
  readonly bindGroup: GPUBindGroup;
  /** Dynamic offset of the parameters, in the form WebGPU takes it; undefined without parameters. */
  readonly offsets: number[] | undefined;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const SLOT = 256; // minUniformBufferOffsetAlignment on every device

class Replay<T> implements Recording<T> {
  readonly #device: Device;
  readonly #arena: RecordingArena;
  readonly #params: GPUBuffer;
  #steps: readonly Step[];
  #disposed = false;

  constructor(
    device: Device,
    arena: RecordingArena,
    commands: readonly Recorded[],
    readonly outputs: T,
  ) {
    this.#device = device;
    this.#arena = arena;
    this.#params = packParams(device, commands);
    this.#steps = stepsOf(device, commands, this.#params);
  }

  get dispatches(): number {
    return this.#steps.length;
  }

  replay(): void {
    if (this.#disposed) throw new DisposedError('replay: the recording was disposed: record() the function again');
    const { recorder, dryRun } = this.#device;
    if (recorder.tap) throw new Error('replay: a replay under record() would be lost: call the function itself there');
    if (this.#steps.length === 0 || dryRun) return;
    recorder.replayInto((pass) => encode(pass, this.#steps));
    recorder.flush();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    visitTensors(this.outputs, (tensor: Tensor) => tensor.dispose());
    this.#device.recorder.flush();
    this.#steps = [];
    this.#params.destroy();
    this.#arena.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** The whole cost of a replay in JavaScript: up to three calls per dispatch. */
function encode(pass: GPUComputePassEncoder, steps: readonly Step[]): void {
  let pipeline: Pipeline | undefined;
  for (const step of steps) {
    if (step.pipeline !== pipeline) {
      pipeline = step.pipeline;
      pass.setPipeline(pipeline.gpu);
    }
    if (step.offsets === undefined) pass.setBindGroup(0, step.bindGroup);
    else pass.setBindGroup(0, step.bindGroup, step.offsets);
    if (step.y === 1 && step.z === 1) pass.dispatchWorkgroups(step.x);
    else pass.dispatchWorkgroups(step.x, step.y, step.z);
  }
}

function packParams(device: Device, commands: readonly Recorded[]): GPUBuffer {
  const slots = commands.reduce((total, { params }) => total + slotsOf(params), 0);
  const bytes = new Uint8Array(Math.max(slots, 1) * SLOT);
  let at = 0;
  for (const { params } of commands) {
    if (params) bytes.set(params, at);
    at += slotsOf(params) * SLOT;
  }
  const buffer = device.gpu.createBuffer({ label: 'recorded params', size: bytes.byteLength, usage: 0x40 | 0x08 });
  device.gpu.queue.writeBuffer(buffer, 0, bytes);
  return buffer;
}

function stepsOf(device: Device, commands: readonly Recorded[], uniform: GPUBuffer): Step[] {
  // Equal buffers under one pipeline have the same bind group in the cache, so they share one here.
  const groups = new Map<GPUBindGroup, GPUBindGroup>();
  let at = 0;
  return commands.map(({ command: { pipeline, bindGroup: cached, bound, x, y, z }, params }) => {
    const bindGroup = groups.get(cached) ?? device.pipelines.makeBindGroup(pipeline, bound, uniform);
    groups.set(cached, bindGroup);
    const offsets = params ? [at] : undefined;
    at += slotsOf(params) * SLOT;
    return { pipeline, bindGroup, offsets, x, y, z };
  });
}

function slotsOf(params: Uint8Array | null): number {
  return params === null ? 0 : Math.ceil(params.byteLength / SLOT);
}

/**
 * Buffers of a recording. Within the step they are reused as in the pool, in the
 * same order at each replay; towards the outside they stay taken, for a replay
 * would write over whoever had got them.
 */
class RecordingArena implements BufferSource {
  readonly #device: Device;
  readonly #free = new FreeBuffers();
  /** Storages from outside that the dispatches bind. */
  readonly #held = new Set<Storage>();
  readonly #pinned: PooledBuffer[] = [];
  #disposed = false;

  constructor(device: Device) {
    this.#device = device;
  }

  /** An input or a parameter whose tensor is disposed must not lend its buffer to others while replays still write to it. */
  hold(storage: Storage): void {
    if (storage.source !== this && !this.#held.has(storage)) this.#held.add(storage.retain());
  }

  acquire(bytes: number): PooledBuffer {
    return this.#free.take(sizeClass(bytes)) ?? this.#device.pool.acquire(bytes);
  }

  release(buffer: PooledBuffer, pinned: boolean): void {
    if (this.#disposed) {
      this.#device.pool.release(buffer);
    } else if (pinned) {
      this.#pinned.push(buffer);
    } else {
      this.#free.put(buffer);
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of [...this.#free.drain(), ...this.#pinned]) this.#device.pool.release(buffer);
    for (const storage of this.#held) storage.release();
    this.#held.clear();
    this.#pinned.length = 0;
  }
}
