import { beforeAll, describe, expect, test } from 'vitest';
import * as tympan from '../src/index.ts';
import type { Tensor } from '../src/tensor/tensor.ts';
import { opCases, testFixtures } from './setup/fixtureCase.ts';

beforeAll(async () => {
  await tympan.init();
});

const exported = tympan as unknown as Readonly<Record<string, (...args: unknown[]) => Tensor | Record<string, Tensor>>>;

/** Tensors that design section 8 puts among the options. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  scaledDotProductAttention: ['bias', 'mask'],
  axialAttention: ['gate'],
};

// Element-wise and reductions 1e-6, products, attention and convolutions 2e-5, gradients 1e-4: design section 9. Each op's
// own test is stricter where it can be; here every op is called in the one general way.
describe.each([...new Set(opCases.map(({ op }) => op))])('%s through the public entry', (op) => {
  testFixtures<Record<string, unknown>>(
    op,
    (inputs, attributes) => {
      const among = OPTIONAL[op] ?? [];
      const positional = Object.entries(inputs).flatMap(([name, input]) => (among.includes(name) ? [] : [input]));
      const options = Object.fromEntries(Object.entries(inputs).filter(([name]) => among.includes(name)));
      const result = exported[op]!(...positional, { ...attributes, ...options });
      if (op !== 'batchNorm') return result;
      return { y: result as Tensor, runningMeanAfter: inputs['runningMean']!, runningVarAfter: inputs['runningVar']! };
    },
    { tolerance: 2e-5, gradTolerance: 1e-4 },
  );
});

test('the names that outside programs rely on are exported', () => {
  const names =
    `init shutdown memory tidy keep noGrad checkpoint record manualSeed tensor zeros ones full arange rand randn Tensor
    concat stack pad gather where cast softmax logSoftmax crossEntropy gelu silu glu elu linear matmul layerNorm rmsNorm batchNorm
    groupNorm film scaledDotProductAttention axialAttention rotaryEmbedding infoNce conv1d conv2d convTranspose2d maxPool2d
    avgPool2d interpolate embedding gru stft istft melSpectrogram readWav writeWav siSdr snr bssEvalSdr Module AdamW SGD
    clipGradNorm cosineSchedule warmup Ema loadSafetensors saveSafetensors loadNpz saveNpz Bsast defineKernel defineOp`.split(
      /\s+/,
    );
  expect(names.filter((name) => !(name in tympan))).toEqual([]);
  const methods =
    `data item backward detach dispose add sub mul div pow neg abs exp log sqrt rsqrt sin cos tanh sigmoid relu clamp
    minimum maximum matmul sum mean max min variance argmax reshape permute transpose slice squeeze unsqueeze expand`.split(
      /\s+/,
    );
  expect(methods.filter((name) => !(name in tympan.Tensor.prototype))).toEqual([]);
});
