import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisOf } from '../../../src/train/figures/axis.ts';

const labels = (axis: ReturnType<typeof axisOf>) => axis.ticks.map(({ label }) => label).join(' ');

describe('axisOf', () => {
  test('marks round numbers with equal decimals', () => {
    expect(labels(axisOf([0.03, 0.94]))).toMatchInlineSnapshot(`"0.0 0.2 0.4 0.6 0.8 1.0"`);
    expect(labels(axisOf([-17.2, 4.1]))).toMatchInlineSnapshot(`"−20 −15 −10 −5 0 5"`);
    expect(labels(axisOf([1, 20_000], { round: false }))).toMatchInlineSnapshot(`"5,000 10,000 15,000 20,000"`);
    expect(labels(axisOf([1e-5, 1e-3], { scale: 'log' }))).toMatchInlineSnapshot(
      `"1e−5 2e−5 5e−5 0.0001 0.0002 0.0005 0.001"`,
    );
    expect(labels(axisOf([0.7, 12], { scale: 'log' }))).toMatchInlineSnapshot(`"0.5 1 2 5 10 20"`);
  });

  test('holds every value, has marks in order within it, and maps its ends to 0 and 1', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.round(value * 1e4) / 1e4);
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (values) => {
        const axis = axisOf(values);
        expect(axis.position(axis.from)).toBe(0);
        expect(axis.position(axis.to)).toBeCloseTo(1, 12);
        for (const value of values) {
          expect(axis.position(value)).toBeGreaterThanOrEqual(-1e-6);
          expect(axis.position(value)).toBeLessThanOrEqual(1 + 1e-6);
        }
        const places = axis.ticks.map(({ value }) => axis.position(value));
        expect(places.length).toBeGreaterThanOrEqual(2);
        expect(places.length).toBeLessThanOrEqual(9);
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
    );
  });

  test('a logarithmic axis gives equal factors equal lengths and has no place for 0', () => {
    const axis = axisOf([1, 1000], { scale: 'log' });
    expect(axis.position(10)).toBeCloseTo(1 / 3, 12);
    expect(axis.position(100)).toBeCloseTo(2 / 3, 12);
    expect(axis.position(0)).toBeNaN();
    expect(axisOf([0, -3, 5, 50], { scale: 'log' }).from).toBe(5);
  });

  test('of nothing, of one value, and of what is not finite is still an axis', () => {
    expect(axisOf([])).toMatchObject({ from: 0, to: 1 });
    expect(axisOf([Number.NaN, Infinity])).toMatchObject({ from: 0, to: 1 });
    const one = axisOf([5]);
    expect(one.from).toBeLessThan(5);
    expect(one.to).toBeGreaterThan(5);
    expect(axisOf([], { scale: 'log' })).toMatchObject({ from: 1, to: 10 });
    expect(axisOf([4], { scale: 'log' })).toMatchObject({ from: 2, to: 10 });
  });

  test('holds what it is told to include', () => {
    expect(axisOf([3, 5], { include: [0] }).from).toBe(0);
  });
});
