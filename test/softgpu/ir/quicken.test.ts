import { describe, expect, test } from 'vitest';
import { moveInvariants } from '../../../src/softgpu/ir/invariant.ts';
import type { If, Kernel, Node, Op } from '../../../src/softgpu/ir/ir.ts';
import { quickenLoops } from '../../../src/softgpu/ir/quicken.ts';
import { blocksOf, visit, visitOps } from '../../../src/softgpu/ir/walk.ts';
import { interpret } from './interpret.ts';
import { kernelOf } from './program.ts';

const HEADER = `
  @group(0) @binding(0) var<storage, read> in: array<u32>;
  @group(0) @binding(1) var<storage, read_write> out: array<u32>;
  @compute @workgroup_size(1) fn main() {`;

function quickened(body: string): Kernel {
  const kernel = kernelOf(`${HEADER}${body}}`);
  kernel.body = moveInvariants(kernel.body);
  quickenLoops(kernel);
  return kernel;
}

function results(kernel: Kernel, input: readonly number[]): number[] {
  const from = Uint32Array.from({ length: 24 }, (_, i) => input[i] ?? 7 * i);
  const to = new Uint32Array(13);
  interpret(kernel, { buffers: [new Uint8Array(from.buffer), new Uint8Array(to.buffer)], rounds: 200 });
  return [...to];
}

/** Runs a body with and without the passes on many inputs; accesses outside of a buffer are errors of the interpreter. */
function expectUnchanged(body: string, inputs: Iterable<readonly number[]>): void {
  const quick = quickened(body);
  const plain = kernelOf(`${HEADER}${body}}`);
  for (const input of inputs)
    expect({ input, out: results(quick, input) }).toEqual({ input, out: results(plain, input) });
}

function opsInLoops(kernel: Kernel): Op[][] {
  const loops: Op[][] = [];
  visit(kernel.body, (node: Node) => {
    if (node.kind !== 'loop') return;
    const ops: Op[] = [];
    visitOps(node.body, (op) => ops.push(op));
    loops.push(ops);
  });
  return loops;
}

const has = (ops: readonly Op[], ...codes: Op['code'][]) => ops.some(({ code }) => codes.includes(code));

