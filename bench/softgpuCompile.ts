/**
 * `npm run bench:compile`: how long softgpu takes to compile the kernels of
 * this library, stage by stage: milliseconds, median and 90th percentile over
 * kernels, each the best of some repetitions after a warm-up round.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lower } from '../src/softgpu/ir/lower/lower.ts';
import { prepare } from '../src/softgpu/ir/prepare.ts';
import { checkModule } from '../src/softgpu/program/check.ts';
import { relaxedSimd } from '../src/softgpu/wasm/features.ts';
import { generate } from '../src/softgpu/wasm/generate/generate.ts';
import { parse } from '../src/softgpu/wgsl/parser.ts';
import type { Kernel } from '../src/tensor/engine/kernel.ts';

const REPEATS = 3;
const STAGES = ['parse', 'check', 'lower', 'prepare', 'generate', 'engine', 'whole'] as const;
type Times = Record<(typeof STAGES)[number], number>;

const kernels = new Set<Kernel>();
const folder = fileURLToPath(new URL('../src/kernels', import.meta.url));
for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (path.endsWith('.ts')) collect(await import(join(folder, path)), 0);
}
const sources = [...kernels].map((kernel) => kernel.sources()[0]!);
const relaxed = relaxedSimd();
for (const { code } of sources) compile(code);
const best = sources.map(({ label, code }) => {
  const runs = Array.from({ length: REPEATS }, () => compile(code));
  return { label, times: runs.reduce((a, b) => (b.whole < a.whole ? b : a)) };
});

console.log(`${sources.length} kernels; milliseconds`);
for (const stage of STAGES) {
  const sorted = best.map(({ times }) => times[stage]).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(2).padStart(8);
  console.log(`${stage.padEnd(9)} median ${at(0.5)}   90 % ${at(0.9)}   most ${at(1)}`);
}
const slowest = best.sort((a, b) => b.times.whole - a.times.whole).slice(0, 5);
for (const { label, times } of slowest) console.log(`${label.padEnd(40)} ${times.whole.toFixed(1)}`);

function collect(values: object, depth: number): void {
  for (const value of Object.values(values)) {
    if (typeof value === 'function' && 'sources' in value) kernels.add(value as unknown as Kernel);
    else if (typeof value === 'object' && value !== null && depth < 2) collect(value, depth + 1);
  }
}

function compile(code: string): Times {
  const marks = [performance.now()];
  const mark = <T>(result: T): T => {
    marks.push(performance.now());
    return result;
  };
  const ast = mark(parse(code));
  const { program } = mark(checkModule(ast, new Map()));
  const { kernel } = mark(lower(program!, program!.entryPoints[0]!));
  const prepared = mark(prepare(kernel));
  const wasm = mark(generate(prepared, { shared: false, relaxed }));
  mark(new WebAssembly.Module(wasm.code as BufferSource));
  const between = (i: number) => marks[i + 1]! - marks[i]!;
  const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(between) as [number, number, number, number, number, number];
  return { parse: a, check: b, lower: c, prepare: d, generate: e, engine: f, whole: marks.at(-1)! - marks[0]! };
}
