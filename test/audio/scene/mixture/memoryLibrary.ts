import type { ClipEntry, ClipLibrary } from '../../../../src/audio/library/clipLibrary.ts';
import { RandomStream } from '../../../../src/audio/scene/random.ts';

/** Noise bursts of so many labels, `clips` of each, whose lengths differ. */
export function memoryLibrary({ labels = 8, clips = 3, seconds = 1, rate = 8000 } = {}): ClipLibrary {
  const signals = new Map<string, Float32Array>();
  const entries: ClipEntry[] = [];
  for (let label = 0; label < labels; label++) {
    for (let clip = 0; clip < clips; clip++) {
      const random = new RandomStream(label, clip);
      const id = `${label}/${clip}`;
      const length = Math.round(seconds * rate * (1 + clip / clips));
      signals.set(
        id,
        new Float32Array(length).map(() => 0.1 * (label + 1) * random.uniform(-1, 1)),
      );
      entries.push({ id, label: `label ${label}`, captions: [`sound ${label}`, `noise ${label}`] });
    }
  }
  return {
    clips: entries,
    async load({ id }, sampleRate) {
      if (sampleRate !== rate) throw new RangeError(`memory library: only ${rate} Hz, got ${sampleRate}`);
      return signals.get(id)!.slice();
    },
  };
}
