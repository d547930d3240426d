import type { BenchCase } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';
import { activationCases } from './activation.ts';
import { attentionCases } from './attention.ts';
import { bandCases } from './bands.ts';
import { complexCases } from './complex.ts';
import { convolutionCases } from './convolution.ts';
import { elementwiseCases } from './elementwise.ts';
import { fourierCases } from './fourier.ts';
import { indexingCases } from './indexing.ts';
import { lossCases } from './loss.ts';
import { matmulCases } from './matmul.ts';
import { normCases } from './norm.ts';
import { optimizerCases } from './optimizer.ts';
import { poolingCases } from './pooling.ts';
import { randomCases } from './random.ts';
import { recurrentCases } from './recurrent.ts';
import { reduceCases } from './reduce.ts';
import { resampleCases } from './resample.ts';
import { softmaxCases } from './softmax.ts';

const FAMILIES = [
  matmulCases,
  bandCases,
  attentionCases,
  softmaxCases,
  normCases,
  activationCases,
  elementwiseCases,
  reduceCases,
  lossCases,
  optimizerCases,
  randomCases,
  recurrentCases,
  fourierCases,
  resampleCases,
  complexCases,
  convolutionCases,
  poolingCases,
  indexingCases,
];

/** Every case at the given shapes, family by family. */
export function allCases(shapes: ModelShapes): BenchCase[] {
  return FAMILIES.flatMap((cases) => cases(shapes));
}
