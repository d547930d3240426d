/** What the conformance suite's own files export, as far as it is used here. */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

export interface Recorder {
  start(): void;
  finish(): void;
  beginSubCase(): void;
  endSubCase(expected: 'pass'): void;
  passed(): void;
  skipped(error: Error): void;
  threw(error: unknown): void;
  readonly result: CaseResult;
}

export interface CaseResult {
  status: string;
  logs?: readonly { readonly name?: string; readonly message?: string; toJSON(): string }[];
}

export interface SharedState {
  init(): Promise<void>;
  postInit(): Promise<void>;
  finalize(): Promise<void>;
}

interface Instance {
  init(): Promise<void>;
  finalize(): Promise<void>;
}

export interface FixtureClass {
  new (state: SharedState, recorder: Recorder, params: object): Instance;
  MakeSharedState(recorder: Recorder, params: object): SharedState;
}

/** One case: the suite runs all its subcases at once, here they are taken one by one. */
export interface RunCase {
  readonly id: { readonly test: readonly string[]; readonly params: object };
  readonly isUnimplemented: boolean;
  readonly params: object;
  readonly subcases: Iterable<object> | undefined;
  readonly fixture: FixtureClass;
  readonly fn: (instance: Instance) => Promise<void> | void;
  readonly beforeFn: ((state: SharedState) => Promise<void> | void) | undefined;
}

export interface Test {
  readonly testPath: readonly string[];
  iterate(filter: null): Iterable<RunCase>;
}

export interface Suite {
  readonly SkipTestCase: new (message: string) => Error;
  readonly TestCaseRecorder: new (result: CaseResult, debugging: boolean) => Recorder;
  mergeParams(a: object, b: object): object;
  stringifyPublicParams(params: object): string;
  queryOf(spec: string, testCase: RunCase): string;
  testsOf(spec: string): Promise<Iterable<Test>>;
  setGPUProvider(provider: () => GPU): void;
}

interface QueryClass {
  new (suite: string, file: readonly string[], test: readonly string[], params: object): { toString(): string };
}

/** Loads the built suite's framework. `resources` is the folder of its cached expectations. */
export async function loadSuite(built: string, resources: string): Promise<Suite> {
  const load = async <T>(path: string) => (await import(pathToFileURL(`${built}/${path}.js`).href)) as T;
  const fixture = await load<Pick<Suite, 'SkipTestCase'>>('common/framework/fixture');
  const recorder = await load<Pick<Suite, 'TestCaseRecorder'>>('common/internal/logging/test_case_recorder');
  const params = await load<Pick<Suite, 'mergeParams'>>('common/internal/params_utils');
  const strings = await load<Pick<Suite, 'stringifyPublicParams'>>('common/internal/query/stringify_params');
  const { TestQuerySingleCase } = await load<{ TestQuerySingleCase: QueryClass }>('common/internal/query/query');
  const { setGPUProvider } = await load<Pick<Suite, 'setGPUProvider'>>('common/util/navigator_gpu');
  const { globalTestConfig } = await load<{ globalTestConfig: Record<string, unknown> }>(
    'common/framework/test_config',
  );
  globalTestConfig['subcasesBetweenAttemptingGC'] = Number.POSITIVE_INFINITY;
  globalTestConfig['casesBetweenReplacingDevice'] = 100;
  await useCache(load, resources);
  return {
    SkipTestCase: fixture.SkipTestCase,
    TestCaseRecorder: recorder.TestCaseRecorder,
    mergeParams: params.mergeParams,
    stringifyPublicParams: strings.stringifyPublicParams,
    setGPUProvider,
    queryOf: (spec, { id }) => new TestQuerySingleCase('webgpu', spec.split('/'), id.test, id.params).toString(),
    async testsOf(spec) {
      const { g } = await load<{ g: { iterate(): Iterable<Test> } }>(`webgpu/${spec}.spec`);
      return g.iterate();
    },
  };
}

interface Cacheable {
  build(): Promise<unknown>;
}

interface DataCache {
  setStore(store: { load(path: string): Promise<Uint8Array> }): void;
  fetch(cacheable: Cacheable): Promise<unknown>;
}

/** The suite brings the intervals that it accepts, worked out; where a file is missing or cut off they are worked out here. */
async function useCache(load: <T>(path: string) => Promise<T>, resources: string): Promise<void> {
  const { dataCache } = await load<{ dataCache: DataCache }>('common/framework/data_cache');
  dataCache.setStore({ load: async (path) => new Uint8Array(await readFile(`${resources}/cache/${path}`)) });
  const built = new Map<Cacheable, Promise<unknown>>();
  const fetch = dataCache.fetch.bind(dataCache);
  dataCache.fetch = async (cacheable) => {
    const known = built.get(cacheable);
    if (known) return known;
    try {
      return await fetch(cacheable);
    } catch {
      const made = Promise.resolve(cacheable.build());
      built.set(cacheable, made);
      return made;
    }
  };
}
