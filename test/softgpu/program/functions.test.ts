import { describe, expect, test } from 'vitest';
import { expectValid, problems } from './checked.ts';

describe('functions', () => {
  test('recursion is refused', () => {
    expect(problems('fn f() { g(); } fn g() { h(); } fn h() { g(); }')).toMatchInlineSnapshot(
      `"1:42 'g()': recursion is not allowed: 'g' calls 'h' calls 'g'"`,
    );
  });

  test('parameters and results are values that can be made', () => {
    expect(problems('fn f(a: array<f32>) {}')).toMatchInlineSnapshot(
      `"1:9 'array<f32>': a parameter cannot be of type 'array<f32>'"`,
    );
    expect(problems('fn f() -> atomic<u32> {}')).toMatchInlineSnapshot(
      `"1:11 'atomic<u32>': a function cannot return a value of type 'atomic<u32>'"`,
    );
  });

  test('an entry point cannot be called, and only it has stage attributes', () => {
    expect(problems('@compute @workgroup_size(1) fn main() {} fn f() { main(); }')).toMatchInlineSnapshot(
      `"1:51 'main': 'main' is an entry point: it cannot be called"`,
    );
    expect(problems('fn f(@builtin(position) p: vec4f) {}')).toMatchInlineSnapshot(
      `"1:6 '@builtin(position)': @builtin belongs on entry points"`,
    );
  });
});

describe('aliasing', () => {
  test('two pointers to one memory are fine while nobody writes', () => {
    expectValid(
      'fn g(a: ptr<function, i32>, b: ptr<function, i32>) -> i32 { return *a + *b; } fn f() { var x = 1; _ = g(&x, &x); }',
    );
  });

  test('a write through one of them is refused, at any depth of calls', () => {
    expect(
      problems('fn g(a: ptr<function, i32>, b: ptr<function, i32>) { *a = *b; }\nfn f() { var x = 1; g(&x, &x); }'),
    ).toMatchInlineSnapshot(`"2:27 '&x': 'g' writes through 'a' to 'x', which it gets through 'b' too"`);
    expect(
      problems(`fn h(a: ptr<function, i32>) { *a = 1; }
fn g(a: ptr<function, i32>, b: ptr<function, i32>) { h(a); _ = *b; }
fn f() { var x = array(1, 2); let p = &x[0]; g(p, &x[1]); }`),
    ).toMatchInlineSnapshot(`"3:51 '&x[1]': 'g' writes through 'a' to 'x', which it gets through 'b' too"`);
  });

  test('a write to the variable itself is refused too', () => {
    expect(
      problems('var<private> x: i32; fn g(a: ptr<private, i32>) { x = *a; } fn f() { g(&x); }'),
    ).toMatchInlineSnapshot(`"1:72 '&x': 'g' uses 'x' by itself and through 'a', and writes to it"`);
  });
});