const EDGES = [0, 1, 2, 5, 12, 13, 23, 24, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

function* startsAndSteps(): Generator<number[]> {
  for (const start of EDGES)
    for (const step of EDGES) for (const rounds of [0, 1, 2, 12, 13, 25]) yield [start, step, 0, rounds];
}

function* ranges(): Generator<number[]> {
  for (const first of EDGES)
    for (const rounds of [0, 1, 3, 12, 13, 14, 24, 30]) yield [0, 1, first, Math.min(first + rounds, 0xffffffff)];
  yield [0, 1, 9, 3];
}

describe('loops whose indexes grow evenly', () => {
  const WALK = `
    let step = in[1];
    var at = in[0];
    for (var k = in[2]; k < in[3]; k++) {
      out[at] += in[at + 1u] + k;
      at += step;
    }`;

  test('run without clamps and multiplications where all indexes are in range', () => {
    const [fast, slow] = opsInLoops(quickened(WALK)) as [Op[], Op[]];
    expect(has(fast, 'minU', 'mul', 'shl')).toBe(false);
    expect(has(slow, 'minU')).toBe(true);
  });

  test('write what they wrote, whatever start, step and number of rounds', () => {
    expectUnchanged(WALK, startsAndSteps());
  });

  test('may count from anywhere', () => {
    const counted = 'for (var k = in[2]; k < in[3]; k++) { out[k] += 3u * in[k + in[0]] + 1u; out[k - in[2]] ^= k; }';
    expect(has(opsInLoops(quickened(counted))[0]!, 'minU')).toBe(false);
    expectUnchanged(counted, ranges());
  });

  test('may multiply the counter by a value that stays', () => {
    const product = 'for (var k = in[2]; k < in[3]; k++) { out[in[0] + k * in[1]] += in[k * in[1] + 2u]; }';
    expect(has(opsInLoops(quickened(product))[0]!, 'minU', 'mul')).toBe(false);
    expectUnchanged(product, [...startsAndSteps(), ...ranges()]);
  });

  test('may count in steps, also where the counter would pass the largest number', () => {
    const strided = `
      var rounds = 0u;
      for (var k = in[2]; k < in[3]; k += 5u) { out[k] += in[k] + 1u; rounds++; if (rounds > 40u) { break; } }`;
    expectUnchanged(strided, [...ranges(), [0, 0, 0xfffffff0, 0xfffffffe], [0, 0, 0xfffffff0, 0xffffffff]]);
  });

  test('may count up to the limit itself, unless no counter is above it', () => {
    const inclusive = `
      var rounds = 0u;
      for (var k = in[2]; k <= in[3]; k += 2u) { out[k] += in[k + 1u] + 1u; rounds++; if (rounds > 40u) { break; } }`;
    expect(has(opsInLoops(quickened(inclusive))[0]!, 'minU')).toBe(false);
    expectUnchanged(inclusive, [...ranges(), [0, 0, 0xfffffff0, 0xfffffffe], [0, 0, 3, 0xffffffff]]);
    const signed = 'for (var k = i32(in[2]); k <= i32(in[3]); k++) { out[k] += 1u; }';
    expectUnchanged(signed, [
      [0, 0, 0xfffffff8, 7],
      [0, 0, 3, 20],
      [0, 0, 20, 3],
      [0, 0, 0x7ffffff0, 0x7ffffffd],
    ]);
  });

  test('may count with signed numbers', () => {
    const signed = `
      let end = i32(in[3]);
      for (var k = i32(in[2]); k < end; k++) { out[k] += in[k + 2i] + 1u; }`;
    expect(has(opsInLoops(quickened(signed))[0]!, 'minU')).toBe(false);
    const around = [-14, -1, 0, 3, 0x7fffffff - 9].map((first) => [0, 0, first >>> 0, (first + 9) >>> 0]);
    expectUnchanged(signed, [...around, [0, 0, 5, 0xfffffff0]]);
  });

  test('may skip, continue, and leave early', () => {
    const jumps = `
      var at = in[0];
      for (var k = 0u; k < in[3]; k++) {
        if (in[at] % 3u == 1u) { at += in[1]; continue; }
        if (in[at] == 21u) { break; }
        out[at] += k;
        at += in[1];
      }
      var other = in[0];
      for (var k = 0u; k < in[3]; k++) {
        if (k % 2u == 0u) { out[other] += 1u; }
        other += in[1];
        if (other > 40u) { break; }
      }`;
    expectUnchanged(jumps, startsAndSteps());
  });

  test('keep indexes that run backwards', () => {
    expectUnchanged(
      'for (var k = in[3]; k > 0u; k--) { out[k - 1u] += in[k] + k; }',
      [...ranges()].filter(([, , , end]) => end! < 100),
    );
  });

  test('may read the index after its step', () => {
    const late = `
      var at = in[0];
      for (var k = 0u; k < in[3]; k++) { at += in[1]; out[at] += k + 1u; let other = at; at += 0u; out[other + 1u] ^= in[at]; }`;
    expectUnchanged(late, startsAndSteps());
  });
});

describe('stores of words side by side', () => {
  const FOUR = 'let i = in[0]; out[i] = in[1]; out[i + 1u] = 5u; out[i + 2u] = i; out[i + 3u] = in[2] + 1u;';

  test('become one store of a vector', () => {
    const wide: Op[] = [];
    visitOps(quickened(FOUR).body, (op) => {
      if (op.code === 'store' && op.type.size === 4) wide.push(op);
    });
    expect(wide).toHaveLength(1);
  });

  test('write the same where some of them are clamped', () => {
    expectUnchanged(
      FOUR,
      [...Array(16).keys(), ...EDGES].map((start) => [start, 77, 88]),
    );
  });

  test('stay in their order around a load that sees them', () => {
    const seen =
      'let i = in[0]; out[i] = 1u; out[i + 1u] = out[i] + 1u; out[i + 2u] = out[i + 1u] + 1u; out[i + 3u] = 9u;';
    expectUnchanged(
      seen,
      EDGES.map((start) => [start]),
    );
  });

  test('become one inside of loops too', () => {
    const rows = `
      for (var k = in[2]; k < in[3]; k++) {
        let at = in[0] + k * 4u;
        out[at] = k; out[at + 1u] = k + 1u; out[at + 2u] = k * k; out[at + 3u] = in[k];
      }`;
    expectUnchanged(rows, [...ranges(), ...startsAndSteps()]);
  });
});

test('a loop that tests at its end is not entered where there is no round', () => {
  const kernel = quickened('for (var k = 0u; k < in[0]; k++) { out[k] = k; }');
  const guards: If[] = [];
  visit(kernel.body, (node) => {
    if (node.kind === 'if' && blocksOf(node).some((block) => block.some(({ kind }) => kind === 'loop')))
      guards.push(node);
  });
  expect(guards.length).toBeGreaterThan(0);
  expect(results(kernel, [0])).toEqual(new Array(13).fill(0));
});
