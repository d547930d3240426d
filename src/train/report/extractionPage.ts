import { siSdrOf } from '../../audio/metrics/siSdr.ts';
import { element, escapeText } from '../figures/markup.ts';
import { fixed, signed } from '../figures/numberText.ts';
import { folded, htmlPage, htmlTable, paragraph, section, tiles } from '../figures/page.ts';
import { levelLegend, type Sound, type SoundRowOptions, soundRows, type Words } from '../figures/soundFigure.ts';

/** A source that was asked for, and what came out. */
export interface ExtractedSource {
  /** What the source is, such as `bell`. */
  readonly title: string;
  /** The sentence that asked for it, or the caption of the clip that did. */
  readonly text?: string;
  /** The clip that asked for it, mono. */
  readonly clip?: Float32Array;
  readonly estimate: Float32Array;
  /** The signal that should have come out; without it there are no scores. */
  readonly truth?: Float32Array;
}

export interface ExtractionScene {
  readonly title: string;
  readonly note?: string;
  /** Mono, a stereo pair, or ambisonics in ACN order: W, Y, Z, X and further. */
  readonly mixture: readonly Float32Array[];
  readonly sources: readonly ExtractedSource[];
}

export interface PageTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ExtractionPageOptions extends SoundRowOptions {
  readonly title: string;
  readonly lead?: string;
  /** Shown as tiles below the title. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
  readonly table?: PageTable;
  readonly scenes: readonly ExtractionScene[];
  /** Shown behind a line to click on, as JSON. */
  readonly config?: unknown;
}

/**
 * A page of mixtures and the sources extracted from them: spectrograms, players, and SI-SDR before and after where the truth is
 * known. One file that needs nothing else.
 */
export function extractionPage(options: ExtractionPageOptions): string {
  const { title, lead, facts = [], table, scenes, config } = options;
  return htmlPage({
    title,
    ...(lead === undefined ? {} : { lead }),
    body: [
      facts.length > 0 ? tiles(facts) : '',
      table ? htmlTable(table.columns, table.rows) : '',
      section('Listen', extractionScenes(scenes, options)),
      config === undefined ? '' : folded('Config', JSON.stringify(config, undefined, 2)),
    ],
  });
}

/** The scenes of an extraction page, to be put into another page. Empty without any. */
export function extractionScenes(scenes: readonly ExtractionScene[], options: SoundRowOptions): string {
  if (scenes.length === 0) return '';
  const ambisonic = scenes.some(({ mixture }) => mixture.length >= 4);
  const heard = ambisonic
    ? ' Mixtures are played as two cardioids that look left and right, and shown as their channel W.'
    : '';
  const guide = `All sounds of a scene share one gain and one color scale; clips that ask have their own. A click on a spectrogram plays from there.${heard}`;
  return paragraph(guide) + levelLegend(options.floorDb) + scenes.map((scene) => drawScene(scene, options)).join('');
}

function drawScene({ title, note, mixture, sources }: ExtractionScene, options: SoundRowOptions): string {
  const w = mixture[0];
  if (!w) throw new RangeError(`extractionPage: ${title}: the mixture has no channels`);
  const sounds = sources.map((source) => soundsOf(source, w));
  const first: Sound = { title: 'Mixture', channels: heardChannels(mixture), shown: w, ...(note ? { note } : {}) };
  const rows = sounds.length === 1 ? [[first, ...sounds[0]!]] : [[first], ...sounds];
  return element('h3', {}, escapeText(title)) + soundRows(rows, options);
}

function soundsOf({ title, text, clip, estimate, truth }: ExtractedSource, w: Float32Array): (Sound | Words)[] {
  const heard = text === undefined ? {} : { note: text };
  const question: (Sound | Words)[] = clip
    ? [{ title: `Asked by example: ${title}`, channels: [clip], ownLevel: true, ...heard }]
    : text === undefined
      ? []
      : [{ title: `Asked in words: ${title}`, words: text }];
  const scores = truth ? { note: scoreText(w, estimate, truth) } : {};
  const answer: Sound = { title: `Extracted: ${title}`, channels: [estimate], ...scores };
  return [...question, answer, ...(truth ? [{ title: `Truth: ${title}`, channels: [truth] }] : [])];
}

/** Scores are left out of silence and of what is not finite. */
function scoreText(w: Float32Array, estimate: Float32Array, truth: Float32Array): string {
  const before = siSdrOf(w, truth);
  const after = siSdrOf(estimate, truth);
  if (!truth.some((value) => value !== 0)) return 'The truth is silence.';
  if (!Number.isFinite(after)) return 'The estimate is not finite.';
  return `SI-SDR ${fixed(after, 1)} dB, mixture ${fixed(before, 1)} dB (${signed(after - before, 1)})`;
}

/** Two cardioids of first-order ambisonics (SN3D: W ± Y) at the left and the right; otherwise the channels as they are. */
export function heardChannels(mixture: readonly Float32Array[]): Float32Array[] {
  const [w, y] = mixture;
  if (mixture.length < 4 || !w || !y) return mixture.slice(0, 2);
  return [w.map((value, n) => (value + y[n]!) / 2), w.map((value, n) => (value - y[n]!) / 2)];
}
