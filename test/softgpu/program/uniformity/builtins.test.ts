import { describe, expect, test } from 'vitest';
import { checkModule } from '../../../../src/softgpu/program/check.ts';
import { parse } from '../../../../src/softgpu/wgsl/parser.ts';
import { expectValid, problems } from '../checked.ts';
import { inCompute, isUniform } from './compute.ts';

describe('built-in values', () => {
  const onInput = (name: string, type: string) =>
    problems(
      `enable subgroups; @compute @workgroup_size(64) fn main(@builtin(${name}) x: ${type}) { if all(x > ${type}()) { workgroupBarrier(); } }`,
    );

  test.each([
    ['workgroup_id', 'vec3u'],
    ['num_workgroups', 'vec3u'],
    ['subgroup_size', 'u32'],
    ['num_subgroups', 'u32'],
  ])('%s is uniform in a workgroup', (name, type) => {
    expect(onInput(name, type)).toBe('');
  });

  test.each([
    ['local_invocation_id', 'vec3u'],
    ['local_invocation_index', 'u32'],
    ['global_invocation_id', 'vec3u'],
    ['subgroup_invocation_id', 'u32'],
    ['subgroup_id', 'u32'],
  ])('%s is not', (name, type) => {
    expect(onInput(name, type)).toContain(`depends on the built-in value '${name}'`);
  });

  test('a structure is as uniform as its least uniform member', () => {
    const shader = (name: string) => `struct In { @builtin(workgroup_id) group: vec3u, @builtin(${name}) other: vec3u }
@compute @workgroup_size(64) fn main(in: In) { if in.group.x > 1 { workgroupBarrier(); } }`;
    expectValid(shader('num_workgroups'));
    expect(problems(shader('global_invocation_id'))).toContain("the built-in value 'global_invocation_id'");
  });

  test('no input of a fragment stage is uniform', () => {
    const shader = (input: string) =>
      `enable subgroups; @fragment fn main(${input}) -> @location(0) vec4f { if x > 1 { return vec4f(dpdx(1.0)); } return vec4f(); }`;
    expect(problems(shader('@location(0) x: f32'))).toContain("depends on the shader input 'x'");
    expect(problems(shader('@builtin(subgroup_size) x: u32'))).toContain("the built-in value 'subgroup_size'");
  });
});

describe('derivatives', () => {
  const shader = (call: string, directive = '', attribute = '') => `${directive}
@group(0) @binding(0) var t: texture_2d<f32>;
@group(0) @binding(1) var s: sampler;
@group(0) @binding(2) var d: texture_depth_2d;
@group(0) @binding(3) var c: sampler_comparison;
@fragment fn main(@location(0) uv: vec2f) { if uv.x > 0 ${attribute} { _ = ${call}; } }`;

  test.each([
    'dpdx(uv)',
    'dpdyFine(uv)',
    'fwidthCoarse(uv)',
    'textureSample(t, s, uv)',
    'textureSampleBias(t, s, uv, 1)',
    'textureSampleCompare(d, c, uv, 1)',
  ])('%s needs uniform control flow', (call) => {
    expect(problems(shader(call))).toContain('must be called in uniform control flow');
    expectValid(shader(call).replace('uv.x > 0', 'true'));
  });

  test.each([
    'textureSampleLevel(t, s, uv, 0)',
    'textureLoad(t, vec2u(), 0)',
    'textureSampleCompareLevel(d, c, uv, 1)',
  ])('%s does not', (call) => expectValid(shader(call)));

  test('their results vary', () => {
    expect(problems('@fragment fn main() { if dpdx(1.0) > 0 { _ = dpdy(1.0); } }')).toContain("the result of 'dpdx'");
  });

  test('a texture that is written to gives varying values', () => {
    const load = (access: string) => `@group(0) @binding(0) var t: texture_storage_2d<r32uint, ${access}>;
@compute @workgroup_size(64) fn main() { if textureLoad(t, vec2u()).x > 1 { workgroupBarrier(); } }`;
    expectValid(load('read'));
    expect(problems(load('read_write'))).toContain("the result of 'textureLoad'");
  });
});

describe('subgroups', () => {
  test.each([
    'subgroupAdd(1)',
    'subgroupElect()',
    'subgroupBallot(true)',
    'subgroupShuffle(1, 2)',
    'quadSwapX(1)',
    'quadBroadcast(1, 0)',
  ])('%s needs uniform control flow', (call) => {
    expect(inCompute(`if lane > 3 { _ = ${call}; }`)).toContain('must be called in uniform control flow');
    expect(inCompute(`if uniforms.x > 3 { _ = ${call}; }`)).toBe('');
  });

  test('their results vary in the workgroup, but some not in the subgroup', () => {
    expect(isUniform('let x = subgroupAdd(1);', 'x > 0')).toBe(false);
    expect(inCompute('if subgroupAdd(1) > 1 { _ = subgroupAdd(2); }')).toBe('');
    expect(inCompute('if subgroupExclusiveAdd(1) > 1 { _ = subgroupAdd(2); }')).not.toBe('');
    expect(inCompute('if subgroupAdd(lane) > 1 { _ = subgroupAdd(2); }')).not.toBe('');
  });

  test('one number of a subgroup is uniform in it', () => {
    const shader = (call: string) =>
      `enable subgroups; @compute @workgroup_size(64) fn main(@builtin(subgroup_id) id: u32) { if id > 0 { ${call}; } }`;
    expectValid(shader('_ = subgroupAdd(1)'));
    expect(problems(shader('workgroupBarrier()'))).toContain("the built-in value 'subgroup_id'");
  });

  test.each(['Up', 'Down', 'Xor'])('how far subgroupShuffle%s reaches must be uniform', (way) => {
    expect(inCompute(`_ = subgroupShuffle${way}(lane, uniforms.x);`)).toBe('');
    expect(inCompute(`_ = subgroupShuffle${way}(1, lane);`)).toContain(
      `'lane': argument 2 of 'subgroupShuffle${way}' must be uniform`,
    );
  });
});

