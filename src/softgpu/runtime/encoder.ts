/** The state that command encoders and pass encoders share, and GPUDebugCommandsMixin. */

import { GPUObject, inner, nameOf, type ObjectInner } from './object.ts';
import type { Recording } from './recording.ts';

export interface EncoderInner extends ObjectInner {
  readonly recording: Recording;
  /** "locked" while a pass of it is open. */
  state: 'open' | 'locked' | 'ended';
  /** The first rule a command broke; reported when the encoder finishes. */
  problem: string | null;
  debugDepth: number;
}

/** The slots of an encoder that has just begun. */
export function encoderInner(device: ObjectInner['device'], recording: Recording): EncoderInner {
  return { device, valid: true, recording, state: 'open', problem: null, debugDepth: 0 };
}

export abstract class GPUEncoder<Inner extends EncoderInner> extends GPUObject<Inner> {
  /** The interface's name in messages. */
  protected abstract readonly kind: string;

  /** "Validate the encoder state": whether a command may be recorded. */
  protected recordable(command: string): boolean {
    const slots = this[inner];
    if (slots.state === 'open') return true;
    if (slots.state === 'ended') {
      slots.device.raise('validation', `${command}: The ${nameOf(this.kind, this)} has ended and records no more.`);
    } else {
      this.invalidate(
        command,
        `The ${nameOf(this.kind, this)} is locked by an open pass. Call end() on the pass first.`,
      );
    }
    return false;
  }

  /** Keeps a command's problem until the encoder finishes. */
  protected invalidate(command: string, problem: string): void {
    this[inner].problem ??= `${command}: ${problem}`;
  }

  pushDebugGroup(groupLabel: string): undefined {
    String(groupLabel);
    if (this.recordable('pushDebugGroup')) this[inner].debugDepth++;
  }

  popDebugGroup(): undefined {
    if (!this.recordable('popDebugGroup')) return;
    if (this[inner].debugDepth === 0) this.invalidate('popDebugGroup', 'No debug group is open.');
    else this[inner].debugDepth--;
  }

  insertDebugMarker(markerLabel: string): undefined {
    String(markerLabel);
    this.recordable('insertDebugMarker');
  }

  /** Why the encoder cannot finish, or null. */
  protected finishProblem(): string | null {
    const { problem, debugDepth } = this[inner];
    if (problem !== null) return problem;
    return debugDepth === 0 ? null : `${debugDepth} debug groups of the ${nameOf(this.kind, this)} are still open.`;
  }
}
