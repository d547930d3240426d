import { RandomStream } from '../scene/random.ts';
import { type SoundClass, soundClasses } from '../sounds/soundClasses.ts';
import { ClipCache } from './clipCache.ts';
import type { ClipEntry, ClipLibrary } from './clipLibrary.ts';
import { fieldProblems, oneOf, texts, wholeNumber } from './configFields.ts';
import type { ProceduralConfig } from './libraryConfig.ts';
import { LibraryError } from './libraryError.ts';

interface Recipe {
  readonly sound: SoundClass;
  readonly seed: number;
  readonly stream: number;
}

// A quarter of the 2^32 streams of a seed for each split.
const SPLIT_STREAMS = 2 ** 30;
const splits = ['train', 'valid', 'test'] as const;

/**
 * Clips made by `soundClasses` when they are asked for. The id of a clip holds all that it is made from but the length: the same id
 * gives the same bits in every process and on every machine, whichever classes and however many clips the library has. One clip is
 * the same recording at every rate from 8000 Hz: made anew, not resampled.
 */
export class ProceduralLibrary implements ClipLibrary {
  readonly clips: readonly ClipEntry[];
  readonly #seconds: number;
  readonly #recipes = new Map<string, Recipe>();
  readonly #cache: ClipCache;

  /** @throws LibraryError */
  constructor(config: ProceduralConfig) {
    const { clipsPerClass = 40, seconds = 5, seed = 1, split = 'train', cacheBytes = 2 ** 27 } = config;
    expectConfig(config);
    this.#seconds = seconds;
    this.#cache = new ClipCache(cacheBytes);
    const sounds = config.classes ? config.classes.map((name) => find(name)!) : soundClasses;
    const firstStream = splits.indexOf(split) * SPLIT_STREAMS;
    this.clips = sounds.flatMap((sound) =>
      Array.from({ length: clipsPerClass }, (_, i) => {
        const recipe = { sound, seed: (seed + hash(sound.name)) >>> 0, stream: firstStream + i };
        return this.#list(`${sound.name}/${split}-${seed}-${i}`, recipe);
      }),
    );
  }

  async load({ id }: ClipEntry, sampleRate: number): Promise<Float32Array> {
    const recipe = this.#recipes.get(id);
    if (!recipe) throw new RangeError(`load: the procedural library has no clip '${id}'`);
    const { sound, seed, stream } = recipe;
    const options = { sampleRate, seconds: this.#seconds };
    return this.#cache.get(`${id}@${sampleRate}`, () => sound.generate(new RandomStream(seed, stream), options));
  }

  #list(id: string, recipe: Recipe): ClipEntry {
    this.#recipes.set(id, recipe);
    const { caption } = recipe.sound.describe(new RandomStream(recipe.seed, recipe.stream));
    return { id, label: recipe.sound.name, captions: [caption], seconds: this.#seconds };
  }
}

function find(name: string): SoundClass | undefined {
  return soundClasses.find((sound) => sound.name === name);
}

function expectConfig(config: ProceduralConfig): void {
  const problems = fieldProblems(config, {
    classes: texts,
    clipsPerClass: wholeNumber(1, 2 ** 20),
    seconds: {
      must: 'be a number above 0 and at most 3600',
      holds: (value) => (value as number) > 0 && (value as number) <= 3600,
    },
    seed: wholeNumber(0, 2 ** 32 - 1),
    split: oneOf(...splits),
    cacheBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  });
  const names = soundClasses.map(({ name }) => name).join(', ');
  const unknown = Array.isArray(config.classes) ? config.classes.filter((name) => !find(name)) : [];
  for (const name of unknown) problems.push(`there is no class '${name}'; there are ${names}`);
  if (problems.length > 0) throw new LibraryError('procedural', problems);
}

/** A number for a name, so that two classes draw differently from the same streams. FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (const character of name) value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193);
  return value >>> 0;
}
