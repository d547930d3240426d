import { CheckpointError, type CheckpointState } from './checkpointStore.ts';
import type { TrainConfigJson } from './trainLog.ts';

/** What may differ when a run goes on. More steps stretch the rate's cosine; the rest changes no weight. */
const MAY_CHANGE: ReadonlySet<string> = new Set(['steps', 'validate', 'checkpoint', 'memory', 'checkpointing']);

/**
 * @throws CheckpointError when there is a run already and it is not to be resumed, or when its config was another one.
 */
export function checkResumable({
  out,
  config,
  resume,
  found,
  readConfig,
}: {
  readonly out: string;
  readonly config: TrainConfigJson;
  readonly resume: boolean;
  readonly found: { readonly file: string; readonly state: CheckpointState };
  /** Fills in the defaults of fields that the checkpoint's version of the library did not have. */
  readonly readConfig?: ((json: unknown) => TrainConfigJson) | undefined;
}): void {
  const { state, file } = found;
  const before = readConfig ? readOr(state.config, readConfig) : state.config;
  if (!resume) {
    throw new CheckpointError(
      `train: ${out} holds a run at step ${state.step}: go on with --resume (resume: true), or choose another folder`,
    );
  }
  const names = new Set([...Object.keys(config), ...Object.keys(before)]);
  const changed = [...names].filter((name) => !MAY_CHANGE.has(name) && !same(config[name], before[name]));
  if (changed.length > 0) {
    throw new CheckpointError(
      `train: ${file} was made with another config: ${changed.map((name) => difference(name, config, before)).join('; ')}: put it back, or start a new run in another folder`,
    );
  }
}

/** A config that is none any more is compared as it stands. */
function readOr(config: TrainConfigJson, read: (json: unknown) => TrainConfigJson): TrainConfigJson {
  try {
    return read(config);
  } catch {
    return config;
  }
}

function difference(name: string, config: TrainConfigJson, before: TrainConfigJson): string {
  return `${name} was ${shown(before[name])}, is ${shown(config[name])}`;
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with the fields of objects in order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
