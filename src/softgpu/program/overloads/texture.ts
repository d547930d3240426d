/**
 * Built-in functions on textures: they are type-checked, so that modules with
 * graphics stages are accepted or refused rightly, and never run.
 * https://www.w3.org/TR/WGSL/#texture-builtin-functions
 */

import { F32, I32, type Lanes, U32, vector } from '../intern.ts';
import { typeName } from '../typeRules.ts';
import type { ScalarType, Type } from '../wgslType.ts';
import { type BuiltinOverload, type Failure, noOverload, type Stages } from './overload.ts';
import { conversionRank } from './rank.ts';
import { describeTexture, type Texture } from './textureType.ts';

/** A parameter: a type, or `integer n` for an i32 or u32 of n components. */
type Parameter = Type | 'integer 1' | 'integer 2' | 'integer 3' | 'sampler' | 'sampler_comparison';

interface Shape {
  /** After the texture (for textureGather with a component: after the component and the texture). */
  readonly parameters: readonly Parameter[];
  readonly result: Type | null;
  /** A constant offset may follow. */
  readonly offset?: boolean;
  readonly stages?: Stages;
}

const FUNCTIONS: Readonly<Record<string, (texture: Texture) => readonly Shape[]>> = {
  textureDimensions(texture) {
    const { dimensions, cube } = texture;
    const result = dimensions === 1 ? U32 : vector(cube ? 2 : dimensions, U32);
    const plain: Shape = { parameters: [], result, stages: storageStages(texture) };
    return hasLevels(texture) ? [plain, { parameters: ['integer 1'], result }] : [plain];
  },
  textureGather(texture) {
    if (!isSampled(texture) || texture.dimensions === 1 || isVolume(texture)) return [];
    return [
      { parameters: ['sampler', ...sampleCoordinates(texture)], result: vector(4, texture.channel), offset: true },
    ];
  },
  textureGatherCompare(texture) {
    if (!texture.depth || texture.multisampled) return [];
    const parameters: Parameter[] = ['sampler_comparison', ...sampleCoordinates(texture), F32];
    return [{ parameters, result: vector(4, F32), offset: true }];
  },
  textureLoad(texture) {
    const { cube, multisampled, storage, external, access, depth, channel } = texture;
    if (cube || (storage && access === 'write')) return [];
    const parameters = [...loadCoordinates(texture)];
    if (!storage && !external) parameters.push('integer 1'); // The level, or with several samples the sample.
    const result = depth ? F32 : vector(4, channel);
    return multisampled && texture.arrayed ? [] : [{ parameters, result, stages: storageStages(texture) }];
  },
  textureNumLayers(texture) {
    return texture.arrayed ? [{ parameters: [], result: U32, stages: storageStages(texture) }] : [];
  },
  textureNumLevels: (texture) => (hasLevels(texture) ? [{ parameters: [], result: U32 }] : []),
  textureNumSamples: ({ multisampled }) => (multisampled ? [{ parameters: [], result: U32 }] : []),
  textureSample(texture) {
    if (!isFloatSampled(texture)) return [];
    const parameters: Parameter[] = ['sampler', ...sampleCoordinates(texture)];
    return [{ parameters, result: sampled(texture), offset: texture.dimensions > 1, stages: 'fragment' }];
  },
  textureSampleBias(texture) {
    if (!isFloatSampled(texture) || texture.depth || texture.dimensions === 1) return [];
    const parameters: Parameter[] = ['sampler', ...sampleCoordinates(texture), F32];
    return [{ parameters, result: sampled(texture), offset: true, stages: 'fragment' }];
  },
  textureSampleCompare: (texture) => compare(texture, 'fragment'),
  textureSampleCompareLevel: (texture) => compare(texture, 'any'),
  textureSampleGrad(texture) {
    if (!isFloatSampled(texture) || texture.depth || texture.dimensions === 1) return [];
    const slope = vector(texture.dimensions, F32);
    const parameters: Parameter[] = ['sampler', ...sampleCoordinates(texture), slope, slope];
    return [{ parameters, result: sampled(texture), offset: true }];
  },
  textureSampleLevel(texture) {
    if (!isFloatSampled(texture)) return [];
    const level = texture.depth ? 'integer 1' : F32;
    const parameters: Parameter[] = ['sampler', ...sampleCoordinates(texture), level];
    return [{ parameters, result: sampled(texture), offset: texture.dimensions > 1 }];
  },
  textureSampleBaseClampToEdge(texture) {
    const plain2d = isFloatSampled(texture) && !texture.depth && texture.dimensions === 2 && !texture.arrayed;
    if (!texture.external && !plain2d) return [];
    return [{ parameters: ['sampler', vector(2, F32)], result: vector(4, F32) }];
  },
  textureStore(texture) {
    if (!texture.storage || texture.access === 'read') return [];
    const parameters: Parameter[] = [...loadCoordinates(texture), vector(4, texture.channel)];
    return [{ parameters, result: null, stages: 'compute-or-fragment' }];
  },
};

export const TEXTURE_FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));

