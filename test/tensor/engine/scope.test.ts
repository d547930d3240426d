import { beforeAll, expect, test } from 'vitest';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { keep, reportLeaks, tidy } from '../../../src/tensor/engine/scope.ts';
import { square } from '../../setup/squareOp.ts';

beforeAll(async () => {
  await init();
});

const live = () => defaultDevice().memory().tensors;

test('tidy disposes what does not leave with the result', async () => {
  const before = live();
  const { y, list } = tidy(() => {
    const x = tensor([1, 2]);
    zeros([5]);
    return { y: square([x], {}), list: [zeros([1])] };
  });
  expect(live()).toBe(before + 2);
  expect([...(await y.data())]).toEqual([1, 4]);
  y.dispose();
  list[0]!.dispose();
});

test('nested scopes hand results outwards one level at a time', () => {
  const before = live();
  const y = tidy(() => {
    const inner = tidy(() => tensor([1]));
    return tidy(() => square([inner], {}));
  });
  expect(live()).toBe(before + 1);
  y.dispose();
});

test('a scope closes when its function throws', () => {
  const before = live();
  expect(() =>
    tidy(() => {
      zeros([3]);
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect(live()).toBe(before);
});

test('keep takes a tensor out of all scopes', () => {
  const held = { x: undefined as ReturnType<typeof zeros> | undefined };
  tidy(() => {
    tidy(() => {
      held.x = keep(zeros([2]));
    });
  });
  expect(held.x!.disposed).toBe(false);
  held.x!.dispose();
});

test('an async function is refused, by type and at the call', () => {
  expect(() =>
    // @ts-expect-error an async function is a type error
    tidy(async () => {}),
  ).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: tidy() is synchronous: return the tensor, then \`await tensor.data()\` outside]`,
  );
});

test('a disposed tensor says so when it is used', () => {
  const x = zeros([2]);
  x.dispose();
  x.dispose();
  expect(() => square([x], {})).toThrowErrorMatchingInlineSnapshot(
    `[DisposedError: square: x: the tensor [2] was disposed; return it from tidy() or keep() it to use it later]`,
  );
});

test('data() may be awaited after dispose', async () => {
  const x = tensor([1, 2, 3]);
  const data = x.data();
  x.dispose();
  expect([...(await data)]).toEqual([1, 2, 3]);
});

test('a tensor lost without dispose is freed by the collector and reported with its origin', async () => {
  const { gc } = globalThis as { gc?: () => void };
  expect(gc, 'tests run with --expose-gc').toBeTypeOf('function');
  const before = live();
  const places: string[] = [];
  reportLeaks((where) => places.push(where));
  (() => {
    zeros([7]);
  })();
  for (let i = 0; i < 50 && live() > before; i++) {
    gc!();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  reportLeaks(undefined);
  expect(live()).toBe(before);
  expect(places.join()).toContain('scope.test.ts');
});
