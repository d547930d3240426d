/** Textures and what goes with them: softgpu has none, so all but samplers are invalid objects. */

import type { DeviceState } from './deviceState.ts';
import { construct, GPUObject, inner, type ObjectInner } from './object.ts';
import { required, toDictionary, toU32 } from './webidl.ts';

/** What every graphics method reports. */
export const computeOnly = 'softgpu offers the compute part of WebGPU only: no textures and no rendering.';

interface TextureInner extends ObjectInner {
  readonly size: readonly [number, number, number];
  readonly descriptor: GPUTextureDescriptor;
}

export class GPUTexture extends GPUObject<TextureInner> implements globalThis.GPUTexture {
  declare readonly __brand: 'GPUTexture';

  get width(): number {
    return this[inner].size[0];
  }

  get height(): number {
    return this[inner].size[1];
  }

  get depthOrArrayLayers(): number {
    return this[inner].size[2];
  }

  get mipLevelCount(): number {
    return this[inner].descriptor.mipLevelCount ?? 1;
  }

  get sampleCount(): number {
    return this[inner].descriptor.sampleCount ?? 1;
  }

  get dimension(): GPUTextureDimension {
    return this[inner].descriptor.dimension ?? '2d';
  }

  get format(): GPUTextureFormat {
    return this[inner].descriptor.format;
  }

  get usage(): number {
    return this[inner].descriptor.usage;
  }

  createView(descriptor?: GPUTextureViewDescriptor): GPUTextureView {
    const { device } = this[inner];
    device.raise('validation', `createView: ${computeOnly}`);
    return new GPUTextureView(construct, toDictionary(descriptor, 'descriptor').label, { device, valid: false });
  }

  destroy(): undefined {}
}

export class GPUTextureView extends GPUObject<ObjectInner> implements globalThis.GPUTextureView {
  declare readonly __brand: 'GPUTextureView';
}

export class GPUExternalTexture extends GPUObject<ObjectInner> implements globalThis.GPUExternalTexture {
  declare readonly __brand: 'GPUExternalTexture';
}

export class GPUSampler extends GPUObject<ObjectInner> implements globalThis.GPUSampler {
  declare readonly __brand: 'GPUSampler';
}

/** createTexture: an invalid object, and an error that says why. */
export function createTexture(device: DeviceState, descriptor: GPUTextureDescriptor): GPUTexture {
  const size = toSize(required(descriptor.size, 'size'));
  required(descriptor.format, 'format');
  toU32(required(descriptor.usage, 'usage'), 'usage');
  if (size[0] * size[1] * size[2] > device.limits.maxBufferSize) {
    device.raise(
      'out-of-memory',
      `createTexture: a texture of ${size.join(' by ')} is larger than the memory. ${computeOnly}`,
    );
  } else {
    device.raise('validation', `createTexture: ${computeOnly}`);
  }
  return new GPUTexture(construct, descriptor.label, { device, valid: false, size, descriptor: { ...descriptor } });
}

function toSize(given: GPUExtent3D): [number, number, number] {
  const [width, height, depth] =
    Symbol.iterator in given ? [...given] : [given.width, given.height, given.depthOrArrayLayers];
  return [
    toU32(required(width, 'width'), 'width'),
    toU32(height ?? 1, 'height'),
    toU32(depth ?? 1, 'depthOrArrayLayers'),
  ];
}

/** importExternalTexture: an invalid object, and an error that says why. */
export function importExternalTexture(
  device: DeviceState,
  descriptor: GPUExternalTextureDescriptor,
): GPUExternalTexture {
  device.raise('validation', `importExternalTexture: ${computeOnly}`);
  return new GPUExternalTexture(construct, descriptor.label, { device, valid: false });
}

/** createSampler: a description that layouts and bind groups can hold, though no shader can use it. */
export function createSampler(device: DeviceState, descriptor?: GPUSamplerDescriptor): GPUSampler {
  const { label, lodMinClamp, lodMaxClamp, maxAnisotropy, ...given } = toDictionary(descriptor, 'descriptor');
  const low = Number(lodMinClamp ?? 0);
  const high = Number(lodMaxClamp ?? 32);
  const anisotropy = Number(maxAnisotropy ?? 1);
  const linear = given.magFilter === 'linear' && given.minFilter === 'linear' && given.mipmapFilter === 'linear';
  let problem: string | null = null;
  if (low < 0 || high < low)
    problem = `lodMinClamp ${low} and lodMaxClamp ${high} are not an ascending pair from 0 up.`;
  if (anisotropy < 1) problem = `maxAnisotropy ${anisotropy} is below 1.`;
  if (anisotropy > 1 && !linear) problem = `maxAnisotropy ${anisotropy} needs all filters to be linear.`;
  return new GPUSampler(construct, label, { device, valid: device.accepts('createSampler', problem) });
}
