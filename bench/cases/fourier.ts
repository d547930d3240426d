import { fastSize, fftConvolve } from '../../src/kernels/fourier/fftConvolve.ts';
import { irfft } from '../../src/kernels/fourier/irfft.ts';
import { istft } from '../../src/kernels/fourier/istft.ts';
import { melSpectrogram } from '../../src/kernels/fourier/melSpectrogram.ts';
import { powerToDb } from '../../src/kernels/fourier/powerToDb.ts';
import { rfft } from '../../src/kernels/fourier/rfft.ts';
import { stft } from '../../src/kernels/fourier/stft.ts';
import { type BenchCase, bytesOf, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** A real transform of n points as 2.5 n log2 n operations, half of the usual count for a complex one. */
function transformFlops(n: number, transforms: number): number {
  return 2.5 * n * Math.log2(n) * transforms;
}

export function fourierCases({ bsast, htsat }: ModelShapes): BenchCase[] {
  const { channels, samples, nFft, hopLength } = bsast;
  const frames = 1 + Math.floor(samples / hopLength);
  const signal = [channels, samples];
  const spectrum = [channels, frames, nFft / 2 + 1, 2];
  const sizes = `${nFft} / ${hopLength}`;
  const windowed = { flops: transformFlops(nFft, channels * frames), bytes: bytesOf(signal, spectrum) };
  const framed = [channels * frames, nFft];
  const single = { flops: transformFlops(nFft, channels * frames), bytes: bytesOf(framed, spectrum) };
  const mel = [1, htsat.frames, htsat.mels];
  const room = [channels, 32_000]; // one second at 32 kHz
  const heard = [channels, samples + 31_999];
  const convolved = fastSize(samples + 31_999);
  // One transform of the signal, and for each channel one of the response, a product and one back.
  const convolution = {
    flops: transformFlops(convolved, 1 + 2 * channels) + 3 * convolved * channels,
    bytes: bytesOf([samples], room, heard),
  };
  return [
    ...operation({
      name: 'stft',
      shape: `${textOf(signal)}, ${sizes}`,
      forward: windowed,
      backward: windowed,
      make: (inputs) => {
        const x = inputs.randn(signal);
        return () => stft(x, { nFft, hopLength });
      },
    }),
    ...operation({
      name: 'istft',
      shape: `${textOf(spectrum)}, ${sizes}`,
      forward: windowed,
      backward: windowed,
      make: (inputs) => {
        const spec = inputs.randn(spectrum);
        return () => istft(spec, { nFft, hopLength, length: samples });
      },
    }),
    ...operation({
      name: 'rfft',
      shape: textOf(framed),
      forward: single,
      backward: single,
      make: (inputs) => {
        const x = inputs.randn(framed);
        return () => rfft(x);
      },
    }),
    ...operation({
      name: 'irfft',
      shape: textOf(spectrum),
      forward: single,
      backward: single,
      make: (inputs) => {
        const spec = inputs.randn(spectrum);
        return () => irfft(spec);
      },
    }),
    ...operation({
      name: 'fftConvolve',
      shape: `[${samples}] * ${textOf(room)}`,
      forward: convolution,
      backward: convolution,
      make: (inputs) => {
        const [x, response] = [inputs.randn([samples]), inputs.randn(room)];
        return () => fftConvolve(x, response);
      },
    }),
    // The filters overlap in pairs: two multiply-adds per bin.
    ...operation({
      name: 'melSpectrogram',
      shape: `[1, ${htsat.samples}], 1024 / 480, ${htsat.mels} mels`,
      forward: {
        flops: transformFlops(1024, htsat.frames) + htsat.frames * 513 * 7,
        bytes: bytesOf([1, htsat.samples], mel),
      },
      backward: {
        flops: transformFlops(1024, htsat.frames) + htsat.frames * 513 * 8,
        bytes: bytesOf([1, htsat.samples], [htsat.frames, 513, 2], mel),
      },
      make: (inputs) => {
        const x = inputs.randn([1, htsat.samples]);
        return () =>
          melSpectrogram(x, {
            sampleRate: 48_000,
            nFft: 1024,
            hopLength: 480,
            nMels: htsat.mels,
            fMin: 50,
            fMax: 14_000,
          });
      },
    }),
    ...operation({
      name: 'powerToDb',
      shape: textOf(mel),
      forward: passCost(mel, { flops: 3, tensors: 2 }),
      backward: passCost(mel, { flops: 3, tensors: 3 }),
      make: (inputs) => {
        const power = inputs.randn(mel, { offset: 5 });
        return () => powerToDb(power);
      },
    }),
  ];
}
