import { GPUDevice } from './device.ts';
import { coreFeature, GPUSupportedFeatures, runtimeFeatures } from './features.ts';
import type { Host } from './host.ts';
import {
  adapterLimits,
  deviceLimits,
  GPUSupportedLimits,
  type Limits,
  limitsProblem,
  toRequiredLimits,
} from './limits.ts';
import { construct, forbidConstruction } from './object.ts';
import { toDictionary, toSequence } from './webidl.ts';

export class GPUAdapterInfo implements globalThis.GPUAdapterInfo {
  declare readonly __brand: 'GPUAdapterInfo';
  readonly vendor = 'tympan';
  readonly architecture = 'wasm-simd';
  readonly device = '';
  readonly description = 'softgpu: WGSL compiled to WebAssembly SIMD, run by the CPU';
  // What the specification has adapters say that have no subgroups.
  readonly subgroupMinSize = 4;
  readonly subgroupMaxSize = 128;
  readonly isFallbackAdapter = true;

  /** @internal */
  constructor(token: typeof construct) {
    forbidConstruction(token);
  }
}

export class GPUAdapter implements globalThis.GPUAdapter {
  declare readonly __brand: 'GPUAdapter';
  readonly info: GPUAdapterInfo;
  readonly features: GPUSupportedFeatures;
  readonly limits: GPUSupportedLimits;
  readonly #host: Host;
  readonly #best: Limits;
  readonly #core: boolean;
  #consumed = false;

  /** @internal */
  constructor(token: typeof construct, host: Host, core: boolean) {
    forbidConstruction(token);
    this.#host = host;
    this.#core = core;
    this.#best = adapterLimits(host.capacity());
    this.info = new GPUAdapterInfo(construct);
    this.features = new GPUSupportedFeatures(construct, [...runtimeFeatures, ...host.compiler.features]);
    this.limits = new GPUSupportedLimits(construct, this.#best);
  }

  get isFallbackAdapter(): boolean {
    return this.info.isFallbackAdapter;
  }

  async requestDevice(descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> {
    const given = toDictionary(descriptor, 'descriptor');
    const features = toSequence(given.requiredFeatures ?? [], 'requiredFeatures').map(String);
    const wanted = toRequiredLimits(given.requiredLimits);
    const missing = features.find((feature) => !this.features.has(feature));
    if (missing !== undefined) {
      const there = [...this.features].join(', ');
      throw new TypeError(`requestDevice: the adapter does not have the feature '${missing}'. It has ${there}.`);
    }
    if (this.#consumed) {
      throw new DOMException(
        'requestDevice: the adapter has given its device already. Request another adapter.',
        'OperationError',
      );
    }
    const problem = limitsProblem(wanted, this.#best);
    if (problem !== null) throw new DOMException(`requestDevice: ${problem}`, 'OperationError');
    this.#consumed = true;
    if (this.#core) features.unshift(coreFeature);
    const executor = await this.#host.createExecutor();
    return new GPUDevice(construct, this.#host, executor, {
      label: given.label,
      queueLabel: given.defaultQueue?.label,
      info: new GPUAdapterInfo(construct), // the specification has the device's be an object of its own
      limits: deviceLimits(wanted),
      features: new GPUSupportedFeatures(construct, features),
    });
  }
}
