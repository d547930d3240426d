import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { definePairSums, fold } from './fold.ts';
import { momentsInRuns } from './momentRuns.ts';
import { countOf, repeated } from './reduction.ts';
import { rowsOf, strideOf, walkable } from './rows.ts';
import { sumFold } from './sum.ts';

export interface Moments {
  /** Mean of each row, rounded to f32. */
  readonly mean: Tensor;
  /** Σ (x - mean) and Σ (x - mean)², side by side. The first is what the rounding of the mean left over. */
  readonly moments: Tensor;
}

/**
 * The moments of a view of any strides along the axes `dims`, in two passes: Σ x² - (Σ x)² / n has no digits left when
 * the mean is far above the deviation.
 */
export function momentsOf(x: Tensor, dims: readonly number[]): Moments {
  if (classOf(x.device) === 'softgpu' && walkable([x], dims).length === 1) {
    const rows = rowsOf(x, dims);
    if (rows.cols > 0 && rows.view.size > 0 && strideOf([rows], []) === 'rows4') return momentsInRuns(x, rows);
  }
  const mean = fold(sumFold, { x, dims, scale: 1 / countOf(x.shape, dims) });
  return { mean, moments: fold(momentsFold, { x, s: repeated(mean, x.shape, { dims, keepdim: false }), dims }) };
}

export const momentsFold = /* @__PURE__ */ definePairSums({
  name: 'moments',
  first: 'x - s[at]',
  second: '(x - s[at]) * (x - s[at])',
});
