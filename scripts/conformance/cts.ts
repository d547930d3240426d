/**
 * Runs the compute part of the WebGPU conformance suite:
 *
 *   npx tsx scripts/conformance/cts.ts --cts <checkout of gpuweb/cts> [--device softgpu|dawn] [--query a,b,*]
 *     [--cases 8] [--subcases 8] [--workers 2] [--fresh | --failing] [--no-docs]
 *
 * `--cases` and `--subcases` are how many cases of each test and subcases of each case are run at most, chosen by a hash
 * of their names, so that every run takes the same ones; `--cases all --subcases all` is the whole. Results are kept
 * under out/conformance as they come: a run goes on where the last one stopped. `--fresh` forgets all of them, `--failing`
 * those that failed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSuite, listSpecs } from './ctsBuild.ts';
import type { CtsJob, CtsMessage } from './ctsChild.ts';
import { familyOf, groupOf, isGraphics } from './ctsGroups.ts';
import { summarize } from './ctsReport.ts';
import type { CaseRecord } from './ctsRun.ts';
import { deviceName } from './devices.ts';
import { writeSection } from './document.ts';
import { ResultFile, runJobs } from './jobs.ts';

const OUT = fileURLToPath(new URL('../../out/conformance/', import.meta.url));

const { values } = parseArgs({
  options: {
    cts: { type: 'string' },
    device: { type: 'string', default: 'softgpu' },
    query: { type: 'string', default: '' },
    cases: { type: 'string', default: '8' },
    subcases: { type: 'string', default: '8' },
    workers: { type: 'string', default: '2' },
    fresh: { type: 'boolean', default: false },
    failing: { type: 'boolean', default: false },
    'no-docs': { type: 'boolean', default: false },
  },
});
if (!values.cts) throw new TypeError('cts.ts needs --cts <checkout of gpuweb/cts>');

await main(resolve(values.cts));
process.exit(0);

async function main(checkout: string): Promise<void> {
  const device = deviceName(values.device);
  const built = await buildSuite(checkout, `${OUT}cts-${versionOf(checkout)}`);
  const prefix = values.query
    .replace(/^webgpu:/, '')
    .replace(/[*:].*$/, '')
    .replaceAll(',', '/');
  const specs = listSpecs(built).filter((spec) => groupOf(spec) && spec.startsWith(prefix));
  const sampling = { cases: count(values.cases), subcases: count(values.subcases) };
  const path = `${OUT}cts-${device}-${values.cases}-${values.subcases}.jsonl`;
  if (values.fresh) rmSync(path, { force: true });
  const file = new ResultFile<CtsMessage>(path);
  const records = new Map<string, CaseRecord>();
  const totals = new Map<string, number>();
  const note = (message: CtsMessage) => {
    if ('total' in message) totals.set(message.spec, message.total);
    else records.set(message.query, message);
  };
  for (const message of file.read()) note(message);
  if (values.failing) forgetFailing(records, totals);
  const doneIn = (spec: string) =>
    [...records.keys()].filter((query) => query.startsWith(`webgpu:${spec.replaceAll('/', ',')}:`));
  const open = specs.filter((spec) => !isGraphics(spec) && !totals.has(spec));
  let finished = 0;
  await runJobs<CtsJob, CtsMessage>({
    script: new URL('./ctsChild.ts', import.meta.url),
    args: [built, `${checkout}/src/resources`, device],
    jobs: open.map((spec) => ({ spec, done: doneIn(spec), ...sampling })),
    workers: Number(values.workers),
    silenceSeconds: 60,
    jobsPerChild: 20,
    onResult(_, message) {
      note(message);
      file.append(message);
      if ('total' in message && ++finished % 10 === 0) console.log(`${finished} of ${open.length} test files`);
    },
    onLost(job, step, reason) {
      const query = step ?? '';
      const record: CaseRecord = {
        query,
        status: 'lost',
        passed: 0,
        failed: 1,
        skipped: 0,
        outside: 0,
        outsidePassed: 0,
        reason,
      };
      note(record);
      file.append(record);
      console.log(`${query}: ${reason}`);
      return query.endsWith(':*') || query === '' ? undefined : { ...job, done: doneIn(job.spec) };
    },
  });
  const inQuery = [...records.values()].filter(({ query }) =>
    specs.some((spec) => query.startsWith(`webgpu:${spec.replaceAll('/', ',')}:`)),
  );
  const failing = inQuery.filter(({ status }) => status === 'fail' || status === 'lost');
  writeFileSync(`${OUT}cts-failures-${device}.json`, `${JSON.stringify(failing, null, 1)}\n`);
  const markdown = summarize({ specs, records: inQuery, totals, ...sampling });
  console.log(markdown);
  if (!values['no-docs'] && prefix === '' && device === 'softgpu') writeSection('cts', markdown);
}

/** Takes back what failed, so that it runs again. */
function forgetFailing(records: Map<string, CaseRecord>, totals: Map<string, number>): void {
  for (const { query, status } of [...records.values()]) {
    if (status !== 'fail' && status !== 'lost') continue;
    records.delete(query);
    totals.delete(familyOf(query).replaceAll(',', '/'));
  }
}

function count(text: string): number {
  if (text === 'all') return 1e9;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--cases and --subcases must be a count or all, got '${text}'`);
  return value;
}

/** Two checkouts are not to share one build. */
function versionOf(checkout: string): string {
  const listing = readFileSync(`${checkout}/package.json`, 'utf8') + checkout;
  let hash = 0;
  for (const character of listing) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash.toString(16);
}