describe('entry points', () => {
  test('inputs, outputs and sizes of all stages are accepted', () => {
    expectValid(`
struct In { @builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) n: vec3u }
@compute @workgroup_size(8, 4u) fn c(in: In, @builtin(local_invocation_index) lane: u32) {}
struct Between { @builtin(position) @invariant p: vec4f, @location(0) @interpolate(flat) i: u32, @location(1) @interpolate(linear, sample) v: vec2f }
@vertex fn v(@location(0) a: vec4f, @builtin(vertex_index) i: u32) -> Between { return Between(a, i, a.xy); }
@fragment fn p(b: Between, @builtin(front_facing) front: bool) -> @location(0) vec4f { if front { discard; } return dpdx(b.p); }`);
  });

  test('a compute stage has a size and only built-in inputs', () => {
    expect(problems('@compute fn f() {}')).toMatchInlineSnapshot(
      `"1:13 'f': compute entry point 'f' needs '@workgroup_size'"`,
    );
    expect(problems('@compute @workgroup_size(0) fn f() {}')).toMatchInlineSnapshot(
      `"1:26 '0': @workgroup_size must be at least 1, got 0"`,
    );
    expect(problems('@compute @workgroup_size(1i, 2u) fn f() {}')).toMatchInlineSnapshot(
      `"1:10 '@workgroup_size(1i, 2u)': @workgroup_size takes sizes of one type, all i32 or all u32"`,
    );
    expect(problems('@compute @workgroup_size(1) fn f(@location(0) x: f32) {}')).toMatchInlineSnapshot(
      `"1:34 '@location(0)': @location cannot be used in a compute stage: its inputs are '@builtin'"`,
    );
    expect(problems('@compute @workgroup_size(1) fn f(x: f32) {}')).toMatchInlineSnapshot(
      `"1:34 'x: f32': a parameter of an entry point needs '@builtin' or '@location'"`,
    );
    expect(problems('@compute @workgroup_size(1) fn f() -> i32 { return 1; }')).toMatchInlineSnapshot(
      `"1:39 'i32': a compute entry point cannot return a value"`,
    );
  });

  test('built-in values have their type, stage and direction', () => {
    expect(problems('@compute @workgroup_size(1) fn f(@builtin(workgroup_id) x: u32) {}')).toMatchInlineSnapshot(
      `"1:34 '@builtin(workgroup_id)': @builtin(workgroup_id) is of type 'vec3<u32>', not 'u32'"`,
    );
    expect(problems('@compute @workgroup_size(1) fn f(@builtin(position) x: vec4f) {}')).toMatchInlineSnapshot(
      `"1:34 '@builtin(position)': @builtin(position) is no input of a compute stage"`,
    );
    expect(problems('@compute @workgroup_size(1) fn f(@builtin(nothing) x: vec4f) {}')).toMatchInlineSnapshot(
      `"1:43 'nothing': there is no built-in value 'nothing'"`,
    );
    expect(problems('@compute @workgroup_size(1) fn f(@builtin(subgroup_size) x: u32) {}')).toMatchInlineSnapshot(
      `"1:34 '@builtin(subgroup_size)': @builtin(subgroup_size) needs 'enable subgroups;' at the start of the module"`,
    );
    expect(problems('@vertex fn f() -> @location(0) vec4f { return vec4f(); }')).toMatchInlineSnapshot(
      `"1:12 'f': a vertex entry point must return '@builtin(position)'"`,
    );
  });

  test('locations are distinct, of numbers, and integers between stages are flat', () => {
    expect(problems('@fragment fn f(@location(0) a: f32, @location(0) b: f32) {}')).toMatchInlineSnapshot(
      `"1:37 '@location(0)': location 0 is taken already"`,
    );
    expect(problems('@fragment fn f(@location(0) a: bool) {}')).toMatchInlineSnapshot(
      `"1:16 '@location(0)': @location takes numbers and vectors of them, not 'bool'"`,
    );
    expect(problems('@fragment fn f(@location(0) a: u32) {}')).toMatchInlineSnapshot(
      `"1:16 '@location(0)': integers between vertices and fragments need '@interpolate(flat)'"`,
    );
    expect(problems('@fragment fn f(@location(0) @interpolate(flat, center) a: u32) {}')).toMatchInlineSnapshot(
      `"1:29 '@interpolate(flat, center)': @interpolate(flat) can be sampled at 'first', 'either', not 'center'"`,
    );
  });

  test('nothing is reached that the stage does not have', () => {
    expect(problems('fn g() { discard; } @compute @workgroup_size(1) fn f() { g(); }')).toMatchInlineSnapshot(
      `"1:10 'discard': 'discard' cannot be used in a compute stage, but 'f' reaches it"`,
    );
    expect(problems('var<workgroup> w: u32; @fragment fn f() { _ = w; }')).toMatchInlineSnapshot(
      `"1:16 'w': 'w' is in 'workgroup', which a fragment stage has none of, but 'f' reaches it"`,
    );
    expect(problems('@fragment fn f() { workgroupBarrier(); }')).toMatchInlineSnapshot(
      `"1:20 'workgroupBarrier()': 'workgroupBarrier' cannot be used in a fragment stage, but 'f' reaches it"`,
    );
  });

  test('bindings collide only where one entry point reaches both', () => {
    const two = '@group(0) @binding(0) var<uniform> a: u32; @group(0) @binding(0) var<uniform> b: u32;';
    expectValid(`${two} @compute @workgroup_size(1) fn f() { _ = a; } @compute @workgroup_size(1) fn g() { _ = b; }`);
    expect(
      problems(`${two} fn g() { _ = b; } @compute @workgroup_size(1) fn f() { _ = a; g(); }`),
    ).toMatchInlineSnapshot(`"1:79 'b': 'b' and 'a', both reached from 'f', have the same group 0 and binding 0"`);
  });
});
