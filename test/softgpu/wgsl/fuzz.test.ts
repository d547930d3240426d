import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keywords } from '../../../src/softgpu/wgsl/tokens.ts';
import { attempt } from './parsing.ts';

const program = `
enable f16; // half
diagnostic(off, derivative_uniformity);
struct Params { rows: u32, @align(16) scale: vec4<f32>, }
alias Row = array<vec2<f16>, 4 << 1>;
override width: u32 = 8;
const half = 0x1.8p-1 + 1.5e-3f - .5h;
@group(0) @binding(0) var<storage, read_write> data: array<atomic<u32>>;
var<workgroup> tile: array<array<f32, 16>, (2 > 1)>;
/* block /* nested */ comment */
fn helper(p: ptr<function, i32>, b: bool) -> i32 { if (b && *p < 3) || (1 > 2) { return -1; } else { *p += 1; } return (*p) << 2u; }
@compute @workgroup_size(width, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var i = 0; let n: i32 = select(1, 2, id.x > 3);
  for (var j = 0u; j < 10; j++) { if j == 3 { continue; } tile[j][0] = f32(j); }
  loop { i += 1; if i >= n { break; } continuing { i--; break if i > 8; } }
  switch i { case 1, 2: { _ = helper(&i, true); } default: { return; } }
  while (i & 3) != 0 { i ^= bitcast<i32>(id.y); }
  workgroupBarrier(); atomicAdd(&data[id.x % 7], ~1u);
}
`;

const pieces = [
  ...keywords.keys(),
  ...'& && -> @ / ! [ ] { } : , = == != > >= >> < <= << % - -- . + ++ | || ( ) ; * ~ _ ^ += -= *= /= %= &= |= ^= >>= <<='.split(
    ' ',
  ),
  ...'a b f32 vec4 array ptr 0 1 0x1f 1.5 .5 1e3f 0x1p4h 2u 3i Δ 𐰓 // /* */'.split(' '),
  ...['@compute', '@diagnostic(off, x)', '@workgroup_size', 'type', '__x', '\n', '\0', '\u2028', '#'],
];

/** A random cut, copy or replacement within the program. */
const mutation = fc.record({
  at: fc.nat(program.length),
  length: fc.nat(12),
  insert: fc.oneof(
    fc.constantFrom(...pieces),
    fc.string({ maxLength: 4, unit: 'binary' }),
    fc
      .record({ from: fc.nat(program.length), size: fc.nat(80) })
      .map(({ from, size }) => program.slice(from, from + size)),
  ),
});

/** Parses, and checks what an error says about its place. */
function check(source: string): void {
  const result = attempt(source);
  if (typeof result === 'string') expect(result).toMatch(/^\d+:\d+: error: ./);
}

describe('the parser gives a tree or a WgslError for', () => {
  it('the program that the mutations start from', () => {
    expect(attempt(program)).toBeTypeOf('object');
  });

  it('token soup', () => {
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(soup, (tokens) => {
        check(tokens.join(' '));
        check(tokens.join(''));
        check(`fn f() { ${tokens.join(' ')} }`);
        check(`const x = ${tokens.join(' ')};`);
      }),
      { numRuns: 1500 },
    );
  });

  it('mutated programs', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let source = program;
        for (const { at, length, insert } of mutations)
          source = source.slice(0, at) + insert + source.slice(at + length);
        check(source);
      }),
      { numRuns: 3000 },
    );
  });

  it('every beginning of a program', () => {
    for (let end = 0; end <= program.length; end++) check(program.slice(0, end));
  });

  it('random text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), check), { numRuns: 1000 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check(String.fromCharCode(...bytes))),
      { numRuns: 1000 },
    );
  });
});
