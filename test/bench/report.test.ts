import { describe, expect, test } from 'vitest';
import { comparison, parseReport, type Report, type Result, shares, table } from '../../bench/report.ts';

function result(name: string, ms: number, rest: Partial<Result> = {}): Result {
  const ceilings = { flops: 1e12, bytes: 1e11 };
  return { name, shape: '[8, 16]', flops: 2e9, bytes: 1e8, ms, wallMs: ms + 0.5, ceilings, kernels: [], ...rest };
}

function report(results: readonly Result[], name = 'some GPU'): Report {
  return {
    device: { kind: 'gpu', name },
    clock: 'device',
    scale: 'full',
    ceilings: { flops: 1e12, bytes: 1e11 },
    results,
  };
}

describe('table', () => {
  test('aligns text to the left and numbers to the right, with rates and shares of the ceilings', () => {
    const kernels = [{ kernel: 'matmul.tile', count: 1, totalMs: 3.5 }];
    const results = [result('matmul', 4, { kernels }), result('roll.backward', 0.0123, { flops: 0, shape: '[7]' })];
    expect(table(report(results))).toMatchInlineSnapshot(`
      "operation      shape       time     wall  GFLOP/s  GB/s  of FMA  of copy
      matmul         [8, 16]  4.00 ms  4.50 ms      500  25.0    50 %     25 %
      roll.backward  [7]      12.3 µs   512 µs           8130           8130 %"
    `);
    expect(table(report(results), { kernels: true }).split('\n')[2]).toMatchInlineSnapshot(
      `"  matmul.tile           3.50 ms"`,
    );
  });

  test('a kernel at the ceiling has a share of 1', () => {
    expect(shares(result('copy', 1, { bytes: 1e8, flops: 1e9 }))).toEqual({ flops: 1, bytes: 1 });
  });
});

describe('comparison', () => {
  test('gives the ratio per case, above 1 for faster, and their geometric mean', () => {
    const before = report([result('a', 4), result('b', 1), result('gone', 1)]);
    const after = report([result('a', 2), result('b', 2), result('new', 1)]);
    expect(comparison(before, after)).toMatchInlineSnapshot(`
      "operation  shape     before    after  ratio
      a          [8, 16]  4.00 ms  2.00 ms   2.00
      b          [8, 16]  1.00 ms  2.00 ms   0.50
      new        [8, 16]           1.00 ms
      geometric mean of 2 ratios: 1.00
      1 of the earlier cases did not run"
    `);
  });

  test('says when the runs are from different devices', () => {
    const lines = comparison(report([result('a', 4)], 'another GPU'), report([result('a', 2)])).split('\n');
    expect(lines.at(-1)).toMatchInlineSnapshot(
      `"the earlier run was on another GPU (gpu): 1000 GFLOP/s of multiply-adds, 100 GB/s of copy; full shapes, times by the device clock"`,
    );
  });
});

test('a file that is no report is refused by name', () => {
  expect(() => parseReport('{"device": {}}', 'old.json')).toThrowErrorMatchingInlineSnapshot(
    `[Error: old.json: not a report of this bench: write one with --json]`,
  );
  expect(parseReport(JSON.stringify(report([result('a', 1)])), 'old.json').results).toHaveLength(1);
});
