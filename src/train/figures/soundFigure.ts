import { type FrequencyAxis, frequencyAxis, linearTicks } from '../../audio/picture/axes.ts';
import { levelColor } from '../../audio/picture/colorMap.ts';
import { encodePng } from '../../audio/picture/png.ts';
import { type PowerSpectrogram, powerSpectrogram } from '../../audio/picture/powerSpectrogram.ts';
import { Raster } from '../../audio/picture/raster.ts';
import { drawPixels, peakOf } from '../../audio/picture/spectrogramPixels.ts';
import { encodeWav } from '../../audio/wav/writeWav.ts';
import { dataUri } from './dataUri.ts';
import { element, escapeText, short } from './markup.ts';

/** Something to look at and to listen to. */
export interface Sound {
  readonly title: string;
  /** A line below the title, such as a caption or a score. */
  readonly note?: string;
  /** One or two channels to be played; the spectrogram shows the first, or `shown`. Values that are not finite are played as 0. */
  readonly channels: readonly Float32Array[];
  readonly shown?: Float32Array;
  /** Shown and played at its own level instead of that of the row, as a query of any loudness must be. */
  readonly ownLevel?: boolean;
}

/** A sentence in the place of a sound: what was asked for in words. */
export interface Words {
  readonly title: string;
  readonly words: string;
}

