import { complexMul } from '../../kernels/complex/complexMul.ts';
import { istft } from '../../kernels/fourier/istft.ts';
import { stft } from '../../kernels/fourier/stft.ts';
import { BandEstimator } from '../../nn/bandEstimator.ts';
import { BandSplit } from '../../nn/bandSplit.ts';
import { Film } from '../../nn/film.ts';
import { normal } from '../../nn/initialize.ts';
import { Module } from '../../nn/module.ts';
import { parameter } from '../../nn/parameter.ts';
import { RmsNorm } from '../../nn/rmsNorm.ts';
import { checkpoint } from '../../tensor/engine/checkpoint.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TriAxialBlock } from './block.ts';
import { ChannelMerge } from './channelMerge.ts';
import { type BsastConfig, type BsastMode, checkConfig } from './config.ts';

/**
 * BSAST, Band-split Spatial Audio Separation Transformer: takes a first-order ambisonics mixture and the embedding of a
 * query (a clip or a sentence) and gives the dry mono source it names.
 *
 * "Towards Multimodal Query-Based Spatial Audio Source Extraction", Yu et al. 2025, https://arxiv.org/abs/2510.13308.
 * No code or weights are published. What the paper leaves open follows its nearest relatives: attention and band
 * projections BS-RoFormer (https://arxiv.org/abs/2309.02612), the channel merge the DCASE 2025 task 4 baseline. The tensor
 * names are this library's own.
 */
export class Bsast extends Module {
  readonly config: BsastConfig;
  readonly mode: BsastMode;
  readonly bandSplit: BandSplit;
  /** [bands, dim] */
  readonly levels: Tensor | null;
  readonly film: Film | null;
  readonly films: readonly Film[];
  readonly blocks: readonly TriAxialBlock[];
  readonly norm: RmsNorm;
  readonly estimate: BandEstimator;
  readonly merge: ChannelMerge;
  /** So many of the first blocks run again in backward instead of keeping what it reads: memory for time, same gradients. */
  checkpointedBlocks = 0;

  /** @throws RangeError when a field of the config does not fit the others. */
  constructor(config: BsastConfig) {
    super();
    checkConfig(config);
    const { bands, dim, blocks, embedding, filmHidden, channels, filmGain = 'literal', filmPerBlock = false } = config;
    const film = () => new Film({ embedding, hidden: filmHidden, dim, gain: filmGain });
    this.config = config;
    this.mode = config.mode ?? 'spectrum-rescaled';
    const widths = bands.map((width) => 2 * width); // real and imaginary parts
    this.bandSplit = new BandSplit(widths, dim);
    this.levels = config.bandLevels ? parameter(normal([bands.length, dim], 0.5)) : null;
    this.film = filmPerBlock ? null : film();
    this.films = filmPerBlock ? Array.from({ length: blocks }, film) : [];
    this.blocks = Array.from({ length: blocks }, () => new TriAxialBlock(config));
    this.norm = new RmsNorm(dim, { form: 'l2' });
    this.estimate = new BandEstimator(widths, dim);
    if (this.mode === 'mask') this.estimate.startAtOne(); // training starts from the mixture, not from noise
    this.merge = new ChannelMerge(channels, config.mergeHidden);
  }

  /**
   * mixture: [batch, channels, samples] at `config.sampleRate`, query: [batch, embedding] → [batch, samples]. No level
   * normalization happens here; `separate` does that around it.
   *
   * @throws ShapeError when an input does not fit the config.
   */
  forward(mixture: Tensor, query: Tensor): Tensor {
    this.#check(mixture, query);
    const { nFft, hopLength } = this.config;
    const spectrum = stft(mixture, { nFft, hopLength }); // [batch, channels, frames, bins, 2]
    const estimated = this.estimateSpectrum(spectrum, query);
    return istft(estimated, { nFft, hopLength, length: mixture.shape[2]! });
  }

  /** spectrum: [batch, channels, frames, bins, 2], query: [batch, embedding] → [batch, frames, bins, 2] */
  estimateSpectrum(spectrum: Tensor, query: Tensor): Tensor {
    const [batch = 0, channels = 0, frames = 0, bins = 0] = spectrum.shape;
    const rows = spectrum.reshape([batch, channels, frames, 2 * bins]); // re and im interleaved per bin
    const { latent, rms } = this.bandSplit.forward(rows); // [batch, channels, frames, bands, dim], [..., bands]
    const split = this.levels ? latent.add(relativeLevel(rms).mul(this.levels)) : latent;
    let z = this.film ? this.film.forward(split, query) : split;
    this.blocks.forEach((block, i) => {
      const run = (x: Tensor, q: Tensor) => block.forward(this.films[i]?.forward(x, q) ?? x);
      z = i < this.checkpointedBlocks ? checkpoint(run, z, query) : run(z, query);
    });
    const scale = this.mode === 'spectrum-rescaled' ? rms : null;
    const values = this.estimate.forward(this.norm.forward(z), scale).reshape(spectrum.shape);
    return this.merge.forward(this.mode === 'mask' ? complexMul(values, spectrum) : values);
  }

  #check(mixture: Tensor, query: Tensor): void {
    const { channels, embedding, nFft } = this.config;
    const [batch = 0, given, samples = 0] = mixture.shape;
    if (mixture.ndim !== 3 || given !== channels) {
      throw new ShapeError(`Bsast: mixture must be [batch, ${channels}, samples], got ${formatShape(mixture.shape)}`);
    }
    if (samples <= nFft / 2) {
      throw new ShapeError(
        `Bsast: mixture must be longer than nFft / 2 = ${nFft / 2} samples for reflect padding, got ${samples}`,
      );
    }
    if (query.ndim !== 2 || query.shape[0] !== batch || query.shape[1] !== embedding) {
      throw new ShapeError(`Bsast: query must be [${batch}, ${embedding}], got ${formatShape(query.shape)}`);
    }
  }
}

/** Far below the example's own level all bands count as equally silent. */
const SILENT = 1e-3;

/**
 * The logarithm of each band's RMS over that of its example, about −2 … 2 and the same at any gain: [batch, channels, frames,
 * bands] → [..., 1].
 */
function relativeLevel(rms: Tensor): Tensor {
  const mean = rms.mul(rms).mean([1, 2, 3], { keepdim: true });
  const level = rms.mul(mean.rsqrt()).add(SILENT).log();
  return level.add(3).mul(0.5).unsqueeze(-1);
}
