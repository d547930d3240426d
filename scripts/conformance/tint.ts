/**
 * Runs the programs of Dawn's Tint corpus on softgpu and on Dawn with SwiftShader, and compares:
 *
 *   npx tsx scripts/conformance/tint.ts --dawn <checkout of google/dawn> [--filter text] [--device softgpu|dawn]
 *     [--workers 2] [--fresh | --failing] [--no-docs]
 *
 * What Dawn answers is kept under out/conformance and asked once. `--device dawn` only does that. `--fresh` forgets what
 * the device answered before, `--failing` only what it says of programs that failed in the last run; without either a run
 * goes on where the last one stopped.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type DeviceName, deviceName, openProvider } from './devices.ts';
import { writeSection } from './document.ts';
import { ResultFile, runJobs } from './jobs.ts';
import type { TintJob } from './tintChild.ts';
import { disagreements, judge } from './tintCompare.ts';
import { enabledBy, listCorpus, outsideOf, readProgram } from './tintCorpus.ts';
import { summarize } from './tintReport.ts';
import type { ProgramRecord } from './tintRun.ts';
import { readDeclarations, withoutComments } from './wgslDeclarations.ts';

const OUT = fileURLToPath(new URL('../../out/conformance/', import.meta.url));

const { values } = parseArgs({
  options: {
    dawn: { type: 'string' },
    filter: { type: 'string', default: '' },
    device: { type: 'string', default: 'softgpu' },
    workers: { type: 'string', default: '2' },
    fresh: { type: 'boolean', default: false },
    failing: { type: 'boolean', default: false },
    'no-docs': { type: 'boolean', default: false },
  },
});
if (!values.dawn) throw new TypeError('tint.ts needs --dawn <checkout of google/dawn>');

await main(values.dawn, deviceName(values.device));
process.exit(0); // Dawn keeps threads that would keep the process

async function main(checkout: string, device: DeviceName): Promise<void> {
  const files = listCorpus(checkout).filter((file) => file.includes(values.filter));
  const reference = await recordsOf('dawn', checkout, files);
  if (device === 'dawn') return console.log(`${reference.size} programs answered by Dawn`);
  const actual = await recordsOf(device, checkout, files);
  const { adapter, gpu } = await openProvider(device);
  const features = new Set<string>([...adapter.features, ...gpu.wgslLanguageFeatures]);
  const verdicts = files.map((file) => judge(checkout, reference.get(file)!, actual.get(file), features));
  const failing = verdicts.filter(({ outside, failures }) => !outside && failures.length > 0);
  mkdirSync(OUT, { recursive: true });
  const failures = failing.map(({ file, failures }) => ({ file, failures }));
  writeFileSync(`${OUT}tint-failures.json`, `${JSON.stringify(failures, null, 1)}\n`);
  const inside = verdicts.filter(({ outside }) => !outside).map(({ file }) => reference.get(file)!);
  const markdown = summarize(verdicts, disagreements(checkout, inside).length);
  console.log(markdown);
  if (!values['no-docs'] && values.filter === '') writeSection('tint', markdown);
}

/** Everything the device says of the programs, from the last run or asked anew. */
async function recordsOf(
  device: DeviceName,
  checkout: string,
  files: readonly string[],
): Promise<Map<string, ProgramRecord>> {
  const path = `${OUT}tint-${device}.jsonl`;
  if (values.fresh && device === values.device) rmSync(path, { force: true });
  const kept = new ResultFile<ProgramRecord>(path);
  const records = new Map(kept.read().map((record) => [record.file, record]));
  if (values.failing && device === values.device) for (const file of lastFailing()) records.delete(file);
  const keep = (record: ProgramRecord) => {
    records.set(record.file, record);
    kept.append(record);
    if (records.size % 500 === 0) console.log(`${device}: ${records.size} programs`);
  };
  await runJobs<TintJob, ProgramRecord>({
    script: new URL('./tintChild.ts', import.meta.url),
    args: [checkout, device],
    jobs: files
      .filter((file) => !records.has(file))
      .map((file) => ({ file, run: runsOn(device, readProgram(checkout, file)) })),
    workers: Number(values.workers),
    silenceSeconds: 20,
    jobsPerChild: 400,
    onResult: (_, record) => keep(record),
    onLost({ file }, step, reason) {
      keep({
        file,
        valid: step !== undefined && step !== 'compilation',
        entryPoints: [],
        lost: `${step ?? 'start'}: ${reason}`,
      });
      return undefined;
    },
  });
  return records;
}

function lastFailing(): string[] {
  const failures = JSON.parse(readFileSync(`${OUT}tint-failures.json`, 'utf8')) as { readonly file: string }[];
  return failures.map(({ file }) => file);
}

/** SwiftShader has no f16, and what subgroup operations give depends on the size of a subgroup. */
function runsOn(device: DeviceName, source: string): boolean {
  const needs = enabledBy(withoutComments(source));
  if (device === 'dawn' && needs.length > 0) return false;
  return outsideOf(source, readDeclarations(source), new Set(['shader-f16', 'subgroups'])) === undefined;
}
