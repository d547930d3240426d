/** The built-in functions on numbers and booleans. https://www.w3.org/TR/WGSL/#builtin-functions */

import type { ScalarKind } from '../wgslType.ts';
import type { Stages } from './overload.ts';

export interface Family {
  readonly names: string;
  /** What `S` may be. */
  readonly kinds: readonly ScalarKind[];
  readonly forms: readonly string[];
  readonly constEvaluable: boolean;
  readonly stages: Stages;
  readonly requires: 'subgroups' | null;
  /** Positions of arguments that must be const-expressions. */
  readonly constArguments: readonly number[];
}

const FLOAT: readonly ScalarKind[] = ['abstract-float', 'f32', 'f16'];
const INTEGER: readonly ScalarKind[] = ['i32', 'u32'];
const SIGNED: readonly ScalarKind[] = ['abstract-int', 'abstract-float', 'i32', 'f32', 'f16'];
const NUMBER: readonly ScalarKind[] = ['abstract-int', 'abstract-float', 'i32', 'u32', 'f32', 'f16'];
const SCALAR: readonly ScalarKind[] = ['bool', ...NUMBER];
const ONLY_F32: readonly ScalarKind[] = ['f32'];
const ONLY_BOOL: readonly ScalarKind[] = ['bool'];

export const NUMERIC_FAMILIES: readonly Family[] = [
  constant('abs', NUMBER, '(T) -> T'),
  constant('acos acosh asin asinh atan atanh ceil cos cosh degrees exp exp2 floor fract', FLOAT, '(T) -> T'),
  constant('inverseSqrt log log2 radians round saturate sin sinh sqrt tan tanh trunc', FLOAT, '(T) -> T'),
  constant('sign', SIGNED, '(T) -> T'),
  constant('atan2 pow step', FLOAT, '(T, T) -> T'),
  constant('max min', NUMBER, '(T, T) -> T'),
  constant('fma smoothstep', FLOAT, '(T, T, T) -> T'),
  constant('clamp', NUMBER, '(T, T, T) -> T'),
  constant('mix', FLOAT, '(T, T, T) -> T', '(V, V, S) -> V'),
  constant('ldexp', FLOAT, '(T, I) -> T'),
  constant('frexp', FLOAT, '(T) -> frexp'),
  constant('modf', FLOAT, '(T) -> modf'),
  constant('quantizeToF16', ONLY_F32, '(T) -> T'),

  constant('cross', FLOAT, '(vec3<S>, vec3<S>) -> vec3<S>'),
  constant('distance', FLOAT, '(T, T) -> S'),
  constant('dot', NUMBER, '(V, V) -> S'),
  constant('faceForward', FLOAT, '(V, V, V) -> V'),
  constant('length', FLOAT, '(T) -> S'),
  constant('normalize', FLOAT, '(V) -> V'),
  constant('reflect', FLOAT, '(V, V) -> V'),
  constant('refract', FLOAT, '(V, V, S) -> V'),
  constant('determinant', FLOAT, '(Q) -> S'),
  constant('transpose', FLOAT, '(M) -> Mt'),

  constant('countLeadingZeros countOneBits countTrailingZeros', INTEGER, '(T) -> T'),
  constant('firstLeadingBit firstTrailingBit reverseBits', INTEGER, '(T) -> T'),
  constant('extractBits', INTEGER, '(T, u32, u32) -> T'),
  constant('insertBits', INTEGER, '(T, T, u32, u32) -> T'),
  constant('dot4I8Packed', [], '(u32, u32) -> i32'),
  constant('dot4U8Packed', [], '(u32, u32) -> u32'),

  constant('all any', ONLY_BOOL, '(T) -> bool'),
  constant('select', SCALAR, '(T, T, bool) -> T', '(V, V, B) -> V'),

  constant('pack2x16float pack2x16snorm pack2x16unorm', [], '(vec2<f32>) -> u32'),
  constant('pack4x8snorm pack4x8unorm', [], '(vec4<f32>) -> u32'),
  constant('pack4xI8 pack4xI8Clamp', [], '(vec4<i32>) -> u32'),
  constant('pack4xU8 pack4xU8Clamp', [], '(vec4<u32>) -> u32'),
  constant('unpack2x16float unpack2x16snorm unpack2x16unorm', [], '(u32) -> vec2<f32>'),
  constant('unpack4x8snorm unpack4x8unorm', [], '(u32) -> vec4<f32>'),
  constant('unpack4xI8', [], '(u32) -> vec4<i32>'),
  constant('unpack4xU8', [], '(u32) -> vec4<u32>'),

  runtime('fragment', 'dpdx dpdxCoarse dpdxFine dpdy dpdyCoarse dpdyFine', ONLY_F32, '(T) -> T'),
  runtime('fragment', 'fwidth fwidthCoarse fwidthFine', ONLY_F32, '(T) -> T'),
  runtime('compute', 'storageBarrier textureBarrier workgroupBarrier', [], '()'),

  subgroup('subgroupAdd subgroupExclusiveAdd subgroupInclusiveAdd', NUMBER, '(T) -> T'),
  subgroup('subgroupMul subgroupExclusiveMul subgroupInclusiveMul', NUMBER, '(T) -> T'),
  subgroup('subgroupMax subgroupMin subgroupBroadcastFirst', NUMBER, '(T) -> T'),
  subgroup('subgroupAnd subgroupOr subgroupXor', INTEGER, '(T) -> T'),
  subgroup('subgroupAll subgroupAny', ONLY_BOOL, '(S) -> bool'),
  subgroup('subgroupBallot', ONLY_BOOL, '(S) -> vec4<u32>'),
  subgroup('subgroupElect', [], '() -> bool'),
  subgroup('subgroupShuffle', NUMBER, '(T, J) -> T'),
  subgroup('subgroupShuffleDown subgroupShuffleUp subgroupShuffleXor', NUMBER, '(T, u32) -> T'),
  { ...subgroup('subgroupBroadcast quadBroadcast', NUMBER, '(T, J) -> T'), constArguments: [1] },
  subgroup('quadSwapDiagonal quadSwapX quadSwapY', NUMBER, '(T) -> T'),
];

function constant(names: string, kinds: readonly ScalarKind[], ...forms: string[]): Family {
  return { names, kinds, forms, constEvaluable: true, stages: 'any', requires: null, constArguments: [] };
}

function runtime(stages: Stages, names: string, kinds: readonly ScalarKind[], ...forms: string[]): Family {
  return { names, kinds, forms, constEvaluable: false, stages, requires: null, constArguments: [] };
}

function subgroup(names: string, kinds: readonly ScalarKind[], ...forms: string[]): Family {
  return { ...runtime('compute-or-fragment', names, kinds, ...forms), requires: 'subgroups' };
}
