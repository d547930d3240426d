import { describe, expect, it } from 'vitest';
import {
  builtinFunctionNames,
  isBuiltinFunction,
  resolveBuiltin,
} from '../../../../src/softgpu/program/overloads/resolve.ts';
import { typeName } from '../../../../src/softgpu/program/typeRules.ts';
import { type, types } from '../typeText.ts';

/** `(parameters) -> result` of the overload, or the failure. */
function resolved(name: string, args: string, allConst: boolean, template = ''): string {
  const overload = resolveBuiltin(name, types(args), types(template), allConst);
  if ('failure' in overload) return overload.failure;
  const result = overload.result === null ? '' : ` -> ${typeName(overload.result)}`;
  return `(${overload.parameters.map(typeName).join(', ')})${result}`;
}

const I32_ATOMIC = 'ptr<storage, atomic<i32>, read_write>';

/** A call of every function that the specification has. */
const CALLS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'abs acos acosh asin asinh atan atanh ceil cos cosh degrees dpdx dpdxCoarse dpdxFine dpdy dpdyCoarse dpdyFine',
      'exp exp2 floor fract frexp fwidth fwidthCoarse fwidthFine inverseSqrt length log log2 modf normalize',
      'quantizeToF16 radians round saturate sign sin sinh sqrt tan tanh trunc',
      'quadSwapDiagonal quadSwapX quadSwapY subgroupAdd subgroupBroadcastFirst subgroupExclusiveAdd',
      'subgroupExclusiveMul subgroupInclusiveAdd subgroupInclusiveMul subgroupMax subgroupMin subgroupMul',
    ]
      .join(' ')
      .split(' ')
      .map((name) => [name, 'vec3<f32>']),
  ),
  ...Object.fromEntries(
    'atan2 cross distance dot max min pow reflect step'.split(' ').map((name) => [name, 'vec3<f32>, vec3<f32>']),
  ),
  ...Object.fromEntries(
    'clamp faceForward fma mix smoothstep'.split(' ').map((name) => [name, 'vec3<f32>, vec3<f32>, vec3<f32>']),
  ),
  ...Object.fromEntries(
    'countLeadingZeros countOneBits countTrailingZeros firstLeadingBit firstTrailingBit reverseBits subgroupAnd subgroupOr subgroupXor'
      .split(' ')
      .map((name) => [name, 'vec2<u32>']),
  ),
  ...Object.fromEntries(
    'atomicAdd atomicSub atomicMax atomicMin atomicAnd atomicOr atomicXor atomicExchange atomicStore'
      .split(' ')
      .map((name) => [name, `${I32_ATOMIC}, AI`]),
  ),
  ...Object.fromEntries('storageBarrier textureBarrier workgroupBarrier subgroupElect'.split(' ').map((n) => [n, ''])),
  all: 'vec2<bool>',
  any: 'bool',
  arrayLength: 'ptr<storage, array<f32>>',
  atomicCompareExchangeWeak: `${I32_ATOMIC}, i32, AI`,
  atomicLoad: I32_ATOMIC,
  bitcast: 'f32',
  determinant: 'mat3x3<f16>',
  dot4I8Packed: 'u32, AI',
  dot4U8Packed: 'AI, u32',
  extractBits: 'vec2<i32>, AI, u32',
  insertBits: 'u32, AI, AI, AI',
  ldexp: 'f32, i32',
  pack2x16float: 'vec2<AF>',
  pack2x16snorm: 'vec2<f32>',
  pack2x16unorm: 'vec2<f32>',
  pack4x8snorm: 'vec4<f32>',
  pack4x8unorm: 'vec4<AI>',
  pack4xI8: 'vec4<i32>',
  pack4xI8Clamp: 'vec4<i32>',
  pack4xU8: 'vec4<u32>',
  pack4xU8Clamp: 'vec4<AI>',
  quadBroadcast: 'f32, AI',
  refract: 'vec2<f32>, vec2<f32>, AF',
  select: 'f32, AF, bool',
  subgroupAll: 'bool',
  subgroupAny: 'bool',
  subgroupBallot: 'bool',
  subgroupBroadcast: 'vec4<f16>, u32',
  subgroupShuffle: 'i32, i32',
  subgroupShuffleDown: 'i32, u32',
  subgroupShuffleUp: 'i32, AI',
  subgroupShuffleXor: 'i32, u32',
  textureDimensions: 'texture_2d<f32>',
  textureGather: 'AI, texture_2d<f32>, sampler, vec2<f32>',
  textureGatherCompare: 'texture_depth_2d, sampler_comparison, vec2<f32>, f32',
  textureLoad: 'texture_2d<f32>, vec2<i32>, AI',
  textureNumLayers: 'texture_2d_array<f32>',
  textureNumLevels: 'texture_2d<f32>',
  textureNumSamples: 'texture_multisampled_2d<f32>',
  textureSample: 'texture_2d<f32>, sampler, vec2<f32>',
  textureSampleBaseClampToEdge: 'texture_external, sampler, vec2<f32>',
  textureSampleBias: 'texture_2d<f32>, sampler, vec2<f32>, AI',
  textureSampleCompare: 'texture_depth_2d, sampler_comparison, vec2<f32>, f32',
  textureSampleCompareLevel: 'texture_depth_2d, sampler_comparison, vec2<f32>, f32',
  textureSampleGrad: 'texture_2d<f32>, sampler, vec2<f32>, vec2<f32>, vec2<f32>',
  textureSampleLevel: 'texture_2d<f32>, sampler, vec2<f32>, f32',
  textureStore: 'texture_storage_2d<rgba8unorm, write>, vec2<u32>, vec4<f32>',
  transpose: 'mat2x3<f32>',
  unpack2x16float: 'u32',
  unpack2x16snorm: 'u32',
  unpack2x16unorm: 'u32',
  unpack4x8snorm: 'u32',
  unpack4x8unorm: 'u32',
  unpack4xI8: 'u32',
  unpack4xU8: 'AI',
  workgroupUniformLoad: 'ptr<workgroup, array<f32, 4>>',
};

