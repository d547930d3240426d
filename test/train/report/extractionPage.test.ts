import { describe, expect, test } from 'vitest';
import { readWav } from '../../../src/audio/wav/readWav.ts';
import { extractionPage, heardChannels } from '../../../src/train/report/extractionPage.ts';
import { decodePng } from '../../audio/picture/decodePng.ts';
import { findAll, parseMarkup } from '../figures/markupTree.ts';

const sampleRate = 8000;
const tone = (hz: number, amplitude: number) =>
  Float32Array.from({ length: sampleRate / 2 }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRate));
const truth = tone(500, 0.1);
const other = tone(2000, 0.2);
const w = truth.map((value, n) => value + other[n]!);
const estimate = truth.map((value, n) => value + 0.1 * other[n]!);

const page = extractionPage({
  title: 'Extracted & heard',
  sampleRate,
  facts: [['Scenes', '1']],
  table: { columns: ['asked for', 'gain'], rows: [['bell', '+20.0']] },
  scenes: [
    {
      title: 'Scene 1',
      mixture: [w, other, truth, truth],
      sources: [
        { title: 'bell', text: 'a bell rings', clip: tone(500, 0.9), estimate, truth },
        { title: 'rain', text: 'rain', estimate: other },
      ],
    },
  ],
  config: { steps: 3 },
});
const tree = parseMarkup(page);
const bytes = (uri: string) => Uint8Array.from(Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64'));
const sounds = findAll(tree, '.sound');

describe('extractionPage', () => {
  test('has a figure for mixture, question, answer and truth; words stand in the place of a clip', () => {
    expect(sounds.map((sound) => findAll(sound, 'b')[0]!.text)).toEqual([
      'Mixture',
      'Asked by example: bell',
      'Extracted: bell',
      'Truth: bell',
      'Extracted: rain',
    ]);
    expect(findAll(tree, 'blockquote').map(({ text }) => text)).toEqual(['“rain”']);
  });

  test('scores what has a truth: 6 dB under the other tone to 14 dB over it', () => {
    expect(findAll(sounds[2]!, '.note')[0]!.text).toBe('SI-SDR 14.0 dB, mixture −6.0 dB (+20.0)');
    expect(findAll(sounds[4]!, '.note')).toEqual([]);
  });

  test('plays 16-bit WAVs with one gain for all but the clips that ask', async () => {
    const peaks = [];
    for (const sound of sounds) {
      const wav = await readWav(bytes(findAll(sound, 'audio')[0]!.attributes['src']!));
      expect(wav).toMatchObject({ sampleRate, format: { encoding: 'pcm', bits: 16 } });
      peaks.push(Math.max(...wav.channels[0]!.map(Math.abs)));
    }
    const [mixture, clip, answer, target] = peaks as [number, number, number, number];
    expect(Math.max(mixture, ...peaks)).toBeCloseTo(0.9, 3);
    expect(clip).toBeCloseTo(0.9, 3);
    const peak = (signal: Float32Array) => Math.max(...signal.map(Math.abs));
    expect(answer / target).toBeCloseTo(peak(estimate) / peak(truth), 3);
  });

  test('draws a spectrogram of every sound, a pixel per column', () => {
    for (const image of findAll(tree, 'image')) {
      const { href, width, height } = image.attributes;
      expect(decodePng(bytes(href!))).toMatchObject({ width: Number(width), height: Number(height) });
    }
    expect(findAll(tree, 'image')).toHaveLength(sounds.length);
  });

  test('a mixture in ambisonics is heard as two cardioids, others as they are', () => {
    const [left, right] = heardChannels([w, other, truth, truth]) as [Float32Array, Float32Array];
    for (const n of [0, 5, 99]) {
      expect(left[n]! + right[n]!).toBeCloseTo(w[n]!, 6);
      expect(left[n]! - right[n]!).toBeCloseTo(other[n]!, 6);
    }
    expect(heardChannels([w])).toEqual([w]);
    expect(heardChannels([w, truth])).toEqual([w, truth]);
  });

  test('silence and what is not finite are told, not scored', () => {
    const silent = new Float32Array(w.length);
    const scene = (estimate: Float32Array, truth: Float32Array) =>
      extractionPage({ title: 'a', sampleRate, scenes: [{ title: 's', mixture: [w], sources: [{ title: 'x', estimate, truth }] }] }); // biome-ignore format: one line
    expect(scene(silent, truth)).toContain('SI-SDR');
    expect(scene(estimate, silent)).toContain('The truth is silence.');
    expect(scene(silent.map(() => Number.NaN), truth)).toContain('The estimate is not finite.'); // biome-ignore format: one line
    expect(() => scene(new Float32Array(0), truth)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: siSdr: estimate and target must have the same length, got 0 and 4000 samples]`,
    );
  });
});
