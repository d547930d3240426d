/** What checked kernels found, for people. */

import type { Place, Places } from './ir/check/places.ts';
import { REPORT_WORDS } from './wasm/generate/reportFunction.ts';

export type CheckReport = BoundsReport | RaceReport;

/** An index that was out of bounds; the last element was used in its place. */
export interface BoundsReport {
  readonly kind: 'bounds';
  /** The label of the pipeline, or the name of the entry point where it has none. */
  readonly kernel: string;
  readonly message: string;
  readonly at: SourcePlace;
  readonly invocation: Invocation;
  /** As i32 where it is negative. */
  readonly index: number;
  /** How many elements there are. */
  readonly length: number;
}

/** Two invocations that reach the same memory with nothing to order them, of which one writes. */
export interface RaceReport {
  readonly kind: 'races';
  readonly kernel: string;
  readonly message: string;
  readonly variable: string;
  /** The first byte that both accesses share. */
  readonly byteOffset: number;
  readonly at: SourcePlace;
  readonly writes: boolean;
  readonly invocation: Invocation;
  /** The access that ran before, in the order that invocations happened to run. */
  readonly other: { readonly at: SourcePlace; readonly writes: boolean; readonly invocation: Invocation };
}

/** Line and column count from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
  /** The expression or statement there. */
  readonly text: string;
}

export interface Invocation {
  readonly workgroup: readonly [x: number, y: number, z: number];
  readonly local: readonly [x: number, y: number, z: number];
}

/** Takes apart the record of one kernel; its layout is the code generator's (wasm/generate/reportFunction.ts). */
export function readReports(kernel: string, record: Uint32Array, places: Places): CheckReport[] {
  const reports: CheckReport[] = [];
  const counts: Counts = [record[0]!, record[1]!];
  for (let at = 2; at + REPORT_WORDS <= record.length; at += REPORT_WORDS) {
    const words = record.subarray(at, at + REPORT_WORDS);
    const place = places.at(words[0]!);
    if (place === undefined) continue;
    const other = place.access === null ? null : places.at(words[3]!);
    if (other === null) reports.push(boundsReport(kernel, words, counts, place));
    else if (other !== undefined) reports.push(raceReport(kernel, words, counts, place, other));
  }
  return reports;
}

/** Workgroups in x and y. */
type Counts = readonly [x: number, y: number];

function boundsReport(kernel: string, words: Uint32Array, counts: Counts, place: Place): BoundsReport {
  const index = words[4]! > 0x7fffffff ? words[4]! | 0 : words[4]!;
  const length = words[5]!;
  const invocation = invocationOf(words[1]!, words[2]!, counts);
  const message = `kernel ${kernel}, ${where(place)}: index ${index} is out of bounds of ${length} elements, in ${nameOf(invocation)}; the last element was used`;
  return { kind: 'bounds', kernel, message, at: sourcePlace(place), invocation, index, length };
}

function raceReport(kernel: string, words: Uint32Array, counts: Counts, place: Place, before: Place): RaceReport {
  const { variable, space, writes } = place.access!;
  const invocation = invocationOf(words[1]!, words[2]!, counts);
  const other = {
    at: sourcePlace(before),
    writes: before.access!.writes,
    invocation: invocationOf(words[4]!, words[5]!, counts),
  };
  const byteOffset = words[6]!;
  const apart = words[1] !== words[4];
  const missing = apart ? 'nothing orders workgroups' : `no ${space}Barrier() lies between`;
  const message =
    `kernel ${kernel}: race on ${variable}, byte ${byteOffset}: ` +
    `${verb(writes)} at ${where(place)} in ${nameOf(invocation)}, ` +
    `${verb(other.writes)} at ${where(before)} in ${nameOf(other.invocation)}; ${missing}`;
  return { kind: 'races', kernel, message, variable, byteOffset, at: sourcePlace(place), writes, invocation, other };
}

function sourcePlace({ line, column, text }: Place): SourcePlace {
  return { line, column, text };
}

function where({ line, column, text }: Place): string {
  return `${line}:${column} \`${text}\``;
}

function verb(writes: boolean): string {
  return writes ? 'written' : 'read';
}

function invocationOf(group: number, local: number, [x, y]: Counts): Invocation {
  const row = Math.floor(group / x);
  return {
    workgroup: [group % x, row % y, Math.floor(row / y)],
    local: [local & 1023, (local >>> 10) & 1023, local >>> 20],
  };
}

function nameOf({ workgroup, local }: Invocation): string {
  return `invocation (${local.join(', ')}) of workgroup (${workgroup.join(', ')})`;
}

/** An error that the callback throws is its program's: it must not stop the device, which is at work. */
export function deliver(reports: readonly CheckReport[], onReport: (report: CheckReport) => void): void {
  for (const report of reports) {
    try {
      onReport(report);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** Prints each finding of a place once, however often kernels come to it. */
export function warnOnce(): (report: CheckReport) => void {
  const seen = new Set<string>();
  return (report) => {
    const { kind, kernel, at } = report;
    const before = report.kind === 'races' ? report.other.at : null;
    const key = [kind, kernel, at.line, at.column, at.text, before?.line, before?.column, before?.text].join('\n');
    if (seen.has(key)) return;
    seen.add(key);
    console.warn(`softgpu: ${report.message}`);
  };
}
