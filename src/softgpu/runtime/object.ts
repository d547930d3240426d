/** What the WebGPU objects have in common: a label, a device, and whether they are valid. */

import type { DeviceState } from './deviceState.ts';

/** Where an object keeps what the specification calls its internal slots, out of the way of programs that list properties. */
export const inner: unique symbol = Symbol('softgpu.inner');

/** Proof that a constructor is called from here: the specification's classes have no public ones. */
export const construct: unique symbol = Symbol('softgpu.construct');

/** Throws the TypeError that `new GPUBuffer()` in a program must throw. */
export function forbidConstruction(token: typeof construct): void {
  if (token !== construct)
    throw new TypeError('Illegal constructor: objects of WebGPU come from the methods of a device.');
}

/** The slots every object of a device has. */
export interface ObjectInner {
  readonly device: DeviceState;
  /** False where the object's creation failed; using it is then an error of its own. */
  valid: boolean;
}

/** GPUObjectBase of the specification. */
export abstract class GPUObject<Inner> {
  #label: string;
  readonly [inner]: Inner;

  /** @internal */
  constructor(token: typeof construct, label: string | undefined, slots: Inner) {
    forbidConstruction(token);
    this.#label = label === undefined ? '' : toLabel(label);
    this[inner] = slots;
  }

  get label(): string {
    return this.#label;
  }

  set label(value: string) {
    this.#label = toLabel(value);
  }
}

/** A USVString: without halves of surrogate pairs. */
function toLabel(value: unknown): string {
  return String(value).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** `buffer "weights"`, for messages. */
export function nameOf(kind: string, object: { readonly label: string }): string {
  return object.label === '' ? `${kind} (without a label)` : `${kind} ${JSON.stringify(object.label)}`;
}

/** "valid to use with" of the specification: the reason why `object` is not, or null. */
export function useProblem(
  device: DeviceState,
  kind: string,
  object: { readonly label: string; readonly [inner]: ObjectInner },
): string | null {
  const slots = object[inner];
  if (slots.device !== device) {
    return `The ${nameOf(kind, object)} belongs to another device. An object works only with the device that made it.`;
  }
  if (!slots.valid) return `The ${nameOf(kind, object)} is invalid: an earlier error tells why it could not be made.`;
  return null;
}
