import { RealFft } from '../fourier/realFft.ts';

export interface PowerSpectrogram {
  /** The powers of all bins, column by column. */
  columns: Float32Array[];
  /** Distance of two bins in Hz; bin 0 is 0 Hz. */
  binHz: number;
}

/**
 * The power over frequency in `columnCount` equal stretches of a signal, for looking at. Hann windows of about 50 ms, zero-padded
 * to twice their length so that neighboring bins join smoothly; where a stretch is longer than that, the windows in it (half
 * overlapping) are averaged, so that no sample goes unseen.
 */
export function powerSpectrogram(signal: Float32Array, sampleRate: number, columnCount: number): PowerSpectrogram {
  const windowLength = Math.max(16, 2 ** Math.round(Math.log2(0.05 * sampleRate)));
  const fft = new RealFft(2 * windowLength);
  const window = Float64Array.from(
    { length: windowLength },
    (_, n) => Math.sin((Math.PI * (n + 0.5)) / windowLength) ** 2,
  );
  const windowed = new Float64Array(windowLength);
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];

  const stretch = signal.length / columnCount;
  const perColumn = Math.max(1, Math.ceil(stretch / (windowLength / 2)));
  const columns = Array.from({ length: columnCount }, (_, column) => {
    const power = new Float32Array(windowLength + 1);
    for (let part = 0; part < perColumn; part++) {
      const center = (column + (part + 0.5) / perColumn) * stretch;
      const start = Math.round(center - windowLength / 2);
      for (let n = 0; n < windowLength; n++) windowed[n] = window[n]! * (signal[start + n] ?? 0);
      fft.forward(windowed, re, im);
      for (let k = 0; k <= windowLength; k++) power[k] = power[k]! + (re[k]! ** 2 + im[k]! ** 2) / perColumn;
    }
    return power;
  });
  return { columns, binHz: sampleRate / fft.size };
}
