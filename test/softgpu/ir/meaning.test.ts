import { expect, it } from 'vitest';
import { run } from './program.ts';

it('adds up a loop with an unknown end', () => {
  expect(run('u32', 'var s = 0u; for (var i = 0u; i < in[0]; i++) { s += i * in[i % 3]; } out[0] = s;', { input: [5, 7, 9] })[0]).toBe(0 * 5 + 7 + 18 + 15 + 28);
});
