import { readWav, type WavAudio } from '../audio/wav/readWav.ts';
import { writeWav } from '../audio/wav/writeWav.ts';
import { loadClipSeparator } from '../models/clipSeparatorFile.ts';
import { tensor } from '../tensor/create.ts';
import { init, shutdown } from '../tensor/engine/device/init.ts';
import { noGrad } from '../tensor/engine/tape.ts';

export interface SeparateOptions {
  readonly query: string;
  readonly model: string;
  readonly out: string;
}

/** `tympan separate`: extracts from a recording the source that sounds like the query clip. */
export async function separate(mixturePath: string, { query, model: modelPath, out }: SeparateOptions): Promise<void> {
  const [mixture, clip] = await Promise.all([readWav(mixturePath), readWav(query)]);
  const device = await init();
  try {
    const model = await loadClipSeparator(modelPath);
    const { channels, sampleRate } = model.config.separator;
    expectRate(mixturePath, mixture, sampleRate);
    expectRate(query, clip, sampleRate);
    if (mixture.channels.length !== channels) {
      throw new Error(
        `${mixturePath}: the model takes ${channels} channels, the recording has ${mixture.channels.length}`,
      );
    }
    const samples = mixture.channels[0]!.length;
    console.log(`${device.name}: extracting from ${(samples / sampleRate).toFixed(1)} s, ${channels} channels`);
    const input = tensor(concatenate(mixture.channels), { shape: [1, channels, samples] });
    const example = tensor(clip.channels[0]!, { shape: [1, clip.channels[0]!.length] });
    const estimate = noGrad(() => model.eval().forward(input, example));
    const values = (await estimate.data()) as Float32Array;
    for (const made of [input, example, estimate, model]) made.dispose();
    await writeWav(out, [values], { sampleRate });
    console.log(`wrote ${out}`);
  } finally {
    await shutdown();
  }
}

function expectRate(path: string, audio: WavAudio, sampleRate: number): void {
  if (audio.sampleRate !== sampleRate) {
    throw new Error(
      `${path}: the model works at ${sampleRate} Hz, the file has ${audio.sampleRate} Hz: resample it first`,
    );
  }
}

/** Channels one after the other: the row-major order of [channels, samples]. */
function concatenate(channels: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(channels.length * channels[0]!.length);
  for (const [c, channel] of channels.entries()) all.set(channel, c * channel.length);
  return all;
}
