import { beforeAll, expect, test } from 'vitest';
import { type MelOptions, melFilterBankMatrix } from '../../../src/kernels/fourier/melFilterBank.ts';
import { type MelSpectrogramOptions, melSpectrogram } from '../../../src/kernels/fourier/melSpectrogram.ts';
import { type PowerToDbOptions, powerToDb } from '../../../src/kernels/fourier/powerToDb.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});
testFixtures<MelSpectrogramOptions>('melSpectrogram', ({ x }, options) => melSpectrogram(x!, options));
testFixtures<MelOptions>('melFilterBank', (_, options) => tensor(melFilterBankMatrix(options), { shape: [options.nMels, options.nFft / 2 + 1] }));
testFixtures<PowerToDbOptions>('powerToDb', ({ x }, options) => powerToDb(x!, options));
