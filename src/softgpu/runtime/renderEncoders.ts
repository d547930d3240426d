/** Encoders and pipelines of the graphics part. They exist so that programs meet an error that says why, not a missing method. */

import { type GPUBindGroupLayout, invalidLayout } from './bindGroupLayout.ts';
import type { DeviceState } from './deviceState.ts';
import { type EncoderInner, encoderInner, GPUEncoder } from './encoder.ts';
import { GPUPipelineError } from './errors.ts';
import { construct, GPUObject, inner, nameOf, type ObjectInner } from './object.ts';
import { Recording } from './recording.ts';
import { computeOnly } from './texture.ts';

/** GPURenderCommandsMixin and GPUBindingCommandsMixin, recording nothing. */
abstract class RenderCommands<Inner extends EncoderInner> extends GPUEncoder<Inner> {
  setPipeline(): undefined {
    this.recordable('setPipeline');
  }

  setIndexBuffer(): undefined {
    this.recordable('setIndexBuffer');
  }

  setVertexBuffer(): undefined {
    this.recordable('setVertexBuffer');
  }

  setBindGroup(): undefined {
    this.recordable('setBindGroup');
  }

  setImmediates(): undefined {
    this.recordable('setImmediates');
  }

  draw(): undefined {
    this.recordable('draw');
  }

  drawIndexed(): undefined {
    this.recordable('drawIndexed');
  }

  drawIndirect(): undefined {
    this.recordable('drawIndirect');
  }

  drawIndexedIndirect(): undefined {
    this.recordable('drawIndexedIndirect');
  }
}

interface RenderPassInner extends EncoderInner {
  readonly parent: EncoderInner;
  /** Begun while another pass was open: ending it changes nothing more. */
  readonly stray: boolean;
}

export class GPURenderPassEncoder extends RenderCommands<RenderPassInner> implements globalThis.GPURenderPassEncoder {
  declare readonly __brand: 'GPURenderPassEncoder';
  protected override readonly kind = 'render pass encoder';

  setViewport(): undefined {
    this.recordable('setViewport');
  }

  setScissorRect(): undefined {
    this.recordable('setScissorRect');
  }

  setBlendConstant(): undefined {
    this.recordable('setBlendConstant');
  }

  setStencilReference(): undefined {
    this.recordable('setStencilReference');
  }

  beginOcclusionQuery(): undefined {
    this.recordable('beginOcclusionQuery');
  }

  endOcclusionQuery(): undefined {
    this.recordable('endOcclusionQuery');
  }

  executeBundles(): undefined {
    this.recordable('executeBundles');
  }

  end(): undefined {
    const slots = this[inner];
    const ended = slots.state !== 'open' || (!slots.stray && slots.parent.state !== 'locked');
    if (ended) slots.device.raise('validation', `end: The ${nameOf(this.kind, this)} has ended already.`);
    else if (!slots.stray) slots.parent.state = 'open';
    slots.state = 'ended';
  }
}

export class GPURenderBundle extends GPUObject<ObjectInner> implements globalThis.GPURenderBundle {
  declare readonly __brand: 'GPURenderBundle';
}

export class GPURenderBundleEncoder extends RenderCommands<EncoderInner> implements globalThis.GPURenderBundleEncoder {
  declare readonly __brand: 'GPURenderBundleEncoder';
  protected override readonly kind = 'render bundle encoder';

  finish(descriptor?: GPURenderBundleDescriptor): GPURenderBundle {
    const { device } = this[inner];
    this[inner].state = 'ended';
    device.raise('validation', `finish: ${computeOnly}`);
    return new GPURenderBundle(construct, descriptor?.label, { device, valid: false });
  }
}

export class GPURenderPipeline extends GPUObject<ObjectInner> implements globalThis.GPURenderPipeline {
  declare readonly __brand: 'GPURenderPipeline';

  getBindGroupLayout(): GPUBindGroupLayout {
    const { device } = this[inner];
    device.raise('validation', `getBindGroupLayout: ${computeOnly}`);
    return invalidLayout(device);
  }
}

/** createRenderPipeline: an invalid object, and an error that says why. */
export function createRenderPipeline(device: DeviceState, descriptor: GPURenderPipelineDescriptor): GPURenderPipeline {
  device.raise('validation', `createRenderPipeline: ${computeOnly}`);
  return new GPURenderPipeline(construct, descriptor.label, { device, valid: false });
}

/** createRenderPipelineAsync: rejects with the reason. */
export async function createRenderPipelineAsync(
  device: DeviceState,
  descriptor: GPURenderPipelineDescriptor,
): Promise<GPURenderPipeline> {
  await null;
  if (device.lost) return new GPURenderPipeline(construct, descriptor.label, { device, valid: false });
  throw new GPUPipelineError(`createRenderPipelineAsync: ${computeOnly}`, { reason: 'validation' });
}

/** createRenderBundleEncoder: an invalid object, and an error that says why. */
export function createRenderBundleEncoder(
  device: DeviceState,
  descriptor: GPURenderBundleEncoderDescriptor,
): GPURenderBundleEncoder {
  device.raise('validation', `createRenderBundleEncoder: ${computeOnly}`);
  const slots = { ...encoderInner(device, new Recording()), valid: false };
  return new GPURenderBundleEncoder(construct, descriptor.label, slots);
}
