/** The results as a table, as JSON, and beside those of another run. */

import type { KernelTime } from '../src/tensor/engine/profiler.ts';
import type { Ceilings } from './ceilings.ts';

export interface Result {
  readonly name: string;
  readonly shape: string;
  readonly flops: number;
  readonly bytes: number;
  /** Median over the samples. By the device's clock where it has one, else by the wall clock. */
  readonly ms: number;
  /** Median by the wall clock, with the launches from JavaScript. */
  readonly wallMs: number;
  /** Median of the ceilings, measured between the samples. */
  readonly ceilings: Ceilings;
  /** Per run, by the device's clock; empty without timestamp queries. */
  readonly kernels: readonly KernelTime[];
}

export interface Report {
  readonly device: { readonly kind: string; readonly name: string };
  /** Which clock `ms` is from. */
  readonly clock: 'device' | 'wall';
  readonly scale: string;
  readonly ceilings: Ceilings;
  readonly results: readonly Result[];
}

/** Share of the two ceilings: the higher one is what bounds the kernel. */
export function shares({ flops, bytes, ms, ceilings }: Result): { readonly flops: number; readonly bytes: number } {
  const seconds = ms / 1000;
  return { flops: flops / seconds / ceilings.flops, bytes: bytes / seconds / ceilings.bytes };
}

const HEAD = ['operation', 'shape', 'time', 'wall', 'GFLOP/s', 'GB/s', 'of FMA', 'of copy'];

/** An aligned table: text to the left, numbers to the right. `kernels` adds a row for each kernel of an operation. */
export function table({ results }: Report, { kernels = false }: { kernels?: boolean } = {}): string {
  const rows = results.flatMap((result) => [rowOf(result), ...(kernels ? result.kernels.map(kernelRow) : [])]);
  return aligned([HEAD, ...rows], 2);
}

function rowOf(result: Result): string[] {
  const { name, shape, flops, bytes, ms, wallMs } = result;
  const share = shares(result);
  return [
    name,
    shape,
    time(ms),
    time(wallMs),
    flops > 0 ? significant(flops / ms / 1e6) : '',
    significant(bytes / ms / 1e6),
    flops > 0 ? percent(share.flops) : '',
    percent(share.bytes),
  ];
}

function kernelRow({ kernel, count, totalMs }: KernelTime): string[] {
  return [`  ${kernel}`, count === 1 ? '' : `× ${count}`, time(totalMs), '', '', '', '', ''];
}

/** Each case of two runs side by side: a ratio above 1 is faster than before. Cases of one run alone have none. */
export function comparison(before: Report, after: Report): string {
  const old = new Map(before.results.map((result) => [`${result.name} ${result.shape}`, result]));
  const rows = after.results.map((result) => {
    const was = old.get(`${result.name} ${result.shape}`);
    const ratio = was ? (was.ms / result.ms).toFixed(2) : '';
    return [result.name, result.shape, was ? time(was.ms) : '', time(result.ms), ratio];
  });
  const missing = before.results.length - rows.filter(([, , was]) => was !== '').length;
  const lines = [aligned([['operation', 'shape', 'before', 'after', 'ratio'], ...rows], 2)];
  const ratios = rows.flatMap(([, , , , ratio]) => (ratio ? [Math.log(Number(ratio))] : []));
  if (ratios.length > 0) {
    const mean = Math.exp(ratios.reduce((sum, value) => sum + value, 0) / ratios.length);
    lines.push(`geometric mean of ${ratios.length} ratios: ${mean.toFixed(2)}`);
  }
  if (missing > 0) lines.push(`${missing} of the earlier cases did not run`);
  if (before.device.name !== after.device.name || before.scale !== after.scale || before.clock !== after.clock) {
    lines.push(`the earlier run was on ${headline(before)}`);
  }
  return lines.join('\n');
}

export function headline({ device, scale, clock, ceilings }: Report): string {
  const rates = `${significant(ceilings.flops / 1e9)} GFLOP/s of multiply-adds, ${significant(ceilings.bytes / 1e9)} GB/s of copy`;
  return `${device.name} (${device.kind}): ${rates}; ${scale} shapes, times by the ${clock} clock`;
}

/** @throws Error unless the text is a report. */
export function parseReport(text: string, name: string): Report {
  const report = JSON.parse(text) as Partial<Report> | null;
  if (!report?.device?.name || !report.ceilings || !Array.isArray(report.results)) {
    throw new Error(`${name}: not a report of this bench: write one with --json`);
  }
  return report as Report;
}

function aligned(rows: readonly (readonly string[])[], leftColumns: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < leftColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function time(ms: number): string {
  if (ms >= 1000) return `${significant(ms / 1000)} s `;
  return ms >= 1 ? `${significant(ms)} ms` : `${significant(ms * 1000)} µs`;
}

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