describe('diagnostic filters', () => {
  const IF = 'if x > 0';
  const CALL = '_ = dpdx(x);';
  const severities = (statements: string, directive = '', attribute = '') =>
    checkModule(
      parse(`${directive} ${attribute} @fragment fn main(@location(0) x: f32) { ${statements} }`),
      null,
    ).diagnostics.map(({ severity }) => severity);
  const OFF = '@diagnostic(off, derivative_uniformity)';

  test('without one, a failure is an error', () => {
    expect(severities(`${IF} { ${CALL} }`)).toEqual(['error']);
  });

  test.each(['error', 'warning', 'info'])('a directive makes it %s', (severity) => {
    expect(severities(`${IF} { ${CALL} }`, `diagnostic(${severity}, derivative_uniformity);`)).toEqual([severity]);
  });

  test('a warning leaves the module valid', () => {
    const source = `diagnostic(warning, derivative_uniformity); @fragment fn main(@location(0) x: f32) { ${IF} { ${CALL} } }`;
    expect(checkModule(parse(source), null).program).not.toBeNull();
  });

  test('off drops it, and filters of other rules do nothing', () => {
    expect(severities(`${IF} { ${CALL} }`, 'diagnostic(off, derivative_uniformity);')).toEqual([]);
    expect(severities(`${IF} { ${CALL} }`, 'diagnostic(off, subgroup_uniformity);')).toEqual(['error']);
    expect(severities(`${IF} { ${CALL} }`, '', OFF)).toEqual([]);
  });

  test.each([
    `${OFF} { ${IF} { ${CALL} } }`,
    `${IF} ${OFF} { ${CALL} }`,
    `${OFF} ${IF} { ${CALL} } else {}`,
    `${OFF} ${IF} {} else { ${CALL} }`,
    `${IF} {} else ${OFF} { ${CALL} }`,
    `${OFF} ${IF} {} else if dpdx(x) > 0 {}`,
    `${OFF} while x > dpdx(x) { ${CALL} }`,
    `while x > 1 ${OFF} { ${CALL} }`,
    `${OFF} for (var i = x; dpdx(i) > 1; i = dpdy(i)) { ${CALL} }`,
    `${OFF} switch i32(x) { case 1: { ${CALL} } default: {} }`,
    `switch i32(x) ${OFF} { case 1: { ${CALL} } default: {} }`,
    `switch i32(x) { case 1: ${OFF} { ${CALL} } default: {} }`,
    `${OFF} loop { ${CALL} continuing { ${CALL} break if x > 1; } }`,
    `loop ${OFF} { ${CALL} continuing { ${CALL} break if dpdx(x) > 1; } }`,
    `loop { if x > 1 { break; } continuing ${OFF} { ${CALL} break if dpdx(x) > 1; } }`,
  ])('%s is silent', (statements) => {
    expect(severities(statements)).toEqual([]);
    expect(severities(statements.replace(OFF, ''))).toContain('error');
  });

  test('the nearest filter counts', () => {
    const nested = `${OFF} { @diagnostic(warning, derivative_uniformity) { ${IF} { ${CALL} } } }`;
    expect(severities(nested, 'diagnostic(info, derivative_uniformity);')).toEqual(['warning']);
    expect(severities(`${OFF} {} ${IF} { ${CALL} }`)).toEqual(['error']);
  });

  test('that of the built-in function counts, wherever it is called from', () => {
    const shader = (inner: string, outer: string) =>
      `${inner} fn f() { _ = dpdx(1.0); } ${outer} @fragment fn main(@location(0) x: f32) { if x > 0 { f(); } }`;
    expectValid(shader(OFF, ''));
    expect(problems(shader('', OFF))).toContain("it is reached by the call of 'f'");
  });

  test('barriers cannot be filtered', () => {
    expect(inCompute(`${OFF} { if lane > 1 { workgroupBarrier(); } }`)).not.toBe('');
  });

  test('subgroup operations can, with the argument that must be uniform', () => {
    expect(inCompute('@diagnostic(off, subgroup_uniformity) { if lane > 1 { _ = subgroupShuffleUp(1, lane); } }')).toBe(
      '',
    );
  });
});

test('many variables, branches and loops are analyzed in one go', () => {
  const many = (n: number, text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i)).join('\n');
  const statements = `${many(1500, (i) => `var v${i} = ${i}u;`)}
loop { ${many(1500, (i) => `v${i} = v${(i + 1) % 1500}; if v${i} > uniforms.x { break; }`)} }
${many(1500, (i) => `loop { v${i}++; if v${i} > 3 { break; } }`)}
if v7 > 1 { workgroupBarrier(); }`;
  expect(inCompute(statements)).toBe('');
  expect(inCompute(statements.replace('v9 = v10;', 'v9 = lane;'))).toContain('must be called in uniform control flow');
});
