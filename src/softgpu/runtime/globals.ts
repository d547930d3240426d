/** The names a page has as globals: the interfaces, for `instanceof` and their constants, and the flags. */

import { GPUAdapter, GPUAdapterInfo } from './adapter.ts';
import { GPUBindGroup } from './bindGroup.ts';
import { GPUBindGroupLayout } from './bindGroupLayout.ts';
import { GPUBuffer } from './buffer.ts';
import { GPUCommandBuffer } from './commandBuffer.ts';
import { GPUCommandEncoder } from './commandEncoder.ts';
import { GPUComputePassEncoder } from './computePassEncoder.ts';
import { GPUComputePipeline } from './computePipeline.ts';
import { GPUDevice } from './device.ts';
import {
  GPUDeviceLostInfo,
  GPUError,
  GPUInternalError,
  GPUOutOfMemoryError,
  GPUPipelineError,
  GPUUncapturedErrorEvent,
  GPUValidationError,
} from './errors.ts';
import { GPUSupportedFeatures, WGSLLanguageFeatures } from './features.ts';
import { GPUBufferUsage, GPUColorWrite, GPUMapMode, GPUShaderStage, GPUTextureUsage } from './flags.ts';
import { GPU } from './gpu.ts';
import { GPUSupportedLimits } from './limits.ts';
import { GPUPipelineLayout } from './pipelineLayout.ts';
import { GPUQuerySet } from './querySet.ts';
import { GPUQueue } from './queue.ts';
import { GPURenderBundle, GPURenderBundleEncoder, GPURenderPassEncoder, GPURenderPipeline } from './renderEncoders.ts';
import { GPUCompilationInfo, GPUCompilationMessage, GPUShaderModule } from './shaderModule.ts';
import { GPUExternalTexture, GPUSampler, GPUTexture, GPUTextureView } from './texture.ts';

export const globals = {
  GPU,
  GPUAdapter,
  GPUAdapterInfo,
  GPUBindGroup,
  GPUBindGroupLayout,
  GPUBuffer,
  GPUBufferUsage,
  GPUColorWrite,
  GPUCommandBuffer,
  GPUCommandEncoder,
  GPUCompilationInfo,
  GPUCompilationMessage,
  GPUComputePassEncoder,
  GPUComputePipeline,
  GPUDevice,
  GPUDeviceLostInfo,
  GPUError,
  GPUExternalTexture,
  GPUInternalError,
  GPUMapMode,
  GPUOutOfMemoryError,
  GPUPipelineError,
  GPUPipelineLayout,
  GPUQuerySet,
  GPUQueue,
  GPURenderBundle,
  GPURenderBundleEncoder,
  GPURenderPassEncoder,
  GPURenderPipeline,
  GPUSampler,
  GPUShaderModule,
  GPUShaderStage,
  GPUSupportedFeatures,
  GPUSupportedLimits,
  GPUTexture,
  GPUTextureUsage,
  GPUTextureView,
  GPUUncapturedErrorEvent,
  GPUValidationError,
  WGSLLanguageFeatures,
};

/** Makes the names of WebGPU globals, as programs written for a page expect; replaces those that are there. */
export function installGlobals(target: object = globalThis): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

/** Web IDL has attributes enumerable, so that `for (const key in buffer)` lists them: not what JavaScript classes do. */
export function listAttributes(): void {
  for (const value of Object.values(globals)) {
    if (typeof value !== 'function') continue;
    for (let at = value.prototype; isOurs(at); at = Object.getPrototypeOf(at)) {
      for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
        if (property.get !== undefined) Object.defineProperty(at, name, { enumerable: true });
      }
    }
  }
}

function isOurs(prototype: object): boolean {
  return ![Object, EventTarget, Event, DOMException, Error].some((builtin) => builtin.prototype === prototype);
}
