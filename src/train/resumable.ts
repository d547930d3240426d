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
}: {
  readonly out: string;
  readonly config: TrainConfigJson;
  readonly resume: boolean;
  readonly found: { readonly file: string; readonly state: CheckpointState };
}): void {
  const { state, file } = found;
  if (!resume) {
    throw new CheckpointError(
      `train: ${out} holds a run at step ${state.step}: go on with --resume (resume: true), or choose another folder`,
    );
  }
  const names = new Set([...Object.keys(config), ...Object.keys(state.config)]);
  const changed = [...names].filter((name) => !MAY_CHANGE.has(name) && !same(config[name], state.config[name]));
  if (changed.length > 0) {
    throw new CheckpointError(
      `train: ${file} was made with another config: ${changed.map((name) => difference(name, config, state.config)).join('; ')}: put it back, or start a new run in another folder`,
    );
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
