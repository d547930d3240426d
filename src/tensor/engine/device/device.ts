import type { Tensor } from '../../tensor.ts';
import { clearCache } from '../deviceCache.ts';
import { DeviceError, DeviceLostError, KernelError, OutOfMemoryError } from '../errors.ts';
import { PipelineCache, type PipelineSource } from '../pipeline.ts';
import { Recorder } from '../recorder.ts';
import { BufferPool, type BufferSource } from '../storage.ts';
import type { Choices } from '../tuner.ts';

/** What the device is, by what runs the kernels: a GPU, or this machine's processor. */
export type DeviceKind = 'gpu' | 'cpu';

export interface DeviceOptions {
  readonly kind: DeviceKind;
  readonly name: string;
  /** Why a lesser device than the one hoped for was taken. */
  readonly fallbackReason?: string;
  /** Kept referenced for the device's life: Node's Dawn crashes when its GPU object is collected. */
  readonly gpuRoot?: unknown;
}

/** Counters behind `memory()`. */
export interface MemoryReport {
  /** Live tensor handles. */
  readonly tensors: number;
  /** Bytes held by tensors and by the tape. */
  readonly bytes: number;
  /** Bytes of freed buffers waiting for reuse. */
  readonly pooledBytes: number;
  /** Largest value `bytes` has had. */
  readonly peakBytes: number;
}

/** A WebGPU device with what the engine keeps for it: recorder, pool, pipelines. */
export class Device {
  readonly kind: DeviceKind;
  readonly name: string;
  readonly fallbackReason: string | undefined;
  readonly limits: GPUSupportedLimits;
  readonly features: ReadonlySet<string>;
  readonly recorder: Recorder;
  readonly pool: BufferPool;
  readonly pipelines: PipelineCache;
  /** Where new storages take their buffers: the pool, or a recording's own arena. */
  bufferSource: BufferSource;
  /** Collects pipeline sources instead of running them, while `warmup()` looks at a function. */
  dryRun: Set<PipelineSource> | undefined;
  /** During a dry run: what `grad` was before it, of every tensor whose `grad` has been set since. */
  readonly gradsBeforeDryRun = new Map<Tensor, Tensor | null>();
  /** Seed and position of the counter-based random numbers. */
  readonly random = { seed: 0, counter: 0 };

  /** Kernel variants that tuning found best here. */
  readonly choices: Choices = { chosen: new Map(), asked: undefined };

  #gpuRoot: unknown;
  #failure: Error | undefined;
  readonly #reports = new Set<Promise<void>>();
  #destroyed = false;
  #tensors = 0;
  #bytes = 0;
  #peakBytes = 0;
  readonly #lostCallbacks = new Set<(error: Error) => void>();

  constructor(
    readonly gpu: GPUDevice,
    { kind, name, fallbackReason, gpuRoot }: DeviceOptions,
  ) {
    this.kind = kind;
    this.name = name;
    this.fallbackReason = fallbackReason;
    this.limits = plainCopy(gpu.limits);
    this.features = new Set(gpu.features as ReadonlySet<string>);
    this.#gpuRoot = gpuRoot;
    this.pool = new BufferPool(this);
    this.bufferSource = this.pool;
    this.recorder = new Recorder(this);
    this.pipelines = new PipelineCache(this);
    gpu.addEventListener?.('uncapturederror', (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      this.#suspect(new DeviceError(`${this.recorder.lastKernel ?? 'device'}: ${error.message}`));
    });
    gpu.lost.then(({ message }) => {
      if (this.#destroyed) return;
      const last = this.recorder.lastKernel;
      this.fail(
        new DeviceLostError(`the device was lost after ${last ?? 'no kernel'}: ${message}; call init() again`, last),
      );
    });
  }

  /** Submits what was recorded, without waiting for it. */
  flush(): void {
    this.#check();
    this.recorder.flush();
  }

  /** Submits what was recorded and waits until the device has done it. */
  async synchronize(): Promise<void> {
    this.flush();
    await this.orFailure(this.gpu.queue.onSubmittedWorkDone());
    this.#check();
  }

  /** Frees the pooled buffers. */
  trim(): void {
    this.recorder.flush();
    this.pipelines.dropBindGroups();
    this.pool.trim();
  }

  /** Releases the device. Tensors on it can no longer be used. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.fail(new DeviceError('the device was destroyed: call init() again'));
    clearCache(this);
    this.pool.trim();
    this.recorder.destroy();
    this.gpu.destroy();
    this.#gpuRoot = undefined;
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  /** The object the device came from, for as long as the device lives. */
  get root(): unknown {
    return this.#gpuRoot;
  }

  memory(): MemoryReport {
    return {
      tensors: this.#tensors,
      bytes: this.#bytes,
      pooledBytes: this.pool.pooledBytes,
      peakBytes: this.#peakBytes,
    };
  }

  /** Starts a new peak from the bytes held at this moment. */
  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }

