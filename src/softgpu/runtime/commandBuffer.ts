import { GPUObject, type ObjectInner } from './object.ts';
import type { Recording } from './recording.ts';

interface CommandBufferInner extends ObjectInner {
  /** Null once submitted: a command buffer runs once. */
  recording: Recording | null;
}

export class GPUCommandBuffer extends GPUObject<CommandBufferInner> implements globalThis.GPUCommandBuffer {
  declare readonly __brand: 'GPUCommandBuffer';
}
