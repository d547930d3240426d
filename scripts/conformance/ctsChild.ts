/** A child process of cts.ts: takes test files of the suite and gives back each case's result on its device. */
import { type CaseRecord, runCase, sample } from './ctsRun.ts';
import { loadSuite, type RunCase } from './ctsSuite.ts';
import { Watch } from './ctsWatch.ts';
import { deviceName, interfacesOf, openProvider } from './devices.ts';
import { serveJobs } from './jobs.ts';

const [built = '', resources = '', device = ''] = process.argv.slice(2);
const name = deviceName(device);

Object.assign(globalThis, await interfacesOf(name));
// The suite asks of some objects whether they are one of these.
for (const missing of ['WebGLRenderingContext', 'WebGL2RenderingContext', 'HTMLVideoElement', 'VideoFrame']) {
  if (!(missing in globalThis)) Object.assign(globalThis, { [missing]: class {} });
}

const suite = await loadSuite(built, resources);
const watch = new Watch();
const provider = await openProvider(name);
const gpu = watch.observe(provider.gpu); // referenced for the life of the process: Dawn ends it otherwise
suite.setGPUProvider(() => gpu);

export interface CtsJob {
  readonly spec: string;
  /** Queries whose results are known. */
  readonly done: readonly string[];
  readonly cases: number;
  readonly subcases: number;
}

/** A case's result, or the number of cases that a test file has in all. */
export type CtsMessage = CaseRecord | { readonly spec: string; readonly total: number };

serveJobs<CtsJob, CtsMessage>(async ({ spec, done, cases, subcases }, report, started) => {
  started(`webgpu:${spec.replaceAll('/', ',')}:*`);
  const known = new Set(done);
  let total = 0;
  for (const test of await suite.testsOf(spec)) {
    const all: { query: string; testCase: RunCase }[] = [];
    for (const testCase of test.iterate(null)) {
      if (!testCase.isUnimplemented) all.push({ query: suite.queryOf(spec, testCase), testCase });
    }
    total += all.length;
    for (const { query, testCase } of sample(all, cases, (entry) => entry.query)) {
      if (known.has(query)) continue;
      started(query);
      report(await runCase(suite, query, testCase, subcases, watch));
    }
  }
  report({ spec, total });
});
