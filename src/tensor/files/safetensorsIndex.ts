import { openSource } from './byteSource.ts';
import { JsonCursor } from './jsonCursor.ts';
import { absolutePath, nodeModules } from './nodeFile.ts';
import { openSafetensorsFile, type SafetensorsFile } from './safetensorsFile.ts';
import { HEADER_LIMIT } from './safetensorsHeader.ts';
import { listNames, quoteName, SafetensorsError } from './tensorFileErrors.ts';

/**
 * Opens a model that was split over several safetensors files, by its index (`model.safetensors.index.json`): a JSON object with a
 * `weight_map` from tensor name to the name of a file beside the index. The headers of all files are read and checked.
 *
 * @throws SafetensorsError when the index or one of the files breaks its format, when a file lacks a tensor it should have, or when
 *   a file name leads out of the index's folder; FileError when a file cannot be opened.
 */
export async function openSafetensorsIndex(path: string | URL): Promise<SafetensorsFile> {
  const name = String(path);
  const weightMap = parseIndex(await readIndexText(path), name);
  const modules = nodeModules('open', name);
  const folder = modules.path.dirname(absolutePath('open', path));
  const shards = new Map<string, SafetensorsFile>();
  const closeAll = async () => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const fileName of new Set(weightMap.values())) {
      shards.set(fileName, await openSafetensorsFile(modules.path.join(folder, fileName)));
    }
    return shardedFile(name, weightMap, shards, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function shardedFile(
  file: string,
  weightMap: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, SafetensorsFile>,
  close: () => Promise<void>,
): SafetensorsFile {
  const owners = new Map<string, SafetensorsFile>();
  // File by file and in the order of the bytes, so that reading all names goes through each file once.
  for (const [fileName, shard] of shards) {
    for (const tensor of shard.names) if (weightMap.get(tensor) === fileName) owners.set(tensor, shard);
  }
  for (const [tensor, fileName] of weightMap) {
    if (owners.has(tensor)) continue;
    throw new SafetensorsError(
      { file, tensor, field: 'weight_map' },
      `must name the file that has it, got ${quoteName(fileName)}`,
    );
  }

  function owner(tensor: string): SafetensorsFile {
    const shard = owners.get(tensor);
    if (shard === undefined)
      throw new SafetensorsError({ file, tensor }, `not in the index, which has ${listNames(owners.keys())}`);
    return shard;
  }

  return {
    name: file,
    names: [...owners.keys()],
    metadata: Object.fromEntries([...shards.values()].flatMap(({ metadata }) => Object.entries(metadata))),
    info: (tensor) => owner(tensor).info(tensor),
    read: async (tensor) => owner(tensor).read(tensor),
    close,
  };
}

async function readIndexText(path: string | URL): Promise<string> {
  const source = await openSource(path);
  try {
    const place = { file: source.name, field: 'index' };
    if (source.size > HEADER_LIMIT)
      throw new SafetensorsError(place, `must be at most ${HEADER_LIMIT} bytes, got ${source.size}`);
    const bytes = await source.read(0, source.size);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new SafetensorsError(place, 'must be UTF-8', { cause });
    }
  } finally {
    await source.close();
  }
}

function parseIndex(text: string, file: string): Map<string, string> {
  let tensor: string | undefined;
  let field = 'index';
  const json = new JsonCursor(text, (reason) => new SafetensorsError({ file, tensor, field }, reason));
  let weightMap: Map<string, string> | undefined;
  json.object((key) => {
    field = quoteName(key);
    if (key === 'weight_map') {
      field = key;
      const map = new Map<string, string>();
      json.object((name) => {
        tensor = name;
        map.set(name, shardName(json.string(), { file, tensor, field }));
        tensor = undefined;
      });
      weightMap = map;
    } else json.skip();
    field = 'index';
  });
  json.end();
  if (weightMap === undefined) throw new SafetensorsError({ file, field: 'weight_map' }, 'is missing');
  return weightMap;
}

// An index that names `../../secrets` must not make the loader open it.
function shardName(fileName: string, place: { file: string; tensor: string; field: string }): string {
  const plain = fileName !== '' && fileName !== '.' && fileName !== '..' && !/[/\\:\0]/.test(fileName);
  if (plain) return fileName;
  throw new SafetensorsError(place, `must hold names of files in the index's folder, got ${quoteName(fileName)}`);
}
