import type { Listing } from '../fileLibrary.ts';
import { openTree, stemOf } from '../fileTree.ts';
import type { EarsConfig, Split } from '../libraryConfig.ts';

const layout = 'there should be folders p001 to p107';

export const earsStyles = [
  'emo',
  'freeform',
  'interjection',
  'melodic',
  'nonverbal',
  'rainbow',
  'sentences',
  'vegetative',
];

export async function listEars(config: EarsConfig): Promise<Listing> {
  const { path, split = 'train', styles = ['emo', 'freeform', 'rainbow', 'sentences'] } = config;
  const tree = await openTree('ears', path);
  const speakers = (await tree.folders()).filter((name) => /^p\d{3}$/.test(name) && splitOf(name) === split);
  const files = (await Promise.all(speakers.map((speaker) => tree.audioFiles(speaker)))).flat();
  const clips = files
    .filter((file) => styles.includes(stemOf(file).split('_')[0]!))
    .map((file) => ({ id: file, file, labels: ['Speech'], captions: [captionOf(stemOf(file))] }));
  return { tree, clips, files, problems: [], layout };
}

// The benchmark of the paper, https://github.com/sp-uhh/ears_benchmark
function splitOf(speaker: string): Split {
  const number = Number(speaker.slice(1));
  return number >= 102 ? 'test' : number >= 100 ? 'valid' : 'train';
}

const manners = new Map([
  ['fast', 'a person reads quickly'],
  ['highpitch', 'a person reads in a high voice'],
  ['loud', 'a person reads in a loud voice'],
  ['lowpitch', 'a person reads in a low voice'],
  ['regular', 'a person reads in an ordinary voice'],
  ['slow', 'a person reads slowly'],
  ['whisper', 'a person reads in a whisper'],
]);

// As the data set spells them, and as they are spelled.
const spellings = new Map([
  ['embarassment', 'embarrassment'],
  ['extasy', 'ecstasy'],
]);

/** `emo_anger_sentences`, `rainbow_03_whisper` and `freeform_speech_01` say how the speech sounds. */
function captionOf(stem: string): string {
  const words = stem.split('_');
  if (words[0] === 'emo' && words[1]) {
    const emotion = spellings.get(words[1]) ?? words[1];
    return `a person speaks ${emotion === 'neutral' ? 'without emotion' : `with ${emotion}`}`;
  }
  if (words[0] === 'freeform') return 'a person speaks freely';
  const said = words
    .slice(1)
    .filter((word) => !/^\d+$/.test(word))
    .join(' ');
  if (words[0] === 'vegetative') return said === '' ? 'a person makes a sound' : `a person makes a sound: ${said}`;
  if (words[0] === 'nonverbal')
    return said === '' ? 'a person makes a sound without words' : `a person makes a sound: ${said}`;
  if (words[0] === 'interjection') return 'a person says a single word';
  if (words[0] === 'melodic') return 'a person sings';
  return manners.get(words.at(-1)!) ?? 'a person speaks';
}