export function resolveTexture(name: string, args: readonly Type[]): BuiltinOverload | Failure {
  // Only textureGather has a parameter before the texture: the component, unless of a depth texture.
  const component = name === 'textureGather' && args[0]?.kind !== 'opaque' ? args[0] : undefined;
  const lead = component === undefined ? 0 : 1;
  const texture = describeTexture(args[lead]);
  if (texture === null) return { failure: `${name} takes a texture, got no texture in its place` };
  const shapes = FUNCTIONS[name]!(texture);
  const rest = args.slice(lead + 1);
  for (const shape of shapes) {
    if (name === 'textureGather' && (lead === 0) !== texture.depth) continue;
    const before = lead === 0 ? [] : matchAll(['integer 1'], [component!]);
    const after = matchAll(parametersFor(shape, texture, rest.length), rest);
    if (before === null || after === null) continue;
    const hasOffset = after.length > shape.parameters.length;
    const constArguments = [...(lead === 0 ? [] : [0]), ...(hasOffset ? [args.length - 1] : [])];
    const { result, stages = 'any' } = shape;
    const parameters = [...before, texture.type, ...after];
    const mustUse = result !== null;
    return { name, parameters, result, constEvaluable: false, mustUse, stages, requires: null, constArguments };
  }
  if (shapes.length === 0) return { failure: `${name} cannot be used on ${typeName(texture.type)}` };
  const candidates = shapes.map((shape) => describeShape(name, shape, texture));
  return { failure: noOverload(name, args, candidates) };
}

function parametersFor(
  { parameters, offset }: Shape,
  { dimensions, cube }: Texture,
  count: number,
): readonly Parameter[] {
  const mayHaveOffset = offset === true && !cube && dimensions > 1;
  if (!mayHaveOffset || count !== parameters.length + 1) return parameters;
  return [...parameters, vector(dimensions as Lanes, I32)];
}

/** The types the arguments convert to, or null. */
function matchAll(parameters: readonly Parameter[], args: readonly Type[]): readonly Type[] | null {
  if (parameters.length !== args.length) return null;
  const types: Type[] = [];
  for (let i = 0; i < args.length; i++) {
    const type = matchOne(parameters[i]!, args[i]!);
    if (type === null) return null;
    types.push(type);
  }
  return types;
}

function matchOne(parameter: Parameter, arg: Type): Type | null {
  switch (parameter) {
    case 'sampler':
    case 'sampler_comparison':
      return arg.kind === 'opaque' && arg.name === parameter ? arg : null;
    case 'integer 1':
      return integer(arg, U32, I32);
    case 'integer 2':
      return integer(arg, vector(2, U32), vector(2, I32));
    case 'integer 3':
      return integer(arg, vector(3, U32), vector(3, I32));
    default:
      return conversionRank(arg, parameter) === null ? null : parameter;
  }
}

function integer(arg: Type, unsigned: Type, signed: Type): Type | null {
  if (arg === unsigned) return unsigned;
  return conversionRank(arg, signed) === null ? null : signed;
}

function sampleCoordinates({ dimensions, arrayed }: Texture): readonly Parameter[] {
  const coordinates = dimensions === 1 ? F32 : vector(dimensions, F32);
  return arrayed ? [coordinates, 'integer 1'] : [coordinates];
}

function loadCoordinates({ dimensions, arrayed }: Texture): readonly Parameter[] {
  const coordinates = `integer ${dimensions}` as const;
  return arrayed ? [coordinates, 'integer 1'] : [coordinates];
}

function compare(texture: Texture, stages: Stages): readonly Shape[] {
  if (!texture.depth || texture.multisampled) return [];
  const parameters: Parameter[] = ['sampler_comparison', ...sampleCoordinates(texture), F32];
  return [{ parameters, result: F32, offset: true, stages }];
}

function sampled({ depth }: Texture): Type {
  return depth ? F32 : vector(4, F32);
}

function isSampled({ storage, external, multisampled }: Texture): boolean {
  return !storage && !external && !multisampled;
}

function isFloatSampled(texture: Texture): boolean {
  return isSampled(texture) && texture.channel === (F32 as ScalarType);
}

function isVolume({ dimensions, cube }: Texture): boolean {
  return dimensions === 3 && !cube;
}

function hasLevels(texture: Texture): boolean {
  return isSampled(texture);
}

/** Writable storage textures are not for vertex shaders. */
function storageStages({ storage, access }: Texture): Stages {
  return storage && access !== 'read' ? 'compute-or-fragment' : 'any';
}

function describeShape(name: string, { parameters, offset }: Shape, texture: Texture): string {
  const words = [texture.type.name, ...parameters.map(describeParameter)];
  if (name === 'textureGather' && !texture.depth) words.unshift('component');
  if (offset === true && !texture.cube) words.push('[offset]');
  return `${name}(${words.join(', ')})`;
}

function describeParameter(parameter: Parameter): string {
  if (parameter === 'integer 1') return 'i32 or u32';
  if (typeof parameter === 'string') return parameter.replace(/integer (\d)/, 'vec$1 of i32 or u32');
  return parameter.kind === 'vector' ? `vec${parameter.size}<${parameter.element.scalar}>` : 'f32';
}
