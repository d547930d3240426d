import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectRank, expectShape, formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { gemm } from '../matmul/gemm.ts';
import { turned } from '../matmul/rows.ts';
import { fold } from '../reduce/fold.ts';
import { lanesFor } from '../reduce/lanes.ts';
import { sumFold } from '../reduce/sum.ts';
import { infoNceColumns, infoNceGradDots, infoNceRows, infoNceTerms } from './infoNceKernels.ts';

/**
 * Symmetric contrastive loss of a batch of pairs. van den Oord et al. 2018, https://arxiv.org/abs/1807.03748; as in
 * Radford et al. 2021, https://arxiv.org/abs/2103.00020
 *
 *   logits = exp(logScale) · audio · textᵀ
 *   loss = ½ (mean of -log softmax(row i)[i] + mean of -log softmax(column i)[i])
 *
 * audio and text [n, d], taken as they are: normalize them first for cosines. logScale [] or [1]. → a scalar. f32.
 *
 * The n × n logits exist a panel of rows at a time, in both directions. Between them three numbers per pair are kept: its
 * logit, and how far the two log-sum-exps lie above it. Measured so, logits of ±100 cost a loss near 0 no digits.
 *
 * @throws ShapeError when audio and text differ in shape, there is no pair, or logScale is not a single number.
 */
export function infoNce(audio: Tensor, text: Tensor, logScale: Tensor): Tensor {
  return infoNceOp([audio, text, logScale], {});
}

const infoNceOp = /* @__PURE__ */ defineOp({
  name: 'infoNce',
  inputs: ['audio', 'text', 'logScale'],
  shape([audio, text, logScale]: readonly [Shape, Shape, Shape], _: Record<never, never>) {
    expectRank('infoNce', 'audio', audio, 2, '[n, d]');
    if (audio[0] === 0) throw new ShapeError('infoNce: audio and text must be at least one pair, got none');
    expectShape('infoNce', { text }, audio);
    if (sizeOf(logScale) !== 1) {
      throw new ShapeError(`infoNce: logScale must be a single number, [] or [1], got ${formatShape(logScale)}`);
    }
    return [];
  },
  forward([audio, text, logScale]: readonly [audio: Tensor, text: Tensor, logScale: Tensor], _) {
    const n = audio.shape[0]!;
    const rowTerms = audio.derive([n]);
    const diagonal = audio.derive([n]);
    // The pair of each column over the panels so far.
    const columns = audio.derive([n, 2]);
    forEachPanel(audio, text, (dots, start) => {
      const sizes = { rows: dots.shape[0]!, n, start };
      const constants = { LANES: lanesFor(audio.device, 'infoNce.rows', n) };
      infoNceRows({ dots, logScale }, { terms: rowTerms, diagonal }, sizes, constants);
      infoNceColumns({ dots, logScale }, { columns }, sizes);
    });
    const columnTerms = audio.derive([n]);
    const terms = audio.derive([n]);
    infoNceTerms({ rowTerms, diagonal, columns, logScale }, { columnTerms, terms }, { n });
    const y = fold(sumFold, { x: terms, dims: [0], scale: 0.5 / n });
    return { y, saved: { audio, text, logScale, rowTerms, columnTerms, diagonal } };
  },
  // With P the softmax over rows and Q that over columns, s = exp(logScale), l the logits:
  //   G = dy · (P + Q - 2 I) / 2n      daudio = s G · text      dtext = s Gᵀ · audio      dlogScale = Σ G · l
  backward(dy, { audio, text, logScale, rowTerms, columnTerms, diagonal }, _, [needsAudio, needsText, needsScale]) {
    const n = audio.shape[0]!;
    const daudio = needsAudio ? audio.derive(audio.shape) : null;
    let dtext: Tensor | null = null;
    const shares = needsScale ? audio.derive([n]) : null;
    forEachPanel(audio, text, (dots, start) => {
      const rows = dots.shape[0]!;
      infoNceGradDots(
        { rowTerms, columnTerms, diagonal, logScale, dy },
        { dots, shares },
        { rows, n, start },
        { LANES: lanesFor(audio.device, 'infoNce.gradDots', n) },
      );
      if (daudio) gemm(dots, text, rowsFrom(daudio, start, rows));
      if (needsText) {
        // The sum over panels goes through the bias, from one buffer to the next.
        const next = text.derive(text.shape);
        gemm(turned(dots), rowsFrom(audio, start, rows), next, { bias: dtext });
        dtext?.dispose();
        dtext = next;
      }
    });
    return [daudio, dtext, shares && fold(sumFold, { x: shares, dims: [0] }).view(logScale.shape)];
  },
});

const PANEL = 262_144; // products that exist at a time: 1 MiB, which stays in a processor's cache
const LEAST_ROWS = 32; // of a panel, so that products with it still reuse what they load

/** Calls `use` with the products of a few rows of `audio` with all of `text`, again and again in the same memory. */
function forEachPanel(audio: Tensor, text: Tensor, use: (dots: Tensor, start: number) => void): void {
  const n = audio.shape[0]!;
  const most = Math.min(n, Math.max(LEAST_ROWS, Math.floor(PANEL / n)));
  const memory = audio.derive([most, n]);
  for (let start = 0; start < n; start += most) {
    const rows = Math.min(most, n - start);
    const dots = memory.view([rows, n]);
    gemm(rowsFrom(audio, start, rows), turned(text), dots);
    use(dots, start);
  }
}

function rowsFrom(x: Tensor, start: number, rows: number): Tensor {
  return x.view([rows, x.shape[1]!], x.strides, x.offset + start * x.strides[0]!);
}

export function infoNceReference([audio, text, logScale]: readonly [Nd, Nd, Nd]): Nd {
  const [n, d] = audio.shape as readonly [number, number];
  const scale = Math.exp(logScale.data[0]!);
  const logits = nd([n, n], (_, [i, j]) => {
    let dot = 0;
    for (let k = 0; k < d; k++) dot += audio.data[i! * d + k]! * text.data[j! * d + k]!;
    return scale * dot;
  }).data;
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const own = logits[i * n + i]!;
    const row = logits.subarray(i * n, (i + 1) * n);
    const column = logits.filter((_, at) => at % n === i);
    for (const others of [row, column]) {
      const largest = others.reduce((a, b) => Math.max(a, b));
      loss += largest - own + Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    }
  }
  return nd([], () => loss / (2 * n));
}
