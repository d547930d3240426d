/** How long does a piece of device work take? */
import type { Device } from '../src/tensor/engine/device/device.ts';
import { type KernelTime, profile } from '../src/tensor/engine/profiler.ts';

export interface Work {
  /** Untimed; its result goes to `run`, once. */
  readonly prepare?: () => unknown;
  /** Launches the work without waiting for it. */
  readonly run: (prepared: unknown) => void;
  /** Frees what the work holds beside its inputs. */
  readonly dispose?: () => void;
}

export interface Sample {
  /** By the wall clock, with the launches from JavaScript. */
  readonly wallMs: number;
  /** By the device's own clock, kernels alone. Undefined without timestamp queries. */
  readonly kernelMs: number | undefined;
  readonly kernels: readonly KernelTime[];
}

const TIMED_MS = 20; // long beside the cost of waiting for the device once
const MOST_RUNS = 200;
const MOST_BYTES = 2 ** 30; // held by what was prepared for one sample
const PROFILED_RUNS = 3;

/** Measures one piece of work; it is compiled and warm after the constructor's `warmUp`. */
export class Meter {
  readonly #device: Device;
  readonly #work: Work;
  #runs = 1;

  constructor(device: Device, work: Work) {
    this.#device = device;
    this.#work = work;
  }

  /** Compiles, and finds how many runs fill the time of one sample. */
  async warmUp(): Promise<void> {
    const { bytes } = await this.#time(1);
    const { wallMs } = await this.#time(2);
    const wanted = Math.min(Math.ceil(TIMED_MS / wallMs), MOST_RUNS, Math.floor(MOST_BYTES / bytes));
    this.#runs = Math.max(1, wanted);
  }

  async sample(): Promise<Sample> {
    const { wallMs } = await this.#time(this.#runs);
    return { wallMs, ...(await this.#profile()) };
  }

  async #time(runs: number): Promise<{ wallMs: number; bytes: number }> {
    const before = this.#device.memory().bytes;
    const prepared = this.#prepare(runs);
    const bytes = this.#device.memory().bytes - before;
    await this.#device.synchronize();
    const start = performance.now();
    for (const item of prepared) this.#work.run(item);
    await this.#device.synchronize();
    return { wallMs: (performance.now() - start) / runs, bytes };
  }

  async #profile(): Promise<Pick<Sample, 'kernelMs' | 'kernels'>> {
    if (!this.#device.features.has('timestamp-query')) return { kernelMs: undefined, kernels: [] };
    const runs = Math.min(this.#runs, PROFILED_RUNS);
    const prepared = this.#prepare(runs);
    await this.#device.synchronize();
    const { kernels, totalMs } = await profile(() => {
      for (const item of prepared) this.#work.run(item);
    }, this.#device);
    const each = kernels.map((kernel) => ({ ...kernel, count: kernel.count / runs, totalMs: kernel.totalMs / runs }));
    return { kernelMs: totalMs / runs, kernels: each };
  }

  #prepare(runs: number): unknown[] {
    return Array.from({ length: runs }, () => this.#work.prepare?.());
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
