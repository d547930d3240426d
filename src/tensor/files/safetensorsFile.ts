import { type ByteSource, type FileLike, openSource } from './byteSource.ts';
import { dataFromBytes, type HostArray } from './hostArray.ts';
import {
  HEADER_LIMIT,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsInfo,
} from './safetensorsHeader.ts';
import { listNames, SafetensorsError } from './tensorFileErrors.ts';

/** An open safetensors file. */
export interface SafetensorsFile {
  /** For messages: the path as given, or what stands for one. */
  readonly name: string;
  /** Names of the tensors, in the order of their bytes. */
  readonly names: readonly string[];
  /** The text the writer attached, such as `{ format: 'pt' }`; empty when there is none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Type, shape and place of a tensor, without reading it. @throws SafetensorsError when there is none of that name. */
  info(name: string): SafetensorsInfo;
  /**
   * Reads one tensor. From bytes in memory the result may be a view of them.
   *
   * @throws SafetensorsError when there is none of that name, or when its type has no HostArray counterpart.
   */
  read(name: string): Promise<HostArray>;
  close(): Promise<void>;
}

/** Opens one safetensors file (not an index of several). Throws as `openSafetensors`. */
export async function openSafetensorsFile(source: FileLike): Promise<SafetensorsFile> {
  const bytes = await openSource(source);
  try {
    return safetensorsFile(bytes, await readHeader(bytes));
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

function safetensorsFile(source: ByteSource, { tensors, metadata }: SafetensorsHeader): SafetensorsFile {
  const file = source.name;

  function info(tensor: string): SafetensorsInfo {
    const found = tensors.get(tensor);
    if (found === undefined)
      throw new SafetensorsError({ file, tensor }, `not in the file, which has ${listNames(tensors.keys())}`);
    return found;
  }

  return {
    name: file,
    names: [...tensors.keys()],
    metadata,
    info,
    async read(tensor) {
      const { storedDtype, dtype, shape, offset, byteLength } = info(tensor);
      if (dtype === null) {
        throw new SafetensorsError(
          { file, tensor, field: 'dtype' },
          `${storedDtype} cannot be read: convert the file to F32 or F16`,
        );
      }
      return { dtype, shape, data: dataFromBytes(dtype, await source.read(offset, byteLength)) };
    },
    close: () => source.close(),
  };
}

async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const place = { file: source.name, field: 'header length' };
  if (source.size < 8) throw new SafetensorsError(place, `must have 8 bytes, the file has ${source.size}`);
  const prefix = await source.read(0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  // Compared before it becomes a Number, which would round it.
  if (length > BigInt(HEADER_LIMIT))
    throw new SafetensorsError(place, `must be at most ${HEADER_LIMIT} bytes, got ${length}`);
  if (length > BigInt(source.size - 8)) {
    throw new SafetensorsError(place, `must fit the file of ${source.size} bytes, got ${length}`);
  }
  return parseSafetensorsHeader(await source.read(8, Number(length)), source.size, source.name);
}
