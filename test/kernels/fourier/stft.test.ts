import { beforeAll } from 'vitest';
import { type IstftOptions, istft } from '../../../src/kernels/fourier/istft.ts';
import { type StftOptions, stft } from '../../../src/kernels/fourier/stft.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});
testFixtures<StftOptions>('stft', ({ x }, options) => stft(x!, options), { gradTolerance: 1e-6 });
testFixtures<IstftOptions>('istft', ({ spec }, options) => istft(spec!, options), { gradTolerance: 1e-6 });
