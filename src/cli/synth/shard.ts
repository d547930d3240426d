/** One of several processes that share the mixtures: it makes those whose number is `index` modulo `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `i/n`, counted from 0. Left out, it is what the scheduler says: in a Slurm array the task's place among its tasks, in an indexed job
 * of Kubernetes JOB_COMPLETION_INDEX of JOB_COMPLETIONS. The latter is not set by itself: the job's manifest has to pass its number of
 * completions on. Without any of them there is one shard.
 *
 * @throws RangeError for anything else.
 */
export function parseShard(text: string | undefined, env: Environment = process.env): Shard {
  if (text !== undefined) return fromText(text);
  const { SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_COUNT: tasks, JOB_COMPLETION_INDEX: completion } = env;
  if (task !== undefined && tasks !== undefined) {
    const first = env['SLURM_ARRAY_TASK_MIN'] ?? '0';
    const step = env['SLURM_ARRAY_TASK_STEP'] ?? '1';
    return fromText(
      `${(Number(task) - Number(first)) / Number(step)}/${tasks}`,
      'the SLURM_ARRAY_TASK_ variables give',
    );
  }
  if (completion === undefined) return { index: 0, count: 1 };
  const completions = env['JOB_COMPLETIONS'];
  if (completions !== undefined) return fromText(`${completion}/${completions}`, 'the JOB_COMPLETION variables give');
  throw new RangeError(
    'synth: JOB_COMPLETION_INDEX is set, but not how many there are: set JOB_COMPLETIONS to the completions of the job, or give --shard',
  );
}

function fromText(text: string, source = '--shard is'): Shard {
  const parts = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  const [index, count] = [Number(parts?.[1]), Number(parts?.[2])];
  if (parts && count >= 1 && index < count) return { index, count };
  throw new RangeError(`synth: a shard must be i/n with i from 0 to n - 1, such as 0/4; ${source} ${text}`);
}
