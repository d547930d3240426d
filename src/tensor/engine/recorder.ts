import type { BoundBuffers } from './bindGroup.ts';
import type { Device } from './device/device.ts';
import type { ParamMemory } from './params.ts';
import type { Pipeline } from './pipeline.ts';

/** One dispatch with everything that is needed to encode it again. */
export interface DispatchCommand {
  readonly pipeline: Pipeline;
  readonly bindGroup: GPUBindGroup;
  readonly bound: BoundBuffers;
  /** Where `reserve` put the parameters; not read for a kernel that has none. */
  readonly params: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const SLOT = 256; // minUniformBufferOffsetAlignment on every device
const SLOTS = 512;
// The first submission comes early, so that the GPU begins; the next ones find it busy and may be longer.
const FIRST_SUBMIT = 64; // dispatches
const LONGEST_SUBMIT = 256;

/**
 * Collects dispatches in one open encoder and one open compute pass.
 *
 * Parameters go into one uniform arena, a 256-byte slot per dispatch, uploaded
 * once per submit and bound with a dynamic offset. In Node's Dawn binding that is
 * cheaper than immediates: `setImmediates` costs 1.0 to 1.9 µs a call, a dynamic
 * offset 0.3 µs.
 */
export class Recorder {
  readonly #device: Device;
  readonly #arena: GPUBuffer;
  readonly #staging = new ArrayBuffer(SLOT * SLOTS);
  /** Where the parameters of dispatches are written: see `reserve`. */
  readonly params: ParamMemory = { u32: new Uint32Array(this.#staging), f32: new Float32Array(this.#staging) };
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #current: Pipeline | undefined;
  #slots = 0;
  #pending = 0;
  #submitAt = FIRST_SUBMIT;
  /** Counts submissions. A storage whose `lastUse` equals it is mentioned by commands not yet submitted. */
  serial = 0;
  /** Label of the kernel recorded last, for error messages. */
  lastKernel: string | undefined;
  /** When set, every dispatch is also given here, with a copy of its parameters: see `record()`. */
  tap: ((command: DispatchCommand, params: Uint8Array | null) => void) | undefined;
  /** When set, every dispatch gets a pass of its own with these timestamps: see `profile()`. */
  timestamps: ((label: string) => GPUComputePassTimestampWrites | undefined) | undefined;

  constructor(device: Device) {
    this.#device = device;
    this.#arena = device.gpu.createBuffer({ label: 'params', size: SLOT * SLOTS, usage: 0x40 | 0x08 });
  }

  /** The buffer that bind groups name for parameters. */
  get arena(): GPUBuffer {
    return this.#arena;
  }

  /**
   * Room for the parameters of the next dispatch, as a byte offset into the arena. It may submit what was recorded, so
   * it comes before the buffers of the dispatch are marked as used.
   */
  reserve(bytes: number): number {
    const slots = Math.ceil(bytes / SLOT);
    if (this.#slots + slots > SLOTS) this.#submit();
    const at = this.#slots * SLOT;
    this.#slots += slots;
    return at;
  }

  /** Puts a command into the open pass. */
  dispatch(command: DispatchCommand): void {
    const { pipeline, bindGroup, params, x, y, z } = command;
    const pass = this.#openPass(pipeline.label);
    if (pipeline !== this.#current) {
      pass.setPipeline(pipeline.gpu);
      this.#current = pipeline;
    }
    if (pipeline.paramBytes === 0) pass.setBindGroup(0, bindGroup);
    else pass.setBindGroup(0, bindGroup, [params]);
    if (y === 1 && z === 1) pass.dispatchWorkgroups(x);
    else pass.dispatchWorkgroups(x, y, z);
    this.#pending++;
    this.lastKernel = pipeline.label;
    this.tap?.(command, this.#copyOfParams(command));
    if (this.#pending >= this.#submitAt) {
      this.#submit();
      this.#submitAt = Math.min(2 * this.#submitAt, LONGEST_SUBMIT);
    }
  }

  /** Gives the open encoder to a copy, outside any pass. */
  copy(write: (encoder: GPUCommandEncoder) => void): void {
    if (this.tap) throw new Error('record: a copy of a whole tensor would be lost in the replays: do it outside');
    this.#closePass();
    this.#encoder ??= this.#device.gpu.createCommandEncoder();
    write(this.#encoder);
    this.#pending++;
  }

  /** Gives the open compute pass to a replay, which sets its own pipelines and bind groups. */
  replayInto(encode: (pass: GPUComputePassEncoder) => void): void {
    encode(this.#openPass('replay'));
    this.#current = undefined;
    this.#pending++;
  }

  /** Submits what was recorded. */
  flush(): void {
    this.#submit();
    this.#submitAt = FIRST_SUBMIT;
  }

  #submit(): void {
    if (this.#encoder === undefined) return;
    this.#closePass();
    if (this.#slots > 0) this.#device.gpu.queue.writeBuffer(this.#arena, 0, this.#staging, 0, this.#slots * SLOT);
    this.#device.gpu.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
    this.#slots = 0;
    this.#pending = 0;
    this.serial++;
  }

  destroy(): void {
    this.#arena.destroy();
  }

  #openPass(label: string): GPUComputePassEncoder {
    if (this.timestamps) this.#closePass();
    if (this.#pass) return this.#pass;
    this.#encoder ??= this.#device.gpu.createCommandEncoder();
    const timestampWrites = this.timestamps?.(label);
    this.#pass = this.#encoder.beginComputePass(timestampWrites ? { label, timestampWrites } : {});
    this.#current = undefined;
    return this.#pass;
  }

  #copyOfParams({ pipeline: { paramBytes }, params }: DispatchCommand): Uint8Array | null {
    return paramBytes === 0 ? null : new Uint8Array(this.#staging.slice(params, params + paramBytes));
  }

  #closePass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#current = undefined;
  }
}
