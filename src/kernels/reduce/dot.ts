import { defineFold } from './fold.ts';
import { sumFold } from './sum.ts';

/** Σ x · z */
export const dotFold = /* @__PURE__ */ defineFold(
  { name: 'dot', start: 0, take: 'acc + x * z', join: 'a + b' },
  sumFold,
);
