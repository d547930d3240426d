import type { Binding, Declarations } from './wgslDeclarations.ts';
import { type Layout, layoutOf, type WordKind } from './wgslLayout.ts';

/** What a binding's buffer contains at first, and how its contents are compared. */
export interface BufferPlan {
  readonly group: number;
  readonly binding: number;
  readonly space: 'uniform' | 'storage';
  readonly writable: boolean;
  readonly bytes: number;
  /** The kind of the scalar at each two-byte step, `undefined` for padding; no list where the type was not understood. */
  readonly kinds: readonly (WordKind | undefined)[] | undefined;
}

const ELEMENTS_OF_RUNTIME_ARRAYS = 64;
const BYTES_WHEN_UNKNOWN = 65536;

export function planBuffer(binding: Binding, declarations: Declarations): BufferPlan {
  const { group, space, writable } = binding;
  if (space === 'handle') throw new TypeError(`${binding.name} is no buffer`);
  const rest = { group, binding: binding.binding, space, writable };
  const layout = understood(binding, declarations);
  if (!layout) return { ...rest, bytes: BYTES_WHEN_UNKNOWN, kinds: undefined };
  const { runtimeStride } = layout;
  const extra = runtimeStride === undefined ? 0 : runtimeStride * (ELEMENTS_OF_RUNTIME_ARRAYS - 1);
  const bytes = Math.max(16, Math.ceil((layout.size + extra) / 16) * 16);
  return { ...rest, bytes, kinds: kindsOf(layout, bytes) };
}

function understood(binding: Binding, declarations: Declarations): Layout | undefined {
  try {
    const layout = layoutOf(binding.type, declarations);
    return Number.isFinite(layout.size) ? layout : undefined;
  } catch {
    return undefined;
  }
}

function kindsOf({ leaves, runtimeStride, size }: Layout, bytes: number): (WordKind | undefined)[] {
  const kinds = new Array<WordKind | undefined>(bytes / 2).fill(undefined);
  const mark = (offset: number, kind: WordKind) => {
    kinds[offset / 2] = kind;
    if (kind !== 'f16') kinds[offset / 2 + 1] = kind;
  };
  for (const { offset, kind } of leaves) mark(offset, kind);
  if (runtimeStride !== undefined) {
    // The last element of the layout repeats to the end of the buffer.
    const tail = leaves.filter(({ offset }) => offset >= size - runtimeStride);
    for (let by = runtimeStride; by + size <= bytes; by += runtimeStride) {
      for (const { offset, kind } of tail) if (offset + by + 4 <= bytes) mark(offset + by, kind);
    }
  }
  return kinds;
}

/** Small whole numbers for integers, eighths around zero for floats: indexes stay inside, loops end, sums are exact. */
export function initialData({ group, binding, bytes, kinds }: BufferPlan): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(bytes));
  for (let at = 0; at < bytes; at += 2) {
    const kind = kinds ? kinds[at / 2] : 'u32';
    const value = mix(group * 31 + binding * 7 + at) >>> 24;
    if (kind === 'f16') view.setUint16(at, halfOf((value % 64) - 16), true);
    else if (at % 4 === 0 && kind === 'f32') view.setFloat32(at, ((value % 64) - 16) / 8, true);
    else if (at % 4 === 0 && kind) view.setUint32(at, value % 8, true);
  }
  return new Uint8Array(view.buffer);
}

/** The bits of `eighths / 8` in binary16. */
function halfOf(eighths: number): number {
  if (eighths === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(eighths)));
  const fraction = (Math.abs(eighths) / 2 ** exponent - 1) * 1024;
  return (eighths < 0 ? 0x8000 : 0) | ((exponent - 3 + 15) << 10) | fraction;
}

function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return value ^ (value >>> 16);
}

/** Words that a program changed: pairs of word index and new value. */
export type Changes = readonly number[];

export function changesOf(before: Uint8Array, after: Uint8Array): number[] {
  const old = new Uint32Array(before.buffer, before.byteOffset, before.byteLength / 4);
  const now = new Uint32Array(after.buffer, after.byteOffset, after.byteLength / 4);
  const changes: number[] = [];
  for (let i = 0; i < old.length; i++) if (old[i] !== now[i]) changes.push(i, now[i]!);
  return changes;
}

export function withChanges(before: Uint8Array<ArrayBuffer>, changes: Changes): Uint8Array {
  const after = before.slice();
  const words = new Uint32Array(after.buffer);
  for (let i = 0; i < changes.length; i += 2) words[changes[i]!] = changes[i + 1]!;
  return after;
}

export interface Comparison {
  /** The first scalar that differs, in words; `undefined` when all agree. */
  readonly difference: string | undefined;
  /** Scalars that were NaN or infinite on one side only: WGSL lets an implementation assume that there are none. */
  readonly indeterminate: number;
}

// The widest absolute error that WGSL grants a built-in function is 2^-11 (sin, cos, log near 1).
const FLOAT_TOLERANCE = 2 ** -11;

/**
 * Integers must agree in all bits. Floats agree within 2^-11, absolute or relative: the programs test what is computed,
 * the accuracy of built-ins is the conformance suite's. Padding is not compared.
 */
export function compareBuffers(plan: BufferPlan, expected: Uint8Array, actual: Uint8Array): Comparison {
  const a = new DataView(expected.buffer, expected.byteOffset);
  const b = new DataView(actual.buffer, actual.byteOffset);
  let indeterminate = 0;
  for (let at = 0; at < plan.bytes; at += 4) {
    if (a.getUint32(at, true) === b.getUint32(at, true)) continue;
    const kind = plan.kinds ? plan.kinds[at / 2] : 'f32';
    if (kind === undefined) continue;
    if (kind === 'i32' || kind === 'u32') return { difference: describe(plan, at, kind, a, b), indeterminate };
    if (kind === 'f16') continue; // no device here computes with f16 beside ours
    const [x, y] = [a.getFloat32(at, true), b.getFloat32(at, true)];
    if (Number.isFinite(x) && Number.isFinite(y)) {
      if (Math.abs(x - y) > FLOAT_TOLERANCE * Math.max(1, Math.abs(x), Math.abs(y))) {
        return { difference: describe(plan, at, kind, a, b), indeterminate };
      }
    } else if (!(Number.isNaN(x) && Number.isNaN(y))) indeterminate++;
  }
  return { difference: undefined, indeterminate };
}

function describe({ group, binding }: BufferPlan, at: number, kind: WordKind, a: DataView, b: DataView): string {
  const show = (view: DataView) =>
    kind === 'f32' ? view.getFloat32(at, true) : kind === 'i32' ? view.getInt32(at, true) : view.getUint32(at, true);
  return `@group(${group}) @binding(${binding}) byte ${at} (${kind}): expected ${show(a)}, got ${show(b)}`;
}
