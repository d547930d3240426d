import { createHash } from 'node:crypto';
import type { Recorder, RunCase, SharedState, Suite } from './ctsSuite.ts';
import type { Outside, Watch } from './ctsWatch.ts';

/** What became of one case. A case is judged by those of its subcases that are applicable. */
export interface CaseRecord {
  readonly query: string;
  readonly status: 'pass' | 'fail' | 'skip' | 'outside' | 'lost';
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Subcases that used something a compute device does not have. */
  readonly outside: number;
  readonly outsidePassed: number;
  readonly reason?: string;
  /** Why the subcases were outside. */
  readonly uses?: readonly Outside[];
}

/** What a test says that loads an image or a video, as only a page can. */
const NEEDS_A_PAGE = /(document|window|location|HTML\w+|ImageBitmap|createImageBitmap|OffscreenCanvas) is not defined/;

/** The members of `items` with the smallest hashes, in their own order: a sample that does not change between runs. */
export function sample<T>(items: readonly T[], most: number, key: (item: T) => string): readonly T[] {
  if (items.length <= most) return items;
  const hashed = items.map((item, index) => ({ index, hash: createHash('sha1').update(key(item)).digest('hex') }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const chosen = new Set(hashed.slice(0, most).map(({ index }) => index));
  return items.filter((_, index) => chosen.has(index));
}

export async function runCase(
  suite: Suite,
  query: string,
  testCase: RunCase,
  mostSubcases: number,
  watch: Watch,
): Promise<CaseRecord> {
  const tally = { query, passed: 0, failed: 0, skipped: 0, outside: 0, outsidePassed: 0 };
  const uses = new Set<Outside>();
  let reason: string | undefined;
  const recorder = new suite.TestCaseRecorder({ status: 'running' }, false);
  let failedOutside = '';
  try {
    recorder.start();
    watch.reset();
    const state = testCase.fixture.MakeSharedState(recorder, testCase.params);
    try {
      await state.init();
      await testCase.beforeFn?.(state);
      await state.postInit();
      const all = testCase.subcases === undefined ? [{}] : [...testCase.subcases];
      for (const subcase of sample(all, mostSubcases, (params) => suite.stringifyPublicParams(params))) {
        watch.reset();
        const { status, message } = await runSubcase(suite, testCase, state, subcase);
        const outside = NEEDS_A_PAGE.test(message) ? ([...watch.outside, 'a page'] as const) : watch.outside;
        for (const use of outside) uses.add(use);
        if (status === 'skip') tally.skipped++;
        else if (outside.length > 0) {
          tally.outside++;
          if (status !== 'fail') tally.outsidePassed++;
          else failedOutside ||= message;
        } else if (status !== 'fail') tally.passed++;
        else {
          tally.failed++;
          reason ??= `${suite.stringifyPublicParams(subcase)}: ${message}`;
        }
        reason ??= status === 'skip' ? message : undefined;
      }
    } finally {
      await state.finalize();
    }
  } catch (error) {
    // From the shared state: a skip of the whole case, or an error that nothing in the test had expected.
    if (error instanceof suite.SkipTestCase) return { ...tally, status: 'skip', reason: error.message };
    if (tally.outside === 0 || tally.failed > 0) {
      tally.failed++;
      reason = `${reason ?? ''} ${describe(error)}`.trim();
    }
  } finally {
    recorder.finish();
  }
  if (tally.failed > 0) return { ...tally, status: 'fail', reason: (reason ?? '').slice(0, 600) };
  if (tally.passed > 0) return { ...tally, status: 'pass' };
  if (tally.outside > 0) return { ...tally, status: 'outside', uses: [...uses], reason: failedOutside.slice(0, 300) };
  return { ...tally, status: 'skip', reason: (reason ?? '').slice(0, 300) };
}

interface SubcaseResult {
  readonly status: string;
  readonly message: string;
}

async function runSubcase(
  suite: Suite,
  testCase: RunCase,
  state: SharedState,
  subcase: object,
): Promise<SubcaseResult> {
  const recorder: Recorder = new suite.TestCaseRecorder({ status: 'running' }, false);
  recorder.start();
  recorder.beginSubCase();
  try {
    const instance = new testCase.fixture(state, recorder, suite.mergeParams(testCase.params, subcase));
    try {
      await instance.init();
      await testCase.fn(instance);
      recorder.passed();
    } finally {
      await instance.finalize();
    }
  } catch (error) {
    recorder.threw(error instanceof Error ? error : new Error(String(error)));
  }
  recorder.endSubCase('pass');
  recorder.finish();
  const { status, logs = [] } = recorder.result;
  const log =
    logs.find(({ name = '' }) => /EXPECT|EXCEPTION|VALIDATION/.test(name)) ?? logs.find(({ name }) => name !== 'INFO');
  return { status, message: log ? firstLines(log.toJSON()) : '' };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Without the stack. */
function firstLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(0, 6)
    .join(' ')
    .slice(0, 500);
}
