/**
 * Random valid programs on softgpu and on Dawn with SwiftShader, which must give the same bits, and random text, which
 * must be answered:
 *
 *   npx tsx scripts/conformance/fuzz.ts [--programs 500] [--texts 2000] [--first 0] [--device softgpu | softgpu-1 | softgpu-4] [--workers 2] [--no-docs]
 *   npx tsx scripts/conformance/fuzz.ts --show 17      prints the program of a seed
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deviceName } from './devices.ts';
import { oneLine, writeSection } from './document.ts';
import type { FuzzJob, FuzzReport } from './fuzzChild.ts';
import { extremes } from './fuzzMutate.ts';
import { generateProgram } from './fuzzProgram.ts';
import { runJobs } from './jobs.ts';

const OUT = fileURLToPath(new URL('../../out/conformance/', import.meta.url));

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '500' },
    texts: { type: 'string', default: '2000' },
    first: { type: 'string', default: '0' },
    device: { type: 'string', default: 'softgpu' },
    workers: { type: 'string', default: '2' },
    show: { type: 'string' },
    'no-docs': { type: 'boolean', default: false },
  },
});

if (values.show !== undefined) console.log(generateProgram(Number(values.show)).code);
else await main();
process.exit(0);

async function main(): Promise<void> {
  const from = Number(values.first);
  const jobs: FuzzJob[] = [
    ...Object.keys(extremes()).map((extreme) => ({ extreme })),
    ...Array.from({ length: Number(values.texts) }, (_, i) => ({ text: from + i })),
    ...Array.from({ length: Number(values.programs) }, (_, i) => ({ program: from + i })),
  ];
  const found: { job: FuzzJob; kind: FuzzReport['kind'] | 'lost'; detail?: string }[] = [];
  await runJobs<FuzzJob, FuzzReport>({
    script: new URL('./fuzzChild.ts', import.meta.url),
    args: [deviceName(values.device)],
    jobs,
    workers: Number(values.workers),
    silenceSeconds: 60,
    jobsPerChild: 200,
    onResult(job, report) {
      found.push({ job, ...report });
      if (found.length % 200 === 0) console.log(`${found.length} of ${jobs.length}`);
    },
    onLost(job, step, reason) {
      found.push({ job, kind: step === 'Dawn' ? 'not comparable' : 'lost', detail: `${step}: ${reason}` });
      return undefined;
    },
  });
  const wrong = found.filter(({ kind }) => kind === 'differs' || kind === 'disagrees' || kind === 'lost');
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}fuzz-failures.json`, `${JSON.stringify(wrong, null, 1)}\n`);
  for (const { job, kind, detail } of found) if (kind === 'not comparable') console.log(job, oneLine(detail ?? ''));
  const programs = found.filter(({ job }) => 'program' in job);
  const texts = found.filter(({ job }) => !('program' in job));
  const count = (list: typeof found, kind: string) => list.filter((entry) => entry.kind === kind).length;
  const markdown = `## Fuzzing

\`npx tsx scripts/conformance/fuzz.ts --programs ${values.programs} --texts ${values.texts}\` makes valid programs from seeds (functions with pointer parameters, structs,
arrays, matrices, loops, switches, atomics, barriers; float arithmetic that is exact) and runs them here and on Dawn with
SwiftShader: ${count(programs, 'agrees')} of ${programs.length - count(programs, 'not comparable')} agree in every bit, ${count(programs, 'differs')} differ, ${count(programs, 'lost')} hung or crashed${
    count(programs, 'not comparable')
      ? `; ${count(programs, 'not comparable')} did not run on Dawn, or wrongly (scripts/conformance/fuzzMistaken.ts)`
      : ''
  }. Of ${texts.length} texts made by damaging
such programs, and of extreme lengths and depths, ${count(texts, 'refused')} are refused and ${count(texts, 'accepted')} accepted, ${count(texts, 'disagrees')} otherwise than by Dawn, ${count(texts, 'lost')} hung or crashed.
${wrong
  .map(({ job, kind, detail = '' }) => `\n- \`${JSON.stringify(job)}\` ${kind}: ${oneLine(detail)}`)
  .slice(0, 30)
  .join('')}
`;
  console.log(markdown);
  if (!values['no-docs'] && values.device === 'softgpu') writeSection('fuzz', markdown);
}
