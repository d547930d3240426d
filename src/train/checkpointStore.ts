import { nodeModules } from '../tensor/files/nodeFile.ts';
import { openSafetensors } from '../tensor/files/safetensors.ts';
import { loadSafetensors, saveSafetensors } from '../tensor/load.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TrainConfigJson } from './trainLog.ts';

/** Where a run stands, besides its tensors. */
export interface CheckpointState {
  /** Steps done. */
  readonly step: number;
  readonly config: TrainConfigJson;
  /** Best validation so far; null before the first. */
  readonly best: { readonly step: number; readonly score: number } | null;
  /** Where random numbers stand: all draws are functions of the seed and the number of an example, here the next one's. */
  readonly random: { readonly seed: number; readonly example: number };
}

const KIND = 'tympan.training';
const NAME = /^step-(\d{8,})\.safetensors$/;

/** A checkpoint that cannot be used; the message says why and what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/**
 * The checkpoints of a run, one safetensors file each, which appears under its name only when it is whole. Whatever kills a
 * process while it writes, the checkpoint before stays.
 */
export class CheckpointStore {
  readonly folder: string;
  readonly #keep: number;

  /** `keep`: how many checkpoints stay, the newest ones. */
  constructor(folder: string, keep: number) {
    this.folder = folder;
    this.#keep = keep;
  }

  /** Writes a checkpoint and removes those that are one too many. Returns the name of its file. */
  async save(state: CheckpointState, tensors: ReadonlyMap<string, Tensor>): Promise<string> {
    const { fs, path } = nodeModules('write', this.folder);
    await fs.mkdir(this.folder, { recursive: true });
    const name = `step-${String(state.step).padStart(8, '0')}.safetensors`;
    const { step, config, best, random } = state;
    await saveSafetensors(path.join(this.folder, name), tensors, {
      kind: KIND,
      state: JSON.stringify({ step, config, best, random }),
    });
    const old = (await this.list()).slice(0, -this.#keep);
    for (const { file } of old) await fs.rm(file, { force: true });
    return name;
  }

  /** Oldest first. */
  async list(): Promise<{ readonly step: number; readonly file: string }[]> {
    const { fs, path } = nodeModules('read', this.folder);
    const names = await fs.readdir(this.folder).catch(ifMissing);
    return names
      .flatMap((name) => {
        const step = NAME.exec(name)?.[1];
        return step === undefined ? [] : [{ step: Number(step), file: path.join(this.folder, name) }];
      })
      .sort((a, b) => a.step - b.step);
  }

  /** What a process that was killed was writing. */
  async removeTemporary(): Promise<void> {
    const { fs, path } = nodeModules('remove', this.folder);
    const names = await fs.readdir(this.folder).catch(ifMissing);
    for (const name of names) {
      if (/^\..*\.tmp$/.test(name)) await fs.rm(path.join(this.folder, name), { force: true });
    }
  }

  /** The newest checkpoint's state; null where there is none. @throws CheckpointError when it is none of this library's. */
  async newest(): Promise<{ readonly file: string; readonly state: CheckpointState } | null> {
    const last = (await this.list()).at(-1);
    return last === undefined ? null : { file: last.file, state: await stateOf(last.file) };
  }
}

/** The tensors of a checkpoint, for the caller to dispose. */
export async function loadCheckpoint(file: string): Promise<Map<string, Tensor>> {
  return loadSafetensors(file);
}

async function stateOf(file: string): Promise<CheckpointState> {
  const opened = await openSafetensors(file);
  try {
    const { kind, state } = opened.metadata;
    if (kind !== KIND || state === undefined) {
      throw new CheckpointError(
        `${file}: metadata.kind must be ${KIND}, got ${kind ?? 'none'}: remove the file to go on from the one before it`,
      );
    }
    return JSON.parse(state) as CheckpointState;
  } finally {
    await opened.close();
  }
}

function ifMissing(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