export interface SoundRowOptions {
  readonly sampleRate: number; // Hz
  /** The level that is shown as darkest, relative to the loudest point of the row. Default -80. */
  readonly floorDb?: number;
  readonly frequencyScale?: 'log' | 'linear';
  /** Of a spectrogram, in pixels. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Rows of sounds side by side, each a spectrogram over a player. Time, color and loudness are shared by all rows, so that they can
 * be compared; only what has `ownLevel` stands by itself. Players hold 16-bit WAVs, their common gain such that the loudest sample
 * is 0.9.
 *
 * @throws RangeError for a sound without samples.
 */
export function soundRows(rows: readonly (readonly (Sound | Words)[])[], options: SoundRowOptions): string {
  const { sampleRate, floorDb = -80, frequencyScale = 'log', width = 360, height = 180 } = options;
  const clean = rows
    .flat()
    .filter((cell) => 'channels' in cell)
    .map(playable);
  const shared = clean.filter(({ ownLevel }) => !ownLevel);
  const plot = { left: 40, top: 6, width: width - 40 - 6, height: height - 6 - 22 };
  const longest = Math.max(1, ...shared.map(lengthOf));
  const drawn = clean.map((sound) => {
    const length = sound.ownLevel ? lengthOf(sound) : longest;
    const columns = Math.max(1, Math.round((lengthOf(sound) / length) * plot.width));
    return { sound, length, spectrogram: powerSpectrogram(sound.shown, sampleRate, columns) };
  });
  const loudest = Math.max(
    0,
    ...drawn.filter(({ sound }) => !sound.ownLevel).map(({ spectrogram }) => peakOf(spectrogram)),
  );
  const loudestSample = peakSample(shared);
  const axis = frequencyAxis(frequencyScale, sampleRate);
  const figures = drawn.map(({ sound, length, spectrogram }) => {
    const range = { axis, floorDb, loudest: sound.ownLevel ? peakOf(spectrogram) : loudest };
    const raster = new Raster(spectrogram.columns.length, plot.height, levelColor(0));
    drawPixels(raster, { left: 0, top: 0, height: plot.height }, spectrogram, range);
    const picture = dataUri('image/png', encodePng(raster.pixels, raster.width, raster.height));
    const gain = 0.9 / (sound.ownLevel ? peakSample([sound]) : loudestSample);
    return soundFigure(sound, {
      picture: spectrogramSvg(picture, { plot, width, height, axis, spectrogram, seconds: length / sampleRate }),
      audio: player(sound, gain, sampleRate),
      share: lengthOf(sound) / length,
    });
  });
  const cell = (content: Sound | Words) => ('channels' in content ? figures.shift()! : wordsFigure(content));
  const columns = Math.max(1, ...rows.map(({ length }) => length));
  const grid = { class: 'sounds', style: `--columns: ${columns}` };
  return rows.map((row) => element('div', grid, ...row.map(cell))).join('');
}

function wordsFigure({ title, words }: Words): string {
  const caption = element('figcaption', {}, element('b', {}, escapeText(title)));
  return element('figure', { class: 'words-cell' }, caption, element('blockquote', {}, escapeText(`“${words}”`)));
}

interface PlayableSound extends Sound {
  readonly shown: Float32Array;
}

function playable(sound: Sound): PlayableSound {
  const channels = sound.channels.map(finite);
  const first = channels[0];
  if (!first || first.length === 0) throw new RangeError(`soundRows: ${sound.title}: the sound has no samples`);
  return { ...sound, channels, shown: sound.shown ? finite(sound.shown) : first };
}

function finite(signal: Float32Array): Float32Array {
  return signal.every(Number.isFinite) ? signal : signal.map((value) => (Number.isFinite(value) ? value : 0));
}

function lengthOf({ channels }: Sound): number {
  return channels[0]!.length;
}

/** Never 0. */
function peakSample(sounds: readonly Sound[]): number {
  let peak = 1e-6;
  for (const { channels } of sounds) {
    for (const channel of channels) for (const value of channel) peak = Math.max(peak, Math.abs(value));
  }
  return peak;
}

function player({ title, channels }: Sound, gain: number, sampleRate: number): string {
  const loud = channels.slice(0, 2).map((channel) => channel.map((value) => gain * value));
  const wav = encodeWav(loud, { sampleRate, encoding: 'pcm', bits: 16 });
  return element('audio', {
    controls: '',
    preload: 'metadata',
    'aria-label': title,
    src: dataUri('audio/wav', wav),
  });
}

function soundFigure(
  { title, note }: Sound,
  { picture, audio, share }: { readonly picture: string; readonly audio: string; readonly share: number },
): string {
  const caption = element(
    'figcaption',
    {},
    element('b', {}, escapeText(title)),
    note === undefined ? '' : element('span', { class: 'note' }, escapeText(note)),
  );
  return element('figure', { class: 'sound', 'data-share': short(share) }, caption, picture, audio);
}

interface SpectrogramFrame {
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly width: number;
  readonly height: number;
  readonly axis: FrequencyAxis;
  readonly spectrogram: PowerSpectrogram;
  readonly seconds: number;
}

const MARKED_HZ = [0, 100, 300, 1000, 3000, 10_000];
const MARKED_LINEAR_HZ = Array.from({ length: 24 }, (_, i) => 2000 * i);

function spectrogramSvg(
  picture: string,
  { plot, width, height, axis, spectrogram, seconds }: SpectrogramFrame,
): string {
  const bottom = plot.top + plot.height;
  const marked = axis.from === 0 ? MARKED_LINEAR_HZ : MARKED_HZ;
  const frequencies = marked
    .filter((hz) => hz >= axis.from && hz < 0.97 * axis.to)
    .map((hz) => {
      const y = plot.top + (1 - axis.position(hz)) * plot.height;
      const label = hz >= 1000 ? `${hz / 1000}k` : String(hz);
      return (
        element('path', { class: 'axis', d: `M${plot.left - 4} ${short(y)}h4` }) +
        element('text', { class: 'tick', x: plot.left - 7, y: y + 4, 'text-anchor': 'end' }, label)
      );
    });
  const ticks = linearTicks(0, seconds, Math.max(2, Math.floor(plot.width / 55)));
  const times = ticks.map(({ value, label }, i) => {
    const x = plot.left + (value / seconds) * plot.width;
    const last = i === ticks.length - 1;
    return (
      element('path', { class: 'axis', d: `M${short(x)} ${bottom}v4` }) +
      element(
        'text',
        { class: 'tick', x: Math.min(x, plot.left + plot.width - 8), y: bottom + 16, 'text-anchor': 'middle' },
        last ? `${label} s` : label,
      )
    );
  });
  const unit = { class: 'tick', x: plot.left - 16, y: bottom + 16, 'text-anchor': 'end' };
  const image = element('image', {
    href: picture,
    x: plot.left,
    y: plot.top,
    width: spectrogram.columns.length,
    height: plot.height,
    preserveAspectRatio: 'none',
  });
  const playhead = element('path', { class: 'playhead', d: `M${plot.left} ${plot.top}v${plot.height}` });
  return element(
    'svg',
    {
      class: 'chart spectrogram',
      viewBox: `0 0 ${width} ${height}`,
      'data-left': plot.left,
      'data-width': plot.width,
      role: 'img',
      'aria-label': 'spectrogram: frequency in Hz over time in seconds',
    },
    image,
    ...frequencies,
    ...times,
    element('text', unit, 'Hz'),
    playhead,
  );
}

/** What the colors of spectrograms mean. */
export function levelLegend(floorDb = -80): string {
  const stops = Array.from({ length: 9 }, (_, i) =>
    element('stop', { offset: `${(100 * i) / 8}%`, 'stop-color': `rgb(${levelColor(i / 8).join(' ')})` }),
  );
  const gradient = element('linearGradient', { id: 'levels' }, ...stops);
  const bar = element('rect', { x: 52, y: 4, width: 120, height: 10, rx: 2, fill: 'url(#levels)' });
  const low = element('text', { class: 'tick', x: 46, y: 13, 'text-anchor': 'end' }, `−${-floorDb} dB`);
  const high = element('text', { class: 'tick', x: 178, y: 13 }, '0 dB, the loudest point of the scene');
  return element(
    'svg',
    { class: 'chart levels', viewBox: '0 0 400 18', width: 400, height: 18 },
    gradient,
    bar,
    low,
    high,
  );
}

export const SOUND_STYLE = `.sounds { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, max(260px, (100% - (var(--columns) - 1) * 18px) / var(--columns))), 1fr)); gap: 12px 18px; margin: 8px 0 22px; }
.sound { margin: 0; display: flex; flex-direction: column; max-width: 520px; }
.words-cell { margin: 0; }
.words-cell blockquote { margin: 4px 0; padding: 14px 16px; border-left: 3px solid var(--c0); background: var(--panel); border-radius: 0 8px 8px 0; }
figcaption { font-size: 13px; line-height: 1.4; margin-bottom: 4px; flex: 1; }
.sound .note { display: block; color: var(--pale); font-size: 12.5px; }
.sound svg { width: 100%; height: auto; cursor: pointer; display: block; }
.sound image { image-rendering: auto; }
.sound .playhead { stroke: #fff; stroke-width: 1.5; opacity: 0; }
.sound.playing .playhead, .sound.paused .playhead { opacity: 0.9; }
.sound audio { width: 100%; height: 34px; margin-top: 4px; }
.levels { max-width: 100%; }`;

/** Moves a line through the spectrogram with the player; a click on the spectrogram plays from there; one sound plays at a time. */
export const SOUND_SCRIPT = `for (const figure of document.querySelectorAll('.sound')) {
  const audio = figure.querySelector('audio');
  const svg = figure.querySelector('svg');
  const head = figure.querySelector('.playhead');
  const left = Number(svg.dataset.left);
  const width = Number(svg.dataset.width) * Number(figure.dataset.share);
  const move = () => {
    const share = audio.duration ? audio.currentTime / audio.duration : 0;
    head.setAttribute('transform', 'translate(' + share * width + ' 0)');
    if (!audio.paused) requestAnimationFrame(move);
  };
  audio.addEventListener('play', () => {
    for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause();
    figure.classList.add('playing');
    move();
  });
  audio.addEventListener('seeked', move);
  svg.addEventListener('click', (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width - left;
    if (!audio.duration) return;
    audio.currentTime = Math.min(Math.max(x / width, 0), 0.999) * audio.duration;
    audio.play();
  });
}`;
