import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensor } from '../../../src/tensor/create.ts';
import { choicesPath } from '../../../src/tensor/engine/choicesFile.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { applyChoices, choose, tune } from '../../../src/tensor/engine/tuner.ts';
import { square } from '../../setup/squareOp.ts';

const cache = mkdtempSync(join(tmpdir(), 'tympan-choices-'));
const before = process.env['XDG_CACHE_HOME'];

beforeAll(async () => {
  await init(); // unpacks the driver into the ordinary cache, if need be
  process.env['XDG_CACHE_HOME'] = cache;
});

afterAll(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(cache, { recursive: true });
});

const SLOW = 40; // squares more than the other variant: no noise makes it the faster one

test('tuning keeps the fastest variant, and the next device finds it in the cache', async () => {
  using x = tensor(new Float32Array(100_000));
  const variant = () => choose(defaultDevice(), 'test/family', ['slow', 'fast'], 'slow');
  const step = () =>
    tidy(() => {
      for (let i = 0; i < (variant() === 'slow' ? SLOW : 1); i++) square([x], {});
    });
  expect(variant()).toBe('slow');
  await tune(defaultDevice(), step);
  expect(variant()).toBe('fast');
  const path = choicesPath(defaultDevice())!;
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ 'test/family': 'fast' });
});

test('a damaged cache file and unknown choices change nothing', async () => {
  const device = defaultDevice();
  writeFileSync(choicesPath(device)!, '{ "test/other": ');
  applyChoices(device, { 'test/other': 'gone' });
  expect(choose(device, 'test/other', ['a', 'b'], 'b')).toBe('b');
});
