import type { Tensor } from '../tensor.ts';
import { dense } from './copy.ts';
import type { DType } from './dtype.ts';
import { DeviceError, DTypeError, GradientError } from './errors.ts';
import { opWatcher } from './opWatch.ts';
import { own, tidy } from './scope.ts';
import type { Shape } from './shape.ts';
import { isGradEnabled, Node, noGrad } from './tape.ts';

/** One output, or several. */
export type Outputs = Tensor | readonly Tensor[];
type Inputs = readonly (Tensor | null)[];
type ShapesOf<I extends Inputs> = { readonly [K in keyof I]: I[K] extends Tensor ? Shape : Shape | null };
/** Tensors and plain values that backward reads. Tensors are held by the tape until it has run. */
type Saved = Readonly<Record<string, unknown>>;

export interface OpSpec<I extends Inputs, A, Y extends Outputs, S extends Saved, H> {
  readonly name: string;
  /** Names of the inputs, for error messages. */
  readonly inputs: readonly string[];
  /** Element types the op takes, the same for all inputs; 'any' leaves the check to `shape` or the kernels. Default f32. */
  readonly dtypes?: readonly DType[] | 'any';
  /** Reads inputs through their strides. Otherwise views are packed before `forward` sees them. */
  readonly strided?: boolean;
  /** Checks shapes and attributes, and gives the result's shape (or several). Needs no device. */
  readonly shape: (shapes: H, attrs: A) => Shape | readonly Shape[];
  /** Launches kernels. Temporaries die by themselves; what backward needs is named in `saved`. */
  readonly forward: (inputs: I, attrs: A) => { readonly y: Y; readonly saved: S };
  /**
   * Gradients of the inputs in their order, null for those that have none or
   * where `needs[i]` is false. `null` instead of a function says: this op has no gradient.
   */
  readonly backward: ((dy: Y, saved: S, attrs: A, needs: readonly boolean[]) => readonly (Tensor | null)[]) | null;
}

export interface Op<I extends Inputs, A, Y extends Outputs> {
  (inputs: I, attrs: A): Y;
  readonly opName: string;
  /** The shape check alone: what comes out for these shapes, or the error. */
  readonly shape: (shapes: ShapesOf<I>, attrs: A) => Shape | readonly Shape[];
  readonly differentiable: boolean;
}

const F32: readonly DType[] = ['f32'];

/**
 * Makes a differentiable operation from its parts. The returned function takes
 * the inputs as a tuple (null for an optional one left out) and the attributes.
 *
 * At the call it throws DTypeError, ShapeError, DisposedError or DeviceError for
 * bad inputs, and GradientError when an input needs a gradient the op does not have.
 */
/* @__NO_SIDE_EFFECTS__ */
// The shapes' type H is a parameter of its own: derived from I, it would make TypeScript fix I before it reads `forward`.
export function defineOp<I extends Inputs, A, Y extends Outputs, S extends Saved, H extends ShapesOf<I>>(
  spec: OpSpec<I, A, Y, S, H>,
): Op<I, A, Y> {
  const op = (inputs: I, attrs: A): Y => {
    check(spec as unknown as AnySpec, inputs);
    spec.shape(inputs.map((input) => input?.shape ?? null) as unknown as H, attrs);
    const needs = needsOf(inputs);
    if (needs !== null && spec.backward === null) {
      throw new GradientError(`${spec.name} has no gradient: call it inside noGrad() or detach() its inputs`);
    }
    return tidy(() => run(spec as unknown as OpSpec<I, A, Y, S, never>, inputs, attrs, needs) as Y & never);
  };
  return Object.assign(op, {
    opName: spec.name,
    shape: spec.shape as unknown as Op<I, A, Y>['shape'],
    differentiable: spec.backward !== null,
  });
}

type AnySpec = OpSpec<Inputs, unknown, Outputs, Saved, never>;

/** Which inputs need a gradient; null when none does. */
function needsOf(inputs: Inputs): readonly boolean[] | null {
  if (!isGradEnabled() || !inputs.some((input) => input?.requiresGrad)) return null;
  return inputs.map((input) => input?.requiresGrad === true);
}

function run<I extends Inputs, A, Y extends Outputs, S extends Saved>(
  spec: OpSpec<I, A, Y, S, never>,
  inputs: I,
  attrs: A,
  needs: readonly boolean[] | null,
): Y {
  const { y, saved } = noGrad(() => {
    const args = spec.strided ? inputs : (inputs.map((input) => input && dense(input)) as unknown as I);
    return spec.forward(args, attrs);
  });
  const backward = spec.backward;
  const single = !Array.isArray(y);
  const outputs = single ? [y as Tensor] : (y as readonly Tensor[]);
  if (needs === null || backward === null) {
    opWatcher()?.forward(spec.name, outputs, null);
    return y;
  }
  for (const output of outputs) {
    if (inputs.includes(output)) {
      throw new TypeError(
        `${spec.name}: forward returned an input itself, which has its own place on the tape: return x.view(x.shape)`,
      );
    }
  }
  const held: Tensor[] = [];
  const kept = holdSaved(saved, held) as S;
  const node = new Node(spec.name, inputs, held, (dys) => {
    const packed = spec.strided ? dys : dys.map(dense);
    return backward((single ? packed[0]! : packed) as Y, kept, attrs, needs);
  });
  for (const output of outputs) node.addOutput(output);
  opWatcher()?.forward(spec.name, outputs, node);
  return y;
}

/** Own handles to the saved tensors: the caller may dispose its own before backward runs. */
function holdSaved(saved: Saved, held: Tensor[]): Saved {
  const hold = (value: unknown): unknown => {
    if (isTensorLike(value)) {
      const handle = own(value.view(value.shape, value.strides, value.offset));
      held.push(handle);
      return handle;
    }
    return Array.isArray(value) ? value.map(hold) : value;
  };
  const kept: Record<string, unknown> = {};
  for (const name in saved) kept[name] = hold(saved[name]);
  return kept;
}

function isTensorLike(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'storage' in value;
}

function check(spec: AnySpec, inputs: Inputs): void {
  const first = inputs.find((input) => input !== null);
  if (!first) return;
  const allowed = spec.dtypes ?? F32;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (!input) continue;
    const name = spec.inputs[i] ?? `input ${i}`;
    if (typeof input !== 'object' || !isTensorLike(input)) {
      throw new TypeError(`${spec.name}: ${name} must be a Tensor, got ${typeof input}: make one with tensor(...)`);
    }
    input.assertAlive(`${spec.name}: ${name}`);
    if (input.device !== first.device) {
      throw new DeviceError(
        `${spec.name}: ${name} is on ${input.device.name}, ${spec.inputs[0]} on ${first.device.name}: make them on one device`,
      );
    }
    if (allowed === 'any') continue;
    if (!allowed.includes(input.dtype)) {
      throw new DTypeError(
        `${spec.name}: ${name} must be ${allowed.join(' or ')}, got ${input.dtype}: use cast(${name}, '${allowed[0]}')`,
      );
    }
    if (input.dtype !== first.dtype) {
      throw new DTypeError(
        `${spec.name}: ${spec.inputs[0]} is ${first.dtype} and ${name} is ${input.dtype}: cast one of them, dtypes are never mixed silently`,
      );
    }
  }
}
