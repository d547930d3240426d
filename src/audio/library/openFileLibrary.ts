import {
  expectFields,
  type Field,
  oneOf,
  required,
  text,
  textMap,
  texts,
  wholeNumber,
  wholeNumbers,
} from './configFields.ts';
import { listAudioCaps } from './datasets/audioCaps.ts';
import { listClotho } from './datasets/clotho.ts';
import { listDcase2025 } from './datasets/dcase2025.ts';
import { earsStyles, listEars } from './datasets/ears.ts';
import { listEsc50 } from './datasets/esc50.ts';
import { listFolder } from './datasets/folder.ts';
import { listFsd50k } from './datasets/fsd50k.ts';
import { FileLibrary, type Listing } from './fileLibrary.ts';
import type { FileLibraryConfig } from './libraryConfig.ts';

const onDisk = {
  path: required(text),
  labels: texts,
  classMap: textMap,
  missing: oneOf('refuse', 'skip'),
  cacheBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER),
};
const split = oneOf('train', 'valid', 'test');

/** @throws LibraryError */
export function openFileLibrary(config: FileLibraryConfig): Promise<FileLibrary> {
  switch (config.kind) {
    case 'folder':
      return open(config, { table: text, split: text }, listFolder);
    case 'fsd50k':
      return open(config, { split }, listFsd50k);
    case 'ears':
      return open(config, { split, styles: listOf(earsStyles) }, listEars);
    case 'esc50':
      return open(config, { folds: wholeNumbers(1, 5) }, listEsc50);
    case 'audiocaps':
      return open(config, { split }, listAudioCaps);
    case 'clotho':
      return open(config, { split }, listClotho);
    case 'dcase2025': {
      const part = oneOf('sound_event', 'interference', 'noise');
      return open(config, { part, split: oneOf('train', 'valid') }, listDcase2025);
    }
  }
}

async function open<C extends FileLibraryConfig>(
  config: C,
  fields: Readonly<Record<string, Field>>,
  list: (config: C) => Promise<Listing>,
): Promise<FileLibrary> {
  expectFields(config.kind, config, { ...onDisk, ...fields });
  return new FileLibrary(await list(config), config);
}

function listOf(choices: readonly string[]): Field {
  return {
    must: `be a list of ${choices.join(', ')}`,
    holds: (value) => texts.holds(value) && (value as string[]).every((one) => choices.includes(one)),
  };
}
