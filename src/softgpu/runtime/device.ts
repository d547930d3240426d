import { createBindGroup, type GPUBindGroup } from './bindGroup.ts';
import { createBindGroupLayout, type GPUBindGroupLayout } from './bindGroupLayout.ts';
import { createBuffer, type GPUBuffer } from './buffer.ts';
import { createCommandEncoder, type GPUCommandEncoder } from './commandEncoder.ts';
import { createComputePipeline, createComputePipelineAsync, type GPUComputePipeline } from './computePipeline.ts';
import { DeviceState } from './deviceState.ts';
import { GPUDeviceLostInfo, GPUUncapturedErrorEvent } from './errors.ts';
import type { Executor } from './executor.ts';
import type { GPUSupportedFeatures } from './features.ts';
import type { Host } from './host.ts';
import { GPUSupportedLimits, type Limits } from './limits.ts';
import { construct, forbidConstruction } from './object.ts';
import { createPipelineLayout, type GPUPipelineLayout } from './pipelineLayout.ts';
import { createQuerySet, type GPUQuerySet } from './querySet.ts';
import { GPUQueue } from './queue.ts';
import {
  createRenderBundleEncoder,
  createRenderPipeline,
  createRenderPipelineAsync,
  type GPURenderBundleEncoder,
  type GPURenderPipeline,
} from './renderEncoders.ts';
import { createShaderModule, type GPUShaderModule } from './shaderModule.ts';
import {
  createSampler,
  createTexture,
  type GPUExternalTexture,
  type GPUSampler,
  type GPUTexture,
  importExternalTexture,
} from './texture.ts';
import { toEnum } from './webidl.ts';

const lose = Symbol('softgpu.lose');

/** What requestDevice has settled on. */
export interface DeviceSetup {
  readonly label: string | undefined;
  readonly queueLabel: string | undefined;
  readonly info: GPUAdapterInfo;
  readonly limits: Limits;
  readonly features: GPUSupportedFeatures;
}

const filters = ['validation', 'out-of-memory', 'internal'] as const;

/** Messages go to the console for errors nobody handles, up to this many per device. */
const maxWarnings = 100;

/** Stops the threads of devices that were dropped without `destroy()`. */
const droppedDevices = new FinalizationRegistry<Executor>((executor) => executor.destroy());

type Handler = ((this: globalThis.GPUDevice, event: globalThis.GPUUncapturedErrorEvent) => unknown) | null;

export class GPUDevice extends EventTarget implements globalThis.GPUDevice {
  declare readonly __brand: 'GPUDevice';
  label: string;
  readonly features: GPUSupportedFeatures;
  readonly limits: GPUSupportedLimits;
  readonly adapterInfo: GPUAdapterInfo;
  readonly queue: GPUQueue;
  readonly lost: Promise<GPUDeviceLostInfo>;
  readonly #state: DeviceState;
  readonly #resolveLost: (info: GPUDeviceLostInfo) => void;
  #handler: Handler = null;
  #warnings = 0;