  /**
   * Remembers an error, and rejects every pending read with it. The first one stays, but a kernel that does not compile
   * is the cause of whatever was reported before it.
   */
  fail(error: Error): void {
    if (this.#failure === undefined || error instanceof KernelError) this.#failure = error;
    for (const reject of [...this.#lostCallbacks]) reject(error);
    this.#lostCallbacks.clear();
  }

  /** Settles as the promise does, or rejects at once when the device fails meanwhile. */
  orFailure<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onFailure = (error: Error) => reject(error);
      this.#lostCallbacks.add(onFailure);
      promise
        .then(resolve, async (error: unknown) => {
          // A device that goes away rejects what is pending just before it says that it is lost.
          await new Promise((next) => setTimeout(next));
          reject(this.#failure ?? error);
        })
        .finally(() => {
          this.#lostCallbacks.delete(onFailure);
        });
      if (this.#failure) void this.#reported().then(() => reject(this.#failure));
    });
  }

  /** Awaits an error scope; what it caught becomes the device's failure. */
  watch(scope: Promise<GPUError | null>, failure: (error: GPUError) => Error): void {
    const report = scope.then(
      (error) => {
        if (error) this.fail(failure(error));
      },
      () => {}, // the device is gone: `lost` reports it
    );
    this.#reports.add(report);
    void report.then(() => this.#reports.delete(report));
  }

  async #reported(): Promise<void> {
    await Promise.all(this.#reports);
  }

  /** An uncaptured error may be the consequence of one whose report is still on its way: reads wait a turn for it. */
  #suspect(error: Error): void {
    this.#failure ??= error;
    void this.#reported().then(() => this.fail(error));
  }

  /** Like `throwFailure`, after the reports that are on their way. */
  async settle(): Promise<void> {
    if (this.#failure) await this.#reported();
    this.throwFailure();
  }

  /** Throws a recorded failure; one that a new attempt can cure (a kernel's mistake, no memory) is thrown once. */
  throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    if (!this.#destroyed && !(failure instanceof DeviceLostError)) this.#failure = undefined;
    throw failure;
  }

  checkAllocation(bytes: number): void {
    const limit = Math.min(this.limits.maxStorageBufferBindingSize, this.limits.maxBufferSize);
    if (bytes > limit) {
      throw new OutOfMemoryError(
        `a tensor of ${bytes} bytes is over this device's limit of ${limit} bytes per buffer: split it along an axis`,
        bytes,
      );
    }
  }

  accountBytes(delta: number): void {
    this.#bytes += delta;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
  }

  accountTensors(delta: number): void {
    this.#tensors += delta;
  }

  #check(): void {
    this.throwFailure();
  }
}

/** Reading a property of the driver's own object is a call into the driver: too slow for every tensor. */
function plainCopy(limits: GPUSupportedLimits): GPUSupportedLimits {
  const copy: Record<string, unknown> = {};
  for (const name in limits) copy[name] = limits[name as keyof GPUSupportedLimits];
  return copy as unknown as GPUSupportedLimits;
}
