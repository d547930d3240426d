import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fuMa } from '../../../src/audio/ambisonicFormat.ts';
import { openSofa, readSofa } from '../../../src/audio/impulseResponses/sofa.ts';
import { hdf5Bytes, roomShape, roomSofa, roomValue, type SofaArray } from '../../fixtures/sofa/makeSofa.ts';

const stored = new URL('../../fixtures/sofa/room.sofa', import.meta.url);

/** The room with other arrays or attributes; undefined leaves one out. */
function changed(arrays: Record<string, SofaArray | undefined>, attributes: Record<string, string> = {}) {
  const room = roomSofa();
  const all = Object.entries({ ...room.arrays, ...arrays }).filter((entry): entry is [string, SofaArray] => !!entry[1]);
  return hdf5Bytes({ attributes: { ...room.attributes, ...attributes }, arrays: Object.fromEntries(all) });
}

describe('readSofa', () => {
  test('gives the responses, rate and positions of the stored file', async () => {
    const { sampleRate, responses } = await readSofa(stored);
    expect(sampleRate).toBe(48000);
    expect(responses).toHaveLength(roomShape.measurements);
    for (const [m, { channels }] of responses.entries()) {
      expect(channels).toHaveLength(roomShape.receivers);
      for (const [r, channel] of channels.entries()) {
        const expected = Array.from({ length: roomShape.samples }, (_, n) => Math.fround(roomValue(m, r, n)));
        expect([...channel]).toEqual(expected);
      }
    }
    expect(responses.map(({ position }) => position)).toEqual([
      { azimuth: 0, elevation: 0, distance: 2 },
      { azimuth: 90, elevation: 0, distance: 3 },
      { azimuth: 0, elevation: 90, distance: 2 },
    ]);
  });

  test('the stored file is what the script beside it writes', async () => {
    const bytes = readFileSync(stored);
    expect(bytes.length).toBeLessThan(65536);
    expect(await readSofa(await hdf5Bytes(roomSofa()))).toEqual(await readSofa(bytes));
  });

  test('turns positions with the listener', async () => {
    const view = { shape: [1, 3], values: [0, 1, 0], attributes: { Type: 'cartesian' } };
    const { responses } = await readSofa(await changed({ ListenerView: view }));
    expect(responses[0]!.position!.azimuth).toBeCloseTo(-90, 9);
    expect(responses[1]!.position!.azimuth).toBeCloseTo(0, 9);
    expect(responses[2]!.position!.elevation).toBeCloseTo(90, 9);
  });

  test('takes spherical positions as azimuth, elevation and distance', async () => {
    const values = [30, 0, 2, -100, 20, 1, 170, -45, 3];
    const source = { shape: [3, 3], values, attributes: { Type: 'spherical', Units: 'degree, degree, metre' } };
    const origin = { shape: [1, 3], values: [0, 0, 0], attributes: { Type: 'cartesian' } };
    const { responses } = await readSofa(await changed({ SourcePosition: source, ListenerPosition: origin }));
    for (const [m, { position }] of responses.entries()) {
      expect(position!.azimuth).toBeCloseTo(values[3 * m]!, 9);
      expect(position!.elevation).toBeCloseTo(values[3 * m + 1]!, 9);
      expect(position!.distance).toBeCloseTo(values[3 * m + 2]!, 9);
    }
  });

  test('leaves positions out that the file does not tell', async () => {
    const { responses } = await readSofa(await changed({ SourcePosition: undefined }));
    expect(responses.every((response) => !('position' in response))).toBe(true);
  });

  test('delays each channel by what the file says, fractions by a windowed sinc', async () => {
    const click = { shape: [1, 4, 100], values: Array.from({ length: 400 }, (_, i) => (i % 100 === 0 ? 1 : 0)) };
    const place = { shape: [1, 3], values: [4, 2, 1.5], attributes: { Type: 'cartesian' } };
    const delay = { shape: [1, 4], values: [0, 3, 40.5, 50] };
    const bytes = await changed({ 'Data.IR': click, 'Data.Delay': delay, SourcePosition: place });
    const [first, second, between, last] = (await readSofa(bytes)).responses[0]!.channels;
    expect([first!.length, second!.length, between!.length, last!.length]).toEqual([150, 150, 150, 150]);
    expect([first![0], second![3], last![50]]).toEqual([1, 1, 1]);
    expect(between![40]).toBeCloseTo(2 / Math.PI, 3);
    expect(between![41]).toBeCloseTo(2 / Math.PI, 3);
  });

  test('begins all later where some come before time 0', async () => {
    const click = { shape: [3, 4, 2], values: Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 1 : 0)) };
    const delay = { shape: [3, 4], values: [0, -2, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0] };
    const { responses } = await readSofa(await changed({ 'Data.IR': click, 'Data.Delay': delay }));
    const begins = responses.map(({ channels }) => channels.map((channel) => channel.indexOf(1)));
    expect(begins).toEqual([
      [2, 0, 3, 2],
      [2, 2, 2, 2],
      [5, 2, 2, 2],
    ]);
    expect(responses[0]!.channels[0]).toHaveLength(7);
  });

  test.each([
    ['FIR-E', true],
    ['FIRE', false],
  ] as const)('%s has one response for each emitter', async (dataType, emittersLast) => {
    const [m, r, n, e] = [2, 2, 5, 3];
    const value = (i: number, j: number, k: number, l: number) => i * 1000 + j * 100 + k * 10 + l;
    const values: number[] = [];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < r; j++)
        for (let a = 0; a < (emittersLast ? n : e); a++)
          for (let b = 0; b < (emittersLast ? e : n); b++)
            values.push(emittersLast ? value(i, j, a, b) : value(i, j, b, a));
    const bytes = await changed(
      {
        'Data.IR': { shape: emittersLast ? [m, r, n, e] : [m, r, e, n], values },
        'Data.Delay': { shape: [1, r], values: [0, 0] },
        SourcePosition: { shape: [1, 3], values: [2, 2, 1.5], attributes: { Type: 'cartesian' } },
        EmitterPosition: {
          shape: [e, 3, 1],
          values: [1, 0, 0, 0, 2, 0, 0, 0, -3],
          attributes: { Type: 'cartesian' },
        },
      },
      { SOFAConventions: 'MultiSpeakerBRIR', DataType: dataType },
    );
    const { responses } = await readSofa(bytes);
    expect(responses).toHaveLength(m * e);
    for (const [index, { channels, position }] of responses.entries()) {
      const [i, l] = [Math.floor(index / e), index % e];
      for (let j = 0; j < r; j++) {
        expect([...channels[j]!]).toEqual(Array.from({ length: n }, (_, k) => value(i, j, k, l)));
      }
      expect(position).toEqual(
        [
          { azimuth: 0, elevation: 0, distance: 1 },
          { azimuth: 90, elevation: 0, distance: 2 },
          { azimuth: 0, elevation: -90, distance: 3 },
        ][l],
      );
    }
  });

  test('ambisonics of another format come out as AmbiX', async () => {
    const [asStored, converted] = [await readSofa(stored), await readSofa(stored, { ambisonics: fuMa })];
    const [w, x, y, z] = asStored.responses[1]!.channels;
    const channels = converted.responses[1]!.channels;
    expect(channels.slice(1)).toEqual([y, z, x]);
    expect(channels[0]![3]).toBeCloseTo(Math.SQRT2 * w![3]!, 6);
  });

  test('one response at a time is the same as all', async () => {
    const { responses } = await readSofa(stored);
    const reader = await openSofa(stored);
    try {
      expect([reader.conventions, reader.sampleRate, reader.channelCount]).toEqual(['SingleRoomSRIR', 48000, 4]);
      expect(reader.positions).toEqual(responses.map(({ position }) => position));
      for (const n of [2, 0, 1]) expect(await reader.read(n)).toEqual(responses[n]);
      await expect(reader.read(3)).rejects.toThrow('index must be from 0 to 2, got 3');
    } finally {
      await reader.close();
    }
  });
});