describe('every built-in function', () => {
  it('is known by its name', () => {
    expect(Object.keys(CALLS).sort()).toEqual(builtinFunctionNames);
    expect(isBuiltinFunction('vec3')).toBe(false);
    expect(isBuiltinFunction('toString')).toBe(false);
  });

  it.each(Object.entries(CALLS))('%s has an overload for (%s)', (name, args) => {
    const overload = resolveBuiltin(name, types(args), name === 'bitcast' ? types('u32') : [], false);
    expect('failure' in overload ? overload.failure : '').toBe('');
  });

  it.each(Object.entries(CALLS))('%s refuses a texture too many after (%s)', (name, args) => {
    const more = [...types(args), type('texture_2d<f32>')];
    expect('failure' in resolveBuiltin(name, more, name === 'bitcast' ? types('u32') : [], false)).toBe(true);
  });
});

describe('of numbers', () => {
  it.each([
    ['abs', 'AI', '(abstract-int) -> abstract-int'],
    ['sqrt', 'AI', '(abstract-float) -> abstract-float'],
    ['min', 'AI, AF', '(abstract-float, abstract-float) -> abstract-float'],
    ['max', 'AI, u32', '(u32, u32) -> u32'],
    ['clamp', 'vec2<AI>, vec2<AF>, vec2<f16>', '(vec2<f16>, vec2<f16>, vec2<f16>) -> vec2<f16>'],
    ['mix', 'vec3<AI>, vec3<f32>, AF', '(vec3<f32>, vec3<f32>, f32) -> vec3<f32>'],
    ['select', 'AI, AF, bool', '(abstract-float, abstract-float, bool) -> abstract-float'],
    ['select', 'vec2<AI>, vec2<u32>, vec2<bool>', '(vec2<u32>, vec2<u32>, vec2<bool>) -> vec2<u32>'],
    ['countOneBits', 'AI', '(i32) -> i32'],
    ['extractBits', 'AI, AI, AI', '(i32, u32, u32) -> i32'],
    ['quantizeToF16', 'AI', '(f32) -> f32'],
    ['ldexp', 'AI, AI', '(abstract-float, abstract-int) -> abstract-float'],
    ['ldexp', 'f16, AI', '(f16, i32) -> f16'],
    ['frexp', 'AF', '(abstract-float) -> __frexp_result_abstract'],
    ['frexp', 'vec2<f16>', '(vec2<f16>) -> __frexp_result_vec2_f16'],
    ['modf', 'vec4<AI>', '(vec4<abstract-float>) -> __modf_result_vec4_abstract'],
    ['dot', 'vec2<AI>, vec2<AI>', '(vec2<abstract-int>, vec2<abstract-int>) -> abstract-int'],
    ['determinant', 'mat2x2<AF>', '(mat2x2<abstract-float>) -> abstract-float'],
    ['transpose', 'mat2x4<f32>', '(mat2x4<f32>) -> mat4x2<f32>'],
    ['length', 'vec2<f32>', '(vec2<f32>) -> f32'],
    ['all', 'vec3<bool>', '(vec3<bool>) -> bool'],
  ])('%s(%s) in a const-expression is %s', (name, args, expected) => {
    expect(resolved(name, args, true)).toBe(expected);
  });

  it.each([
    ['select', 'AI, AI, bool', '(i32, i32, bool) -> i32'],
    ['select', 'AI, AF, bool', '(f32, f32, bool) -> f32'],
    ['mix', 'vec2<AF>, vec2<AF>, f16', '(vec2<f16>, vec2<f16>, f16) -> vec2<f16>'],
    ['ldexp', 'AF, i32', '(f32, i32) -> f32'],
    ['subgroupAdd', 'AI', '(i32) -> i32'],
    ['subgroupShuffle', 'AF, AI', '(f32, i32) -> f32'],
  ])('%s(%s) at run time is %s', (name, args, expected) => {
    expect(resolved(name, args, false)).toBe(expected);
  });

  it('give no abstract type where the function runs on the device only', () => {
    expect(resolved('subgroupAdd', 'AI', true)).toBe('(i32) -> i32');
    expect(resolved('dpdx', 'AF', true)).toBe('(f32) -> f32');
  });

  it.each([
    ['abs', 'bool'],
    ['abs', 'mat2x2<f32>'],
    ['abs', ''],
    ['sqrt', 'i32'],
    ['sign', 'u32'],
    ['clamp', 'f32, i32, f32'],
    ['clamp', 'vec2<f32>, f32, f32'],
    ['mix', 'f32, f32, vec2<f32>'],
    ['mix', 'vec2<i32>, vec2<i32>, vec2<f32>'],
    ['cross', 'vec2<f32>, vec2<f32>'],
    ['dot', 'f32, f32'],
    ['normalize', 'f32'],
    ['select', 'f32, f32, vec2<bool>'],
    ['select', 'mat2x2<f32>, mat2x2<f32>, bool'],
    ['select', 'vec3<f32>, vec3<f32>, vec2<bool>'],
    ['countOneBits', 'AF'],
    ['ldexp', 'f32, u32'],
    ['ldexp', 'vec2<f32>, i32'],
    ['determinant', 'mat2x3<f32>'],
    ['quantizeToF16', 'f16'],
    ['pack4xI8', 'vec4<u32>'],
    ['all', 'i32'],
    ['dpdx', 'f16'],
    ['subgroupAnd', 'f32'],
    ['subgroupAll', 'vec2<bool>'],
    ['subgroupShuffleXor', 'f32, i32'],
  ])('refuse %s(%s)', (name, args) => {
    expect(resolved(name, args, false)).toMatch(/^no overload of/);
  });

  it('list the overloads in the refusal', () => {
    expect(resolved('mix', 'f32, i32', false)).toMatchInlineSnapshot(`
      "no overload of mix can be called with (f32, i32); there are:
        mix(T, T, T) -> T, where T is S or a vector of S, S is f32 or f16
        mix(V, V, S) -> V, where V is a vector of S, S is f32 or f16"
    `);
    expect(resolved('min', '', false)).toMatchInlineSnapshot(`
      "no overload of min can be called without arguments; it is:
        min(T, T) -> T, where T is S or a vector of S, S is i32, u32, f32 or f16"
    `);
    expect(resolved('pow2', 'f32', false)).toBe('no built-in function is called pow2');
    expect(resolved('min', 'f32, f32', false, 'f32')).toBe('min takes no template arguments');
  });

  it('give one object for one call, however often it is resolved', () => {
    const once = resolveBuiltin('max', types('f32, AI'), [], false);
    expect(resolveBuiltin('max', types('f32, AI'), [], false)).toBe(once);
    expect(resolveBuiltin('max', types('AI, AI'), [], false)).not.toBe(
      resolveBuiltin('max', types('AI, AI'), [], true),
    );
  });
});

