import type { Tensor } from '../../tensor/tensor.ts';
import { unary, unaryReference } from './unaryOp.ts';

export interface ClampOptions {
  /** Default: no lower bound. */
  readonly min?: number;
  /** Default: no upper bound. Wins where `min` is larger. */
  readonly max?: number;
}

/**
 * Elements limited to [min, max]. The gradient passes where min <= x <= max and is 0 elsewhere.
 *
 * @throws TypeError when neither bound is given.
 */
export function clamp(x: Tensor, { min, max }: ClampOptions): Tensor {
  if (min === undefined && max === undefined) throw new TypeError('clamp: give min, max or both: clamp(x, { min: 0 })');
  return clampRow.apply(x, { low: min ?? Number.NEGATIVE_INFINITY, high: max ?? Number.POSITIVE_INFINITY });
}

export const clampRow = /* @__PURE__ */ unary({
  name: 'clamp',
  numbers: ['low', 'high'],
  value: 'limited(x, low, high)',
  gradient: 'select(V(), dy, (x >= low) & (x <= high))',
  keeps: 'x',
  functions: /* wgsl */ `
fn limited(x: vec4f, low: vec4f, high: vec4f) -> vec4f {
  let raised = select(x, low, x < low);
  return select(raised, high, raised > high);
}`,
});

export function clampReference({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: ClampOptions) {
  return unaryReference((x) => Math.min(Math.max(x, min), max));
}
