import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { glu, gluReference } from '../../../src/kernels/activation/glu.ts';
import { sum } from '../../../src/kernels/reduce/sum.ts';
import { expand } from '../../../src/kernels/view/expand.ts';
import { zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({ shape: shapes({ min: 1, max: 4 }, { min: 0, max: 6 }), dim: fc.nat(3), view: views, seed: fc.nat() })
  .map(({ shape, dim, ...rest }) => {
    const d = dim % shape.length;
    return { shape: shape.with(d, 2 * shape[d]!), dim: d - (rest.seed % 2) * shape.length, ...rest };
  });

test('gates either half of any axis of any view, with the gradient of both halves', () =>
  property(cases, ({ shape, dim, view, seed }) =>
    checkOp({
      run: ([x]) => glu(x!, dim),
      reference: ([x]) => gluReference([x!], { dim }),
      inputs: [{ shape, view, spread: 4 }],
      tolerance: 3e-7,
      gradTolerance: 1e-6,
      seed,
    }),
  ));

test('rows of whole vectors take the fast path', () =>
  checkOp({
    run: ([x]) => glu(x!, 1),
    reference: ([x]) => gluReference([x!], { dim: 1 }),
    inputs: [{ shape: [3, 6, 8] }],
    gradTolerance: 1e-6,
  }));

test('a gradient that repeats one element is read in place', () =>
  checkOp({
    run: ([x]) => sum(glu(expand(x!, [3, 5, 4]))),
    reference: ([x]) => {
      const y = gluReference([x!], { dim: 2 });
      return { shape: [], data: Float64Array.of(3 * y.data.reduce((a, b) => a + b)) };
    },
    inputs: [{ shape: [1, 5, 4] }],
    gradTolerance: 1e-6,
  }));

test('an odd axis cannot be halved', () => {
  using x = zeros([2, 5]);
  expect(() => glu(x)).toThrowErrorMatchingInlineSnapshot(`[ShapeError: glu: axis 1 of x must be even, got [2, 5]]`);
});

testFixtures<{ dim: number }>('glu', ({ x }, { dim }) => glu(x!, dim), { gradTolerance: 1e-6 });
