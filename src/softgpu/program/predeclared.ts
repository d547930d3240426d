/** The names every module starts with. https://www.w3.org/TR/WGSL/#predeclared */

import { BOOL, F16, F32, I32, type Lanes, matrix, opaque, U32, vector } from './intern.ts';
import type { Meaning } from './meaning.ts';
import { isBuiltinFunction } from './overloads/resolve.ts';
import type { ScalarType, Type } from './wgslType.ts';

const SIZES: readonly Lanes[] = [2, 3, 4];

const SUFFIXES: readonly (readonly [string, ScalarType])[] = [
  ['i', I32],
  ['u', U32],
  ['f', F32],
  ['h', F16],
];

const TYPES: readonly (readonly [string, Type])[] = [
  ['bool', BOOL],
  ['i32', I32],
  ['u32', U32],
  ['f32', F32],
  ['f16', F16],
];

const OPAQUE_TYPES = [
  'sampler',
  'sampler_comparison',
  'texture_external',
  'texture_depth_2d',
  'texture_depth_2d_array',
  'texture_depth_cube',
  'texture_depth_cube_array',
  'texture_depth_multisampled_2d',
];

export const SAMPLED_TEXTURES: ReadonlySet<string> = new Set([
  'texture_1d',
  'texture_2d',
  'texture_2d_array',
  'texture_3d',
  'texture_cube',
  'texture_cube_array',
  'texture_multisampled_2d',
]);

export const STORAGE_TEXTURES: ReadonlySet<string> = new Set([
  'texture_storage_1d',
  'texture_storage_2d',
  'texture_storage_2d_array',
  'texture_storage_3d',
]);

export const ADDRESS_SPACES: ReadonlySet<string> = new Set(['function', 'private', 'workgroup', 'uniform', 'storage']);

export const ACCESS_MODES: ReadonlySet<string> = new Set(['read', 'write', 'read_write']);

/** https://www.w3.org/TR/WGSL/#texel-formats, tier 1 and 2 of texture formats included. */
export const TEXEL_FORMATS: ReadonlySet<string> = new Set([
  ...[
    'rgba8unorm',
    'rgba8snorm',
    'rgba8uint',
    'rgba8sint',
    'rgba16unorm',
    'rgba16snorm',
    'rgba16uint',
    'rgba16sint',
    'rgba16float',
  ],
  ...['rg8unorm', 'rg8snorm', 'rg8uint', 'rg8sint', 'rg16unorm', 'rg16snorm', 'rg16uint', 'rg16sint', 'rg16float'],
  ...['r32uint', 'r32sint', 'r32float', 'rg32uint', 'rg32sint', 'rg32float', 'rgba32uint', 'rgba32sint', 'rgba32float'],
  ...['bgra8unorm', 'r8unorm', 'r8snorm', 'r8uint', 'r8sint', 'r16unorm', 'r16snorm', 'r16uint', 'r16sint', 'r16float'],
  ...['rgb10a2uint', 'rgb10a2unorm', 'rg11b10ufloat'],
]);

const names = new Map<string, Meaning>();

for (const [name, type] of TYPES) names.set(name, { kind: 'type', type });
for (const name of OPAQUE_TYPES) names.set(name, { kind: 'type', type: opaque(name) });
for (const size of SIZES) {
  for (const [suffix, element] of SUFFIXES) {
    names.set(`vec${size}${suffix}`, { kind: 'type', type: vector(size, element) });
    if (element !== F32 && element !== F16) continue;
    for (const rows of SIZES)
      names.set(`mat${size}x${rows}${suffix}`, { kind: 'type', type: matrix(size, rows, element) });
  }
}
const GENERATORS = ['array', 'atomic', 'ptr', 'vec2', 'vec3', 'vec4', ...SAMPLED_TEXTURES, ...STORAGE_TEXTURES];
for (const columns of SIZES) for (const rows of SIZES) GENERATORS.push(`mat${columns}x${rows}`);
for (const name of GENERATORS) names.set(name, { kind: 'generator', name });
for (const name of [...ADDRESS_SPACES, ...ACCESS_MODES, ...TEXEL_FORMATS]) names.set(name, { kind: 'enumerant', name });

const builtins = new Map<string, Meaning>();

export function predeclared(name: string): Meaning | undefined {
  const meaning = names.get(name) ?? builtins.get(name);
  if (meaning !== undefined || !isBuiltinFunction(name)) return meaning;
  const builtin: Meaning = { kind: 'builtin', name };
  builtins.set(name, builtin);
  return builtin;
}
