import { writeFileAtomic } from './atomicFile.ts';
import type { FileLike } from './byteSource.ts';
import { bytesOfData, type HostArray } from './hostArray.ts';
import { joinBytes } from './joinBytes.ts';
import { openSafetensorsFile, type SafetensorsFile } from './safetensorsFile.ts';
import { layOutSafetensors } from './safetensorsHeader.ts';
import { openSafetensorsIndex } from './safetensorsIndex.ts';

/**
 * Opens a safetensors file and reads its header only; tensors are read one by one, when asked for. A path that ends in
 * `.index.json` opens the sharded file it describes.
 *
 * @throws SafetensorsError when the file breaks the format; FileError when it cannot be opened.
 */
export async function openSafetensors(source: FileLike): Promise<SafetensorsFile> {
  const isPath = typeof source === 'string' || source instanceof URL;
  return isPath && String(source).endsWith('.index.json') ? openSafetensorsIndex(source) : openSafetensorsFile(source);
}

/** All tensors of a safetensors file, or of a sharded one by its index, in the order of their bytes. Throws as `openSafetensors`. */
export async function readSafetensors(source: FileLike): Promise<Map<string, HostArray>> {
  const file = await openSafetensors(source);
  try {
    const arrays = new Map<string, HostArray>();
    for (const name of file.names) arrays.set(name, await file.read(name));
    return arrays;
  } finally {
    await file.close();
  }
}

/**
 * The bytes of a safetensors file.
 *
 * @throws SafetensorsError for repeated or reserved names, and for data that does not match its shape or type.
 */
export function encodeSafetensors(
  entries: Iterable<readonly [string, HostArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return joinBytes(safetensorsPieces(entries, metadata, '<bytes>'));
}

/**
 * Writes a safetensors file tensor by tensor. Until it is whole, an older file of that name stays as it was.
 *
 * @throws SafetensorsError as `encodeSafetensors`, before anything is written; FileError when writing fails.
 */
export async function writeSafetensors(
  path: string | URL,
  entries: Iterable<readonly [string, HostArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, safetensorsPieces(entries, metadata, String(path)));
}

function safetensorsPieces(
  entries: Iterable<readonly [string, HostArray]>,
  metadata: Readonly<Record<string, string>>,
  file: string,
): Uint8Array[] {
  const { header, arrays } = layOutSafetensors(entries, metadata, file);
  return [header, ...arrays.map(({ data }) => bytesOfData(data))];
}