describe('on memory', () => {
  it.each([
    ['atomicLoad', I32_ATOMIC, '(ptr<storage, atomic<i32>, read_write>) -> i32'],
    ['atomicStore', 'ptr<workgroup, atomic<u32>>, AI', '(ptr<workgroup, atomic<u32>>, u32)'],
    [
      'atomicCompareExchangeWeak',
      'ptr<workgroup, atomic<u32>>, u32, AI',
      '(ptr<workgroup, atomic<u32>>, u32, u32) -> __atomic_compare_exchange_result<u32>',
    ],
    ['arrayLength', 'ptr<storage, array<vec3<f32>>>', '(ptr<storage, array<vec3<f32>>, read>) -> u32'],
    ['workgroupUniformLoad', 'ptr<workgroup, vec2<f32>>', '(ptr<workgroup, vec2<f32>>) -> vec2<f32>'],
    ['workgroupUniformLoad', 'ptr<workgroup, atomic<i32>>', '(ptr<workgroup, atomic<i32>>) -> i32'],
  ])('%s(%s) is %s', (name, args, expected) => {
    expect(resolved(name, args, false)).toBe(expected);
  });

  it.each([
    ['atomicLoad', 'ptr<storage, atomic<i32>, read>'],
    ['atomicLoad', 'ptr<private, atomic<i32>>'],
    ['atomicLoad', 'ptr<workgroup, i32>'],
    ['atomicLoad', 'atomic<i32>'],
    ['atomicAdd', `${I32_ATOMIC}, u32`],
    ['atomicAdd', I32_ATOMIC],
    ['arrayLength', 'ptr<storage, array<f32, 4>>'],
    ['arrayLength', 'array<f32>'],
    ['workgroupUniformLoad', 'ptr<private, f32>'],
    ['workgroupUniformLoad', 'ptr<workgroup, array<atomic<i32>, 2>>'],
  ])('refuses %s(%s)', (name, args) => {
    expect(resolved(name, args, false)).toMatch(/^no overload of/);
  });

  it('says what a pointer must point at', () => {
    expect(resolved('atomicMax', 'ptr<workgroup, u32>, u32', false)).toMatchInlineSnapshot(`
      "no overload of atomicMax can be called with (ptr<workgroup, u32>, u32); it is:
        atomicMax(ptr<AS, atomic<T>, read_write>, T) -> T, where AS is workgroup or storage, T is i32 or u32"
    `);
  });
});

