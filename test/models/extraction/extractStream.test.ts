import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { extractionLatency, extractStream } from '../../../src/models/extraction/extractStream.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { memory } from '../../../src/tensor/engine/device/memory.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { noGrad } from '../../../src/tensor/engine/tape.ts';
import { expectClose, property } from '../../setup/checkOp.ts';
import { blocksOf, collect, type FakeModel, filterModel, noise, passModel } from './fakeModel.ts';

beforeAll(async () => {
  await init();
});

// 0.64 s chunks of 640 samples, 320 apart.
const short = { chunkSeconds: 0.64, fadeSeconds: 0.1 };

async function whole(model: FakeModel, channels: readonly Float32Array[], query: readonly number[]) {
  const samples = channels[0]!.length;
  using y = tidy(() =>
    noGrad(() =>
      model.extract(
        tensor(
          channels.flatMap((channel) => [...channel]),
          { shape: [1, channels.length, samples] },
        ),
        tensor(query, { shape: [1, query.length] }),
      ),
    ),
  );
  return y.data<'f32'>();
}

test('chunks of a model that sees less than their context join into what the whole gives', () =>
  property(
    fc.record({
      samples: fc.integer({ min: 1, max: 3000 }),
      block: fc.integer({ min: 1, max: 900 }),
      chunkSeconds: fc.constantFrom(0.4, 0.64),
      hopSeconds: fc.constantFrom(0.1, 0.15, 0.2),
      startAtOnce: fc.boolean(),
    }),
    async ({ samples, block, startAtOnce, ...plan }) => {
      const model = filterModel({ channels: 4 });
      const channels = [1, 2, 3, 4].map((seed) => noise(samples, seed));
      using query = tensor([[2, 0]]);
      const [made] = await collect(
        extractStream(model, query, blocksOf(channels, block), { ...plan, fadeSeconds: 0.09, startAtOnce }),
      );
      expectClose(made!, await whole(model, channels, [2, 0]), 1e-6);
    },
    25,
  ));

test('the result is as long as the recording and does not depend on the blocks it comes in', async () => {
  using query = tensor([[1]]);
  const signal = noise(2111);
  const results = await Promise.all(
    [1, 7, 320, 640, 5000].map((size) => collect(extractStream(filterModel(), query, blocksOf([signal], size), short))),
  );
  for (const [result] of results) expect(result).toEqual(results[0]![0]);
  expect(results[0]![0]!.length).toBe(2111);
});

test('a recording that fits into one chunk is what the model makes of it, and lengths at every border are kept', async () => {
  using query = tensor([[1]]);
  for (const samples of [1, 31, 64, 65, 639, 640, 641, 959, 960, 961, 1280]) {
    const model = filterModel();
    const [made] = await collect(extractStream(model, query, [[noise(samples)]], short));
    expect(made!.length).toBe(samples);
    if (samples > 640) continue;
    expect(model.calls).toEqual([Math.max(samples, 64)]);
    expect(made).toEqual(await whole(model, [noise(samples)], [1]));
  }
});

test('the model is recorded once for all full chunks and called once more for the last', async () => {
  using query = tensor([[1]]);
  const model = filterModel();
  await collect(extractStream(model, query, blocksOf([noise(20_010)], 1000), short));
  expect(model.calls).toEqual([640, 618]);
});

test('several queries are answered at once, each as if alone', async () => {
  using queries = tensor([[1], [-3], [0.5]]);
  const together = await collect(extractStream(filterModel(), queries, blocksOf([noise(2000)], 300), short));
  expect(together.length).toBe(3);
  for (const [q, value] of [1, -3, 0.5].entries()) {
    using alone = tensor([[value]]);
    const [made] = await collect(extractStream(filterModel(), alone, blocksOf([noise(2000)], 300), short));
    expect(together[q]).toEqual(made);
  }
});

test('no sample waits longer than the stated latency', async () => {
  for (const sampleRate of [1000, 1470, 480]) {
    for (const startAtOnce of [false, true]) {
      const options = { ...short, hopSeconds: 0.13, lookaheadSeconds: 0.05, sampleRate, startAtOnce };
      const { samples: latency, first, seconds } = extractionLatency(passModel(), options);
      let received = 0;
      async function* source() {
        for (; received < 4000; ) {
          received += 10;
          yield [noise(10, received)];
        }
      }
      using query = tensor([[1]]);
      let sent = 0;
      for await (const [block] of extractStream(passModel(), query, source(), options)) {
        // What had to be out before this block came: blocks are pulled one by one, so `received` is what was in by then.
        if (received < 4000 && sent > 0) expect(received - sent).toBeLessThanOrEqual(latency + 10);
        if (sent === 0) expect(received).toBeLessThanOrEqual(first + 10);
        sent += block!.length;
        if (received < 4000 && received >= first) expect(sent).toBeGreaterThan(received - latency - 1);
      }
      expect(sent).toBe(4000);
      expect(seconds).toBeLessThan(0.35);
      if (startAtOnce) expect(first).toBe(latency);
    }
  }
});

