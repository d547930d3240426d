import { expect, test } from 'vitest';
import { parseShard } from '../../../src/cli/synth/shard.ts';

test('a shard is what the option says, whatever the scheduler does', () => {
  expect(parseShard('1/4', { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_COUNT: '3' })).toEqual({ index: 1, count: 4 });
});

test('without option and scheduler there is one shard', () => {
  expect(parseShard(undefined, {})).toEqual({ index: 0, count: 1 });
});

test('a Slurm array may begin anywhere and take steps', () => {
  const array = { SLURM_ARRAY_TASK_ID: '11', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '5' };
  expect(parseShard(undefined, { ...array, SLURM_ARRAY_TASK_STEP: '2' })).toEqual({ index: 3, count: 4 });
  expect(() => parseShard(undefined, array)).toThrow('the SLURM_ARRAY_TASK_ variables give 6/4');
});

test('an indexed job says how many completions it has, or is told to', () => {
  expect(parseShard(undefined, { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '8' })).toEqual({ index: 2, count: 8 });
  expect(() => parseShard(undefined, { JOB_COMPLETION_INDEX: '2' })).toThrow('set JOB_COMPLETIONS');
});

test.each(['', '4', '4/4', '-1/4', '0/0', '1.5/4', '1/4/2', 'a/b'])('%j is no shard', (text) => {
  expect(() => parseShard(text, {})).toThrow('a shard must be i/n with i from 0 to n - 1');
});
