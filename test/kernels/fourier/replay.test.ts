import { beforeAll, test } from 'vitest';
import { istft } from '../../../src/kernels/fourier/istft.ts';
import { stft } from '../../../src/kernels/fourier/stft.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { record } from '../../../src/tensor/engine/record.ts';
import { upload } from '../../../src/tensor/engine/upload.ts';
import { expectClose, generator } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

test('tables made while recording serve the replay, and outlive it', async () => {
  const options = { nFft: 36, hopLength: 9 };
  const random = generator(1);
  const signal = () => Float32Array.from({ length: 100 }, random);
  using x = tensor(signal());
  const recording = record(() => istft(stft(x, options), { ...options, length: 100 }));
  const next = signal();
  upload(x, next);
  recording.replay();
  expectClose(await recording.outputs.data(), next, 1e-6);
  recording.dispose();
  using spec = stft(x, options);
  using back = istft(spec, { ...options, length: 100 });
  expectClose(await back.data(), next, 1e-6);
});