  /** @internal */
  constructor(token: typeof construct, host: Host, executor: Executor, setup: DeviceSetup) {
    forbidConstruction(token);
    super();
    this.label = String(setup.label ?? '');
    this.features = setup.features;
    this.limits = new GPUSupportedLimits(construct, setup.limits);
    this.adapterInfo = setup.info;
    const compileOptions = { shared: executor.shared, relaxed: host.relaxed, ...(host.check && { check: host.check }) };
    this.#state = new DeviceState(executor, host.compiler, setup.limits, setup.features, compileOptions, (error) =>
      queueMicrotask(() => this.#report(error)),
    );
    this.queue = new GPUQueue(construct, setup.queueLabel, { device: this.#state });
    const { promise, resolve } = lostPromise();
    this.lost = promise;
    this.#resolveLost = resolve;
    droppedDevices.register(this.#state, executor, this.#state);
    watchForFailure(executor, new WeakRef(this));
  }

  get onuncapturederror(): Handler {
    return this.#handler;
  }

  set onuncapturederror(handler: Handler) {
    const next = typeof handler === 'function' ? handler : null;
    if (this.#handler === null && next !== null) this.addEventListener('uncapturederror', this.#callHandler);
    if (this.#handler !== null && next === null) this.removeEventListener('uncapturederror', this.#callHandler);
    this.#handler = next;
  }

  readonly #callHandler = (event: Event): void => {
    this.#handler?.call(this, event as GPUUncapturedErrorEvent);
  };

  #report(error: globalThis.GPUError): void {
    const event = new GPUUncapturedErrorEvent('uncapturederror', { error, cancelable: true });
    if (!this.dispatchEvent(event) || this.#warnings >= maxWarnings) return;
    this.#warnings++;
    console.warn(`softgpu: ${error.constructor.name}: ${error.message}`);
    if (this.#warnings === maxWarnings) console.warn('softgpu: further errors of this device go unreported.');
  }

  destroy(): undefined {
    this[lose]('destroyed', 'The device was destroyed.');
  }

  /** "lose the device" of the specification. */
  [lose](reason: GPUDeviceLostReason, message: string): void {
    const state = this.#state;
    if (state.lost) return;
    state.lost = true;
    for (const buffer of [...state.mapped]) buffer.unmap();
    droppedDevices.unregister(state);
    state.executor.destroy();
    this.#resolveLost(new GPUDeviceLostInfo(construct, reason, message));
  }

  pushErrorScope(filter: GPUErrorFilter): undefined {
    this.#state.pushScope(toEnum(filter, filters, 'filter'));
  }

  popErrorScope(): Promise<globalThis.GPUError | null> {
    if (this.#state.lost) return Promise.resolve(null);
    const scope = this.#state.popScope();
    if (scope !== null) return Promise.resolve(scope.error);
    return Promise.reject(
      new DOMException('popErrorScope: no error scope is open. Call pushErrorScope() first.', 'OperationError'),
    );
  }

  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    return createBuffer(this.#state, descriptor);
  }

  createBindGroupLayout(descriptor: GPUBindGroupLayoutDescriptor): GPUBindGroupLayout {
    return createBindGroupLayout(this.#state, descriptor);
  }

  createPipelineLayout(descriptor: GPUPipelineLayoutDescriptor): GPUPipelineLayout {
    return createPipelineLayout(this.#state, descriptor);
  }

  createBindGroup(descriptor: GPUBindGroupDescriptor): GPUBindGroup {
    return createBindGroup(this.#state, descriptor);
  }

  createShaderModule(descriptor: GPUShaderModuleDescriptor): GPUShaderModule {
    return createShaderModule(this.#state, descriptor);
  }

  createComputePipeline(descriptor: GPUComputePipelineDescriptor): GPUComputePipeline {
    return createComputePipeline(this.#state, descriptor);
  }

  createComputePipelineAsync(descriptor: GPUComputePipelineDescriptor): Promise<GPUComputePipeline> {
    return createComputePipelineAsync(this.#state, descriptor);
  }

  createCommandEncoder(descriptor?: GPUCommandEncoderDescriptor): GPUCommandEncoder {
    return createCommandEncoder(this.#state, descriptor);
  }

  createQuerySet(descriptor: GPUQuerySetDescriptor): GPUQuerySet {
    return createQuerySet(this.#state, descriptor);
  }

  createSampler(descriptor?: GPUSamplerDescriptor): GPUSampler {
    return createSampler(this.#state, descriptor);
  }

  createTexture(descriptor: GPUTextureDescriptor): GPUTexture {
    return createTexture(this.#state, descriptor);
  }

  importExternalTexture(descriptor: GPUExternalTextureDescriptor): GPUExternalTexture {
    return importExternalTexture(this.#state, descriptor);
  }

  createRenderPipeline(descriptor: GPURenderPipelineDescriptor): GPURenderPipeline {
    return createRenderPipeline(this.#state, descriptor);
  }

  createRenderPipelineAsync(descriptor: GPURenderPipelineDescriptor): Promise<GPURenderPipeline> {
    return createRenderPipelineAsync(this.#state, descriptor);
  }

  createRenderBundleEncoder(descriptor: GPURenderBundleEncoderDescriptor): GPURenderBundleEncoder {
    return createRenderBundleEncoder(this.#state, descriptor);
  }
}

/**
 * The executor must not keep its device alive, or a dropped one would never be found. A function of its own, since closures
 * of one function share all that any of them refers to.
 */
function watchForFailure(executor: Executor, device: WeakRef<GPUDevice>): void {
  void executor.failure.then((error) => device.deref()?.[lose]('unknown', error.message));
}

function lostPromise(): { promise: Promise<GPUDeviceLostInfo>; resolve: (info: GPUDeviceLostInfo) => void } {
  let resolve: (info: GPUDeviceLostInfo) => void = () => {};
  const promise = new Promise<GPUDeviceLostInfo>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
