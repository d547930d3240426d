import { blank } from './create.ts';
import { float32ToFloat16 } from './engine/float16.ts';
import { upload } from './engine/upload.ts';
import type { FileLike } from './files/byteSource.ts';
import { type EngineArray, type HostArray, toEngine } from './files/hostArray.ts';
import { readNpz, writeNpz } from './files/npz.ts';
import { readSafetensors, writeSafetensors } from './files/safetensors.ts';
import type { Tensor } from './tensor.ts';

type Entries = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/**
 * Reads every tensor of a safetensors file (or of the files a `.index.json` names) onto the default device. bf16 and f64
 * become f32, 8- and 16-bit integers i32, 64-bit integers i32 or u32 where their values fit.
 *
 * @throws SafetensorsError naming file, tensor and field; RangeError naming a 64-bit value that does not fit.
 */
export async function loadSafetensors(source: FileLike): Promise<Map<string, Tensor>> {
  return toTensors(await readSafetensors(source));
}

/** Writes tensors to a safetensors file; an existing file stays until the new one is whole. */
export async function saveSafetensors(
  path: string | URL,
  tensors: Entries,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeSafetensors(path, await toHost(tensors), metadata);
}

/**
 * Reads every array of a NumPy `.npz` archive onto the default device; dtypes as in `loadSafetensors`.
 *
 * @throws NpzError naming file, array and field; RangeError naming a 64-bit value that does not fit.
 */
export async function loadNpz(source: FileLike): Promise<Map<string, Tensor>> {
  return toTensors(await readNpz(source));
}

/** Writes tensors to a NumPy `.npz` archive; an existing file stays until the new one is whole. */
export async function saveNpz(
  path: string | URL,
  tensors: Entries,
  options: { readonly compress?: boolean } = {},
): Promise<void> {
  await writeNpz(path, await toHost(tensors), options);
}

function toTensors(arrays: ReadonlyMap<string, HostArray>): Map<string, Tensor> {
  const made = new Map<string, Tensor>();
  try {
    for (const [name, array] of arrays) made.set(name, fromHost(toEngine(array, name), array.shape));
  } catch (error) {
    for (const tensor of made.values()) tensor.dispose(); // one that does not fit: nothing stays behind
    throw error;
  }
  return made;
}

/** Uploads the stored bits as they are: an f16 tensor keeps its values exactly. */
export function fromHost({ dtype, data }: EngineArray, shape: readonly number[]): Tensor {
  const out = blank(shape, dtype);
  upload(out, dtype === 'bool' ? Uint32Array.from(data) : data);
  return out;
}

async function toHost(tensors: Entries): Promise<[string, HostArray][]> {
  const entries = (tensors instanceof Map ? [...tensors] : Object.entries(tensors)) as [string, Tensor][];
  const reads = entries.map(async ([name, tensor]): Promise<[string, HostArray]> => {
    const values = await tensor.data();
    const data = tensor.dtype === 'f16' ? float32ToFloat16(values as Float32Array) : values;
    return [name, { dtype: tensor.dtype, shape: tensor.shape, data }];
  });
  return Promise.all(reads);
}