test('any rate goes in and comes out: a tone keeps frequency, level and length', async () => {
  using query = tensor([[1]]);
  for (const sampleRate of [800, 1000, 1470, 4410]) {
    const tone = Float32Array.from({ length: 3 * sampleRate }, (_, n) => Math.sin((2 * Math.PI * 90 * n) / sampleRate));
    const [made] = await collect(extractStream(passModel(), query, blocksOf([tone], 200), { ...short, sampleRate }));
    expect(made!.length).toBe(tone.length);
    const inner = [sampleRate >> 2, -(sampleRate >> 2)] as const;
    expectClose(made!.slice(...inner), tone.slice(...inner), 5e-3);
  }
});

test('silence gives exact silence, and silent chunks do not ask the model', async () => {
  const model = filterModel({ channels: 4 });
  using query = tensor([[1]]);
  const silence = Array.from({ length: 4 }, () => new Float32Array(5000));
  const [made] = await collect(extractStream(model, query, blocksOf(silence, 700), { ...short, sampleRate: 1470 }));
  expect(made!.length).toBe(5000);
  expect(made!.every((sample) => sample === 0)).toBe(true);
  expect(model.calls).toEqual([]);
});

test('memory on the device is one recording, given back at the end, also when the caller stops early', async () => {
  using query = tensor([[1]]);
  const before = memory().tensors;
  for await (const _ of extractStream(filterModel(), query, blocksOf([noise(5000)], 500), short)) break;
  expect(memory().tensors).toBe(before);
  const controller = new AbortController();
  const stream = extractStream(filterModel(), query, blocksOf([noise(5000)], 500), {
    ...short,
    signal: controller.signal,
  });
  await stream.next();
  controller.abort(new Error('enough'));
  await expect(stream.next()).rejects.toThrow('enough');
  expect(memory().tensors).toBe(before);
});

test('samples that are not numbers are named with their place, and a stream without samples is refused', async () => {
  using query = tensor([[1]]);
  const signal = noise(3000);
  signal[2345] = Number.NaN;
  const options = { ...short, name: 'hall.wav', sampleRate: 500 };
  await expect(
    collect(extractStream(passModel(), query, blocksOf([noise(3000), signal], 256), options)),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: hall.wav: sample 2345 (4.690 s) of channel 2 is NaN: repair the recording, or cut that part out]`,
  );
  signal[2345] = Number.NEGATIVE_INFINITY;
  await expect(
    collect(extractStream(passModel(), query, [[signal]], options)),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: hall.wav: sample 2345 (4.690 s) of channel 1 is -Infinity: repair the recording, or cut that part out]`,
  );
  await expect(collect(extractStream(passModel(), query, [], options))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: hall.wav: holds no samples: there is nothing to extract]`,
  );
  await expect(
    collect(extractStream(passModel(), query, [[signal.slice(0, 9)], [signal, signal]], options)),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: hall.wav: every block must hold the same number of channels, at least one, got 2 behind blocks of 1]`,
  );
});

test('a model that diverged is reported, and so is a query of another shape', async () => {
  const broken = {
    ...passModel(),
    extract: (mixture: Parameters<FakeModel['extract']>[0]) => mixture.slice(1, 0, 1).reshape([1, -1]).div(0),
  };
  using query = tensor([[1]]);
  using flat = tensor([1, 2]);
  await expect(collect(extractStream(broken, query, [[noise(100)]], short))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RangeError: extraction: the model's estimate for query 0 is Infinity at sample 0 of a chunk: its weights are damaged or its training diverged]`,
  );
  await expect(
    collect(extractStream(passModel(), flat, [[noise(100)]], short)),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: extractStream: query must be [queries, embedding], got [2]]`,
  );
});

test('a clipped recording is extracted with a warning, a constant offset without one', async () => {
  using query = tensor([[1]]);
  const warnings: string[] = [];
  const onWarning = (warning: string) => warnings.push(warning);
  const clipped = noise(1000).map((sample) => Math.min(1, Math.max(-1, 4 * sample)));
  await collect(extractStream(passModel(), query, [[clipped]], { ...short, name: 'loud.wav', onWarning }));
  expect(warnings.length).toBe(1);
  expect(warnings[0]).toMatch(/^loud.wav is clipped in \d+ places/);
  const offset = noise(2000).map((sample) => 0.01 * sample + 0.5);
  const [made] = await collect(extractStream(passModel(), query, [[offset]], { ...short, onWarning }));
  expectClose(made!, offset, 1e-6);
  expect(warnings.length).toBe(1);
});
