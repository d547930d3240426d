import { type ClipLibrary, openLibrary } from '../../src/audio/library/clipLibrary.ts';
import { MixtureCache } from '../../src/audio/scene/mixture/mixtureCache.ts';
import { mixtureConfig } from '../../src/audio/scene/mixture/mixtureConfig.ts';
import type { RecordedEvent } from '../../src/audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../src/audio/scene/mixture/planMixture.ts';
import type { RecordedRoom } from '../../src/audio/scene/mixture/recordedRoom.ts';
import { renderMixture } from '../../src/audio/scene/mixture/renderMixture.ts';

export interface DemoSource {
  readonly label: string;
  readonly caption: string;
  /** Another recording of the same kind of sound. */
  readonly clip: Float32Array;
  /** Its direct path and early reflections in W: what should come out. */
  readonly truth: Float32Array;
}

export interface DemoScene {
  /** First-order ambisonics: W, Y, Z, X. */
  readonly mixture: readonly Float32Array[];
  readonly sources: readonly DemoSource[];
  readonly room: string;
}

export const QUERY_SECONDS = 2;

/** Rooms and recordings that training has not seen: the `test` split of the sound library, and another seed. */
export async function makeScenes(
  count: number,
  seed: number,
  sampleRate: number,
  seconds: number,
): Promise<DemoScene[]> {
  const library = await openLibrary({ kind: 'procedural', clipsPerClass: 4, seconds: 5, split: 'test' });
  const config = mixtureConfig({
    sampleRate,
    seconds,
    eventCount: [3, 3],
    interfererCount: [0, 0],
    eventSnr: [14, 18],
    fullLength: true,
    leastAngle: 30,
    room: { kind: 'simulated', decayTime: [0.2, 0.4], bank: null },
  });
  const cache = new MixtureCache();
  const scenes: DemoScene[] = [];
  for (let index = 0; index < count; index++) {
    const record = await planMixture(config, library, seed, index, { cache });
    const { mixture, targets } = await renderMixture(record, library, { cache });
    const sources: DemoSource[] = [];
    for (const [i, event] of record.events.entries()) {
      const clip = await anotherClip(library, event, sampleRate);
      sources.push({ label: event.label, caption: event.caption, clip, truth: targets[i]! });
    }
    scenes.push({ mixture, sources, room: describeRoom(record.room) });
  }
  return scenes;
}

async function anotherClip(library: ClipLibrary, { label, clip }: RecordedEvent, sampleRate: number) {
  const other = library.clips.find((entry) => entry.label === label && entry.id !== clip)!;
  return (await library.load(other, sampleRate)).subarray(0, QUERY_SECONDS * sampleRate);
}

function describeRoom(room: RecordedRoom): string {
  if (room.kind !== 'simulated') return '';
  const size = room.size.map((meters) => meters.toFixed(1)).join(' × ');
  return `A room of ${size} m where sound falls by 60 dB in ${room.decayTime.toFixed(2)} s`;
}
