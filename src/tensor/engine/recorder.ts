import type { Device } from './device/device.ts';
import type { Pipeline } from './pipeline.ts';

/** One dispatch with everything that is needed to encode it again. */
export interface DispatchCommand {
  readonly pipeline: Pipeline;
  readonly bindGroup: GPUBindGroup;
  /** Says which buffers are bound; equal keys under one pipeline mean equal bind groups. */
  readonly key: string;
  /** The bind group's entries, with the parameters in another uniform buffer. */
  readonly buffers: (params: GPUBuffer) => GPUBindGroupEntry[];
  /** Packed parameters, or null for a kernel that has none. */
  readonly params: ArrayBuffer | null;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const SLOT = 256; // minUniformBufferOffsetAlignment on every device
const SLOTS = 512;
const DISPATCHES_PER_SUBMIT = 64; // often enough that the GPU never starves, seldom enough that submits cost nothing

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
  readonly #staging = new Uint8Array(SLOT * SLOTS);
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #current: Pipeline | undefined;
  #slots = 0;
  #pending = 0;
  /** Counts submissions. A storage whose `lastUse` equals it is mentioned by commands not yet submitted. */
  serial = 0;
  /** Label of the kernel recorded last, for error messages. */
  lastKernel: string | undefined;
  /** When set, every dispatch is also kept here: see `record()`. */
  tap: ((command: DispatchCommand) => void) | undefined;
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

  dispatch(command: DispatchCommand): void {
    this.encode(command);
    this.tap?.(command);
    if (this.#pending >= DISPATCHES_PER_SUBMIT) this.flush();
  }

  /** Puts a command into the open pass. */
  encode(command: DispatchCommand): void {
    const { pipeline, params } = command;
    const slots = params === null ? 0 : Math.ceil(params.byteLength / SLOT);
    if (this.#slots + slots > SLOTS) this.flush();
    const pass = this.#openPass(pipeline.label);
    if (pipeline !== this.#current) {
      pass.setPipeline(pipeline.gpu);
      this.#current = pipeline;
    }
    if (params === null) {
      pass.setBindGroup(0, command.bindGroup);
    } else {
      const offset = this.#slots * SLOT;
      this.#staging.set(new Uint8Array(params), offset);
      this.#slots += slots;
      pass.setBindGroup(0, command.bindGroup, [offset]);
    }
    pass.dispatchWorkgroups(command.x, command.y, command.z);
    this.#pending++;
    this.lastKernel = pipeline.label;
  }

  /** Gives the open encoder to a copy, outside any pass. */
  copy(write: (encoder: GPUCommandEncoder) => void): void {
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

  #closePass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#current = undefined;
  }
}