describe('files that are no impulse responses are refused:', () => {
  test.each<[string, Record<string, SofaArray | undefined>, Record<string, string>, string]>([
    ['no SOFA', {}, { Conventions: 'CF-1.8' }, 'Conventions must be SOFA, got CF-1.8'],
    [
      'transfer functions',
      {},
      { SOFAConventions: 'FreeFieldDirectivityTF', DataType: 'TF' },
      'got FreeFieldDirectivityTF with TF',
    ],
    ['without data', { 'Data.IR': undefined }, {}, 'Data.IR must be measurements x receivers x samples, got []'],
    ['of one axis', { 'Data.IR': { shape: [4], values: [1, 2, 3, 4] } }, {}, 'samples, got [4]'],
    ['without rate', { 'Data.SamplingRate': undefined }, {}, 'must be one rate from 1 to 1000000 Hz, got none'],
    [
      'of several rates',
      { 'Data.SamplingRate': { shape: [3], values: [48000, 44100, 48000] } },
      {},
      'got 48000, 44100, 48000',
    ],
    [
      'at no time',
      { 'Data.Delay': { shape: [1, 4], values: [0, 0, Number.NaN, 0] } },
      {},
      'Data.Delay must be 4 or 12',
    ],
    [
      'with positions for two',
      { SourcePosition: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] } },
      {},
      'SourcePosition must be 1 or 3 finite places of 3 numbers, got [2, 3]',
    ],
    [
      'with positions in harmonics',
      { SourcePosition: { shape: [1, 3], values: [1, 2, 3], attributes: { Type: 'spherical harmonics' } } },
      {},
      'must be cartesian or spherical, got spherical harmonics',
    ],
    [
      'with a NaN',
      { 'Data.IR': { shape: [3, 1, 1], values: [1, Number.NaN, 2] }, 'Data.Delay': undefined },
      {},
      'Data.IR must be finite, got others in response 1',
    ],
  ])('%s', async (_, arrays, attributes, message) => {
    await expect(readSofa(await changed(arrays, attributes))).rejects.toThrow(message);
  });

  test('ambisonics that fit no order', async () => {
    const pair = { shape: [3, 2, 1], values: [1, 2, 3, 4, 5, 6] };
    const bytes = await changed({ 'Data.IR': pair, 'Data.Delay': undefined });
    await expect(readSofa(bytes, { ambisonics: fuMa })).rejects.toThrow('channels must number 1, 4, 9, 16 and so on');
  });
});
