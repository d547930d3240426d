import { expect, test } from 'vitest';
import type { Expression, Statement } from '../../../src/softgpu/program/program.ts';
import { typeName } from '../../../src/softgpu/program/typeRules.ts';
import { program } from './checked.ts';

/** An expression in a short form, with every load, conversion and type of a constant spelled out. */
function show(expression: Expression): string {
  switch (expression.kind) {
    case 'constant':
      return `${typeName(expression.type)}(${String(expression.value)})`;
    case 'binding':
      return expression.binding.name;
    case 'variable':
      return expression.variable.name;
    case 'load':
      return `load(${show(expression.place)})`;
    case 'deref':
      return `*${show(expression.pointer)}`;
    case 'addressOf':
      return `&${show(expression.place)}`;
    case 'member':
      return `${show(expression.base)}.${expression.index}`;
    case 'element':
      return `${show(expression.base)}[${show(expression.index)}]`;
    case 'swizzle':
      return `${show(expression.base)}.${expression.lanes.map((lane) => 'xyzw'[lane]).join('')}`;
    case 'binary':
      return `(${show(expression.left)} ${expression.op} ${show(expression.right)})`;
    case 'unary':
      return `${expression.op}${show(expression.operand)}`;
    case 'construct':
      return `${typeName(expression.type)}{${expression.args.map(show).join(', ')}}`;
    case 'convert':
      return `${typeName(expression.type)}<-${show(expression.value)}`;
    case 'builtin':
      return `${expression.name}(${expression.args.map(show).join(', ')})`;
    case 'call':
      return `${expression.callee.name}(${expression.args.map(show).join(', ')})`;
    case 'override':
      return expression.name;
  }
}

function lines(statement: Statement): string[] {
  const nested = (body: readonly Statement[]) => body.flatMap(lines).map((line) => `  ${line}`);
  switch (statement.kind) {
    case 'variable':
      return [
        `var ${statement.variable.name}: ${typeName(statement.variable.type)} = ${statement.variable.initial ? show(statement.variable.initial) : 'zero'}`,
      ];
    case 'let':
      return [`let ${statement.binding.name}: ${typeName(statement.binding.type)} = ${show(statement.value)}`];
    case 'assign':
      return [`${show(statement.place)} = ${show(statement.value)}`];
    case 'compound':
      return [`${show(statement.place)} ${statement.op}= ${show(statement.value)}`];
    case 'evaluate':
      return [show(statement.value)];
    case 'block':
      return ['block', ...nested(statement.body)];
    case 'if':
      return [`if ${show(statement.condition)}`, ...nested(statement.then), 'else', ...nested(statement.otherwise)];
    case 'loop':
      return [
        `loop while ${statement.condition ? show(statement.condition) : 'always'}`,
        ...nested(statement.body),
        'continuing',
        ...nested(statement.continuing),
        ...(statement.breakIf ? [`break if ${show(statement.breakIf)}`] : []),
      ];
    case 'switch':
      return [
        `switch ${show(statement.selector)}`,
        ...statement.cases.flatMap((one) => [
          `  case ${one.selectors.join()}${one.isDefault ? ' default' : ''}`,
          ...nested(nested(one.body).length ? one.body : []),
        ]),
      ];
    case 'return':
      return [`return ${statement.value ? show(statement.value) : ''}`.trim()];
    default:
      return [statement.kind];
  }
}

function shown(source: string): string {
  return program(source)
    .functions.flatMap(({ name, body }) => [`${name}:`, ...body.flatMap(lines).map((line) => `  ${line}`)])
    .join('\n');
}

test('for, while, loop and ++ become one kind of loop and compound statements', () => {
  expect(
    shown(`fn f(n: u32) {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) { if i == 3 { continue; } sum += 1; }
  while sum > 1 { sum /= 2; }
  loop { let stop = sum < 1; continuing { sum -= 0.5; break if stop; } }
}`),
  ).toMatchInlineSnapshot(`
    "f:
      var sum: f32 = f32(0)
      block
        var i: u32 = u32(0)
        loop while (load(i) < n)
          if (load(i) == u32(3))
            continue
          else
          sum += f32(1)
        continuing
          i += u32(1)
      loop while (load(sum) > f32(1))
        sum /= f32(2)
      continuing
      loop while always
        let stop: bool = (load(sum) < f32(1))
      continuing
        sum -= f32(0.5)
      break if stop"
  `);
});

test('loads, automatic conversions and folded constants are spelled out', () => {
  expect(
    shown(`const N = 3;
struct S { v: vec4f, m: mat2x2f }
@group(0) @binding(0) var<storage, read_write> s: array<S>;
fn f(i: i32) -> vec2f {
  s[i].v.x = N * 2;
  var v = s[0].v.zw + 1;
  let w = vec4(v, 1, 2);
  let u = vec2u(v) << vec2(1, 2);
  return s[i].m * w.xy + vec2f(f32(i)) + vec2(1, 2);
}`),
  ).toMatchInlineSnapshot(`
    "f:
      s[i].0.x = f32(6)
      var v: vec2<f32> = (load(s[i32(0)].0).zw + f32(1))
      let w: vec4<f32> = vec4<f32>{load(v), f32(1), f32(2)}
      let u: vec2<u32> = (vec2<u32><-load(v) << vec2<u32>(1,2))
      return (((load(s[i].1) * w.xy) + vec2<f32>{f32<-i}) + vec2<f32>(1,2))"
  `);
});

test('pointers stay pointers, and parts of their targets go through them', () => {
  expect(
    shown(`var<workgroup> total: atomic<u32>;
fn g(p: ptr<function, vec4f>) -> f32 { p.x = 1; (*p)[1] += 2; return p.z; }
fn f() { var v: vec4f; let p = &v; _ = g(p); _ = g(&*p); atomicAdd(&total, 1); }`),
  ).toMatchInlineSnapshot(`
    "g:
      *p.x = f32(1)
      *p[i32(1)] += f32(2)
      return load(*p.z)
    f:
      var v: vec4<f32> = zero
      let p: ptr<function, vec4<f32>> = &v
      g(p)
      g(&*p)
      atomicAdd(&total, u32(1))"
  `);
});

test('a switch has its selectors as bits of one type', () => {
  expect(
    shown(
      'fn f(x: i32) { switch x { case -1, 2: { return; } case default: {} } switch 3 { case 1u: {} default: {} } }',
    ),
  ).toMatchInlineSnapshot(`
    "f:
      switch x
        case 4294967295,2
        return
        case  default
      switch u32(3)
        case 1
        case  default"
  `);
});

test('callees come before callers, and entry points list what they reach', () => {
  const { functions, entryPoints } = program(`
@group(1) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(0) var<uniform> unused: f32;
var<private> p: f32;
struct Ids { @builtin(local_invocation_id) l: vec3u, @builtin(workgroup_id) w: vec3u }
@compute @workgroup_size(4, 2) fn main(ids: Ids, @builtin(local_invocation_index) i: u32) { out[i] = g(); }
fn g() -> f32 { return p; }`);
  expect(functions.map(({ name }) => name)).toEqual(['g', 'main']);
  const [main] = entryPoints;
  expect(main).toMatchObject({
    stage: 'compute',
    workgroupSize: [4, 2, 1],
    inputs: [['local_invocation_id', 'workgroup_id'], 'local_invocation_index'],
  });
  expect(main!.variables.map(({ name }) => name)).toEqual(['out', 'p']);
  expect(main!.function).toBe(functions[1]);
});
