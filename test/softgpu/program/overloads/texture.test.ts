import { describe, expect, it } from 'vitest';
import { resolveBuiltin } from '../../../../src/softgpu/program/overloads/resolve.ts';
import { typeName } from '../../../../src/softgpu/program/typeRules.ts';
import { types } from '../typeText.ts';

function result(name: string, args: string): string | null {
  const overload = resolveBuiltin(name, types(args), [], false);
  if ('failure' in overload) return 'refused';
  return overload.result === null ? 'nothing' : typeName(overload.result);
}

describe('functions on textures', () => {
  it.each([
    ['textureDimensions', 'texture_1d<f32>', 'u32'],
    ['textureDimensions', 'texture_cube_array<f32>, AI', 'vec2<u32>'],
    ['textureDimensions', 'texture_3d<i32>, u32', 'vec3<u32>'],
    ['textureDimensions', 'texture_storage_3d<r32uint, read_write>', 'vec3<u32>'],
    ['textureDimensions', 'texture_external', 'vec2<u32>'],
    ['textureDimensions', 'texture_depth_multisampled_2d', 'vec2<u32>'],
    ['textureGather', 'u32, texture_cube_array<u32>, sampler, vec3<f32>, i32', 'vec4<u32>'],
    ['textureGather', 'AI, texture_2d_array<i32>, sampler, vec2<f32>, u32, vec2<AI>', 'vec4<i32>'],
    ['textureGather', 'texture_depth_cube, sampler, vec3<f32>', 'vec4<f32>'],
    ['textureGatherCompare', 'texture_depth_2d_array, sampler_comparison, vec2<f32>, AI, AF, vec2<i32>', 'vec4<f32>'],
    ['textureLoad', 'texture_1d<u32>, u32, i32', 'vec4<u32>'],
    ['textureLoad', 'texture_2d_array<f32>, vec2<AI>, AI, AI', 'vec4<f32>'],
    ['textureLoad', 'texture_multisampled_2d<i32>, vec2<i32>, AI', 'vec4<i32>'],
    ['textureLoad', 'texture_depth_2d, vec2<u32>, u32', 'f32'],
    ['textureLoad', 'texture_external, vec2<u32>', 'vec4<f32>'],
    ['textureLoad', 'texture_storage_2d<rgba16sint, read>, vec2<i32>', 'vec4<i32>'],
    ['textureNumLayers', 'texture_storage_2d_array<rgba8unorm, write>', 'u32'],
    ['textureNumLevels', 'texture_depth_cube_array', 'u32'],
    ['textureNumSamples', 'texture_depth_multisampled_2d', 'u32'],
    ['textureSample', 'texture_1d<f32>, sampler, AF', 'vec4<f32>'],
    ['textureSample', 'texture_3d<f32>, sampler, vec3<f32>, vec3<AI>', 'vec4<f32>'],
    ['textureSample', 'texture_depth_cube_array, sampler, vec3<f32>, i32', 'f32'],
    ['textureSampleBias', 'texture_cube<f32>, sampler, vec3<f32>, f32', 'vec4<f32>'],
    ['textureSampleCompare', 'texture_depth_cube_array, sampler_comparison, vec3<f32>, AI, AI', 'f32'],
    ['textureSampleGrad', 'texture_3d<f32>, sampler, vec3<f32>, vec3<f32>, vec3<f32>, vec3<i32>', 'vec4<f32>'],
    ['textureSampleLevel', 'texture_depth_2d, sampler, vec2<f32>, u32', 'f32'],
    ['textureSampleLevel', 'texture_2d<f32>, sampler, vec2<f32>, AI', 'vec4<f32>'],
    ['textureSampleBaseClampToEdge', 'texture_2d<f32>, sampler, vec2<f32>', 'vec4<f32>'],
    ['textureStore', 'texture_storage_2d_array<r32sint, write>, vec2<i32>, AI, vec4<AI>', 'nothing'],
    ['textureStore', 'texture_storage_1d<rg32float, read_write>, u32, vec4<f32>', 'nothing'],
  ])('%s(%s) gives %s', (name, args, expected) => {
    expect(result(name, args)).toBe(expected);
  });

  it.each([
    ['textureDimensions', 'texture_multisampled_2d<f32>, AI'],
    ['textureDimensions', 'texture_storage_2d<rgba8unorm, write>, AI'],
    ['textureDimensions', 'sampler'],
    ['textureDimensions', 'texture_2d<f32>, f32'],
    ['textureGather', 'texture_2d<f32>, sampler, vec2<f32>'],
    ['textureGather', 'AI, texture_depth_2d, sampler, vec2<f32>'],
    ['textureGather', 'AI, texture_3d<f32>, sampler, vec3<f32>'],
    ['textureGather', 'AI, texture_cube<f32>, sampler, vec3<f32>, vec3<AI>'],
    ['textureLoad', 'texture_cube<f32>, vec3<i32>, AI'],
    ['textureLoad', 'texture_2d<f32>, vec2<f32>, AI'],
    ['textureLoad', 'texture_storage_2d<rgba8unorm, write>, vec2<i32>'],
    ['textureNumLayers', 'texture_2d<f32>'],
    ['textureNumLevels', 'texture_multisampled_2d<f32>'],
    ['textureNumSamples', 'texture_2d<f32>'],
    ['textureSample', 'texture_2d<u32>, sampler, vec2<f32>'],
    ['textureSample', 'texture_2d<f32>, sampler_comparison, vec2<f32>'],
    ['textureSample', 'texture_1d<f32>, sampler, f32, i32'],
    ['textureSample', 'texture_2d<f32>, sampler, vec3<f32>'],
    ['textureSampleBias', 'texture_depth_2d, sampler, vec2<f32>, f32'],
    ['textureSampleBias', 'texture_1d<f32>, sampler, f32, f32'],
    ['textureSampleCompare', 'texture_2d<f32>, sampler_comparison, vec2<f32>, f32'],
    ['textureSampleLevel', 'texture_depth_2d, sampler, vec2<f32>, f32'],
    ['textureSampleBaseClampToEdge', 'texture_2d_array<f32>, sampler, vec2<f32>'],
    ['textureStore', 'texture_storage_2d<rgba8unorm, read>, vec2<i32>, vec4<f32>'],
    ['textureStore', 'texture_storage_2d<rgba8uint, write>, vec2<i32>, vec4<f32>'],
    ['textureStore', 'texture_2d<f32>, vec2<i32>, vec4<f32>'],
  ])('%s(%s) is refused', (name, args) => {
    expect(result(name, args)).toBe('refused');
  });

  it('say what the texture at hand would take', () => {
    const wrong = resolveBuiltin('textureSample', types('texture_2d<f32>, sampler, f32'), [], false);
    expect(wrong).toMatchInlineSnapshot(`
      {
        "failure": "no overload of textureSample can be called with (texture_2d<f32>, sampler, f32); it is:
        textureSample(texture_2d, sampler, vec2<f32>, [offset])",
      }
    `);
    const none = resolveBuiltin('textureLoad', types('f32, f32'), [], false);
    expect(none).toMatchInlineSnapshot(`
      {
        "failure": "textureLoad takes a texture, got no texture in its place",
      }
    `);
  });

  it('say so where there is none for that texture', () => {
    const never = resolveBuiltin('textureLoad', types('texture_cube<f32>, vec3<i32>, AI'), [], false);
    expect(never).toEqual({ failure: 'textureLoad cannot be used on texture_cube<f32>' });
    const gather = resolveBuiltin('textureGather', types('texture_2d<f32>, sampler, vec2<f32>'), [], false);
    expect(gather).toMatchInlineSnapshot(`
      {
        "failure": "no overload of textureGather can be called with (texture_2d<f32>, sampler, vec2<f32>); it is:
        textureGather(component, texture_2d, sampler, vec2<f32>, [offset])",
      }
    `);
  });

  it('take a constant offset last', () => {
    const overload = resolveBuiltin('textureSample', types('texture_2d<f32>, sampler, vec2<f32>, vec2<AI>'), [], false);
    expect(overload).toMatchObject({ constArguments: [3] });
  });
});
