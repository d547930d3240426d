import type { MeasuredRoom } from './measuredRoom.ts';
import { type ResponseFolderOptions, readResponseFolder } from './responseFolder.ts';
import { readSofa } from './sofa.ts';

/** Reads the room at a path: a SOFA file by its name's ending, else a folder of WAV files. See `readSofa` and `readResponseFolder`. */
export function readMeasuredRoom(path: string, options: ResponseFolderOptions = {}): Promise<MeasuredRoom> {
  const { ambisonics } = options;
  if (path.toLowerCase().endsWith('.sofa')) return readSofa(path, ambisonics ? { ambisonics } : {});
  return readResponseFolder(path, options);
}