describe('bitcast', () => {
  it.each([
    ['u32', 'AI', '(abstract-int) -> u32'],
    ['f32', 'AI', '(i32) -> f32'],
    ['vec2<u32>', 'vec2<AI>', '(vec2<abstract-int>) -> vec2<u32>'],
    ['i32', 'AF', '(f32) -> i32'],
    ['vec3<f32>', 'vec3<u32>', '(vec3<u32>) -> vec3<f32>'],
    ['u32', 'vec2<f16>', '(vec2<f16>) -> u32'],
    ['vec4<f16>', 'vec2<f32>', '(vec2<f32>) -> vec4<f16>'],
    ['f16', 'f16', '(f16) -> f16'],
    ['vec3<f16>', 'vec3<f16>', '(vec3<f16>) -> vec3<f16>'],
  ])('to %s from %s is %s', (target, args, expected) => {
    expect(resolved('bitcast', args, true, target)).toBe(expected);
  });

  it.each([
    ['f16', 'u32'],
    ['vec3<f16>', 'vec2<u32>'],
    ['vec2<f32>', 'f32'],
    ['bool', 'bool'],
    ['mat2x2<f32>', 'vec4<f32>'],
    ['f32', 'array<f32, 1>'],
    ['u32', 'f16'],
  ])('to %s from %s is refused', (target, args) => {
    expect(resolved('bitcast', args, true, target)).toMatch(/^bitcast cannot make/);
  });

  it('asks for one type and one value', () => {
    expect(resolved('bitcast', 'f32', true)).toMatch(/one template argument/);
    expect(resolved('bitcast', '', true, 'f32')).toMatch(/one argument, got 0/);
  });
});

describe('an overload says', () => {
  const facts = (name: string) => {
    const overload = resolveBuiltin(name, types(CALLS[name]!), [], false);
    if ('failure' in overload) throw new Error(overload.failure);
    const { constEvaluable, mustUse, stages, requires, constArguments } = overload;
    return { constEvaluable, mustUse, stages, requires, constArguments };
  };

  it.each([
    ['min', { constEvaluable: true, mustUse: true, stages: 'any', requires: null, constArguments: [] }],
    [
      'workgroupBarrier',
      { constEvaluable: false, mustUse: false, stages: 'compute', requires: null, constArguments: [] },
    ],
    [
      'atomicAdd',
      { constEvaluable: false, mustUse: false, stages: 'compute-or-fragment', requires: null, constArguments: [] },
    ],
    ['dpdx', { constEvaluable: false, mustUse: true, stages: 'fragment', requires: null, constArguments: [] }],
    ['arrayLength', { constEvaluable: false, mustUse: true, stages: 'any', requires: null, constArguments: [] }],
    [
      'workgroupUniformLoad',
      { constEvaluable: false, mustUse: true, stages: 'compute', requires: null, constArguments: [] },
    ],
    [
      'subgroupBroadcast',
      {
        constEvaluable: false,
        mustUse: true,
        stages: 'compute-or-fragment',
        requires: 'subgroups',
        constArguments: [1],
      },
    ],
    ['textureGather', { constEvaluable: false, mustUse: true, stages: 'any', requires: null, constArguments: [0] }],
    ['textureSample', { constEvaluable: false, mustUse: true, stages: 'fragment', requires: null, constArguments: [] }],
    [
      'textureStore',
      { constEvaluable: false, mustUse: false, stages: 'compute-or-fragment', requires: null, constArguments: [] },
    ],
  ])('where and how %s may be called', (name, expected) => {
    expect(facts(name)).toEqual(expected);
  });
});
