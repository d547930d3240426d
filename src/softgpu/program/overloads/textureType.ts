/** What the name of a texture type says. https://www.w3.org/TR/WGSL/#texture-types */

import { F32, I32, type Lanes, U32 } from '../intern.ts';
import type { OpaqueType, ScalarType, Type } from '../wgslType.ts';

export interface Texture {
  readonly type: OpaqueType;
  /** Of the coordinates: 3 for cubes. */
  readonly dimensions: 1 | Exclude<Lanes, 4>;
  readonly cube: boolean;
  readonly arrayed: boolean;
  readonly depth: boolean;
  readonly multisampled: boolean;
  readonly storage: boolean;
  readonly external: boolean;
  /** Of storage textures. */
  readonly access: string | null;
  readonly channel: ScalarType;
}

const known = new WeakMap<OpaqueType, Texture | null>();

/** Null: `type` is no texture. */
export function describeTexture(type: Type | undefined): Texture | null {
  if (type?.kind !== 'opaque') return null;
  let texture = known.get(type);
  if (texture === undefined) {
    texture = type.name.startsWith('texture_') ? describe(type) : null;
    known.set(type, texture);
  }
  return texture;
}

function describe(type: OpaqueType): Texture {
  const words = type.name.split('_');
  const has = (word: string) => words.includes(word);
  const cube = has('cube');
  const storage = has('storage');
  return {
    type,
    dimensions: has('1d') ? 1 : has('3d') || cube ? 3 : 2,
    cube,
    arrayed: has('array'),
    depth: has('depth'),
    multisampled: has('multisampled'),
    storage,
    external: has('external'),
    access: storage ? (type.parameters[1] ?? null) : null,
    channel: channelOf(type.parameters[0], storage),
  };
}

function channelOf(parameter: string | undefined, storage: boolean): ScalarType {
  if (parameter === undefined) return F32;
  if (storage ? parameter.endsWith('uint') : parameter === 'u32') return U32;
  return (storage ? parameter.endsWith('sint') : parameter === 'i32') ? I32 : F32;
}
