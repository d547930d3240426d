import { cached } from '../../tensor/engine/deviceCache.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { BUTTERFLIES, COMPLEX, RADICES, type Radix } from './butterfly.ts';
import { factor } from './plan.ts';

/** How often each radix occurs in the size. */
export function constantsOf(points: number) {
  const radices = factor(points)!;
  const times = (radix: Radix) => radices.filter((r) => r === radix).length;
  return {
    M: points,
    ...{ EIGHTS: times(8), FOURS: times(4), TWOS: times(2), THREES: times(3), FIVES: times(5), SEVENS: times(7) },
  };
}

/**
 * cos and sin of the turns between the inputs of each butterfly, in the order in which the stages use them: for each
 * stage that joins transforms of ns points, for each k < ns, for q from 1 to radix - 1, 2πqk / (ns · radix).
 */
export function stageTwiddles(like: Tensor, n: number): Tensor {
  return cached(like, `fourier.stageTwiddles/${n}`, () => {
    const values: number[] = [];
    let ns = 1;
    for (const radix of factor(n / 2)!) {
      for (let k = 0; k < ns; k++) {
        for (let q = 1; q < radix; q++) {
          const angle = (2 * Math.PI * q * k) / (ns * radix);
          values.push(Math.cos(angle), Math.sin(angle));
        }
      }
      ns *= radix;
    }
    return Float32Array.from(values);
  });
}

/** The most often that each radix occurs in 1024 points or less, in the order of `factor`. */
const MOST = [
  [8, 'EIGHTS', 3],
  [4, 'FOURS', 2],
  [2, 'TWOS', 1],
  [3, 'THREES', 6],
  [5, 'FIVES', 4],
  [7, 'SEVENS', 3],
] as const;

/** All stages a size can have. N is the size of the transforms before a stage, P the half they are in, W its twiddles. */
/* @__NO_SIDE_EFFECTS__ */
function sequence(): string {
  const lines: string[] = [];
  const calls: string[] = [];
  let i = 0;
  lines.push('const N0 = 1u; const P0 = 0u; const W0 = 0u;');
  for (const [radix, constant, most] of MOST) {
    for (let time = 0; time < most; time++) {
      const taken = `${constant} > ${time}u`;
      lines.push(
        `const N${i + 1} = select(N${i}, N${i} * ${radix}u, ${taken});`,
        `const P${i + 1} = select(P${i}, 2u * M - P${i}, ${taken});`,
        `const W${i + 1} = select(W${i}, W${i} + ${2 * (radix - 1)}u * N${i}, ${taken});`,
      );
      calls.push(`  if (${taken}) { stage${radix}(P${i}, 2u * M - P${i}, N${i}, W${i}); }`);
      i++;
    }
  }
  return `${lines.join('\n')}\nconst DONE = P${i};\nfn transform() {\n${calls.join('\n')}\n}\n`;
}

/* @__NO_SIDE_EFFECTS__ */
function stage(radix: Radix): string {
  const each = (from: number, text: (q: number) => string) =>
    Array.from({ length: radix - from }, (_, q) => text(q + from)).join('\n      ');
  const read = (q: number) => `Complex(z[at + ${2 * q}u * SPAN], z[at + ${2 * q}u * SPAN + 1u])`;
  return `
fn stage${radix}(source: u32, goal: u32, ns: u32, first: u32) {
  const SPAN = M / ${radix}u;
  if (ns == 1u) {
    for (var j = 0u; j < SPAN; j++) {
      var v: array<Complex, 8>;
      let at = source + 2u * j;
      ${each(0, (q) => `v[${q}] = ${read(q)};`)}
      butterfly${radix}(&v);
      let to = goal + ${2 * radix}u * j;
      ${each(0, (q) => `z[to + ${2 * q}u] = v[${q}].re; z[to + ${2 * q + 1}u] = v[${q}].im;`)}
    }
    return;
  }
  for (var b = 0u; b < SPAN / ns; b++) {
    for (var k = 0u; k < ns; k++) {
      var v: array<Complex, 8>;
      let at = source + 2u * (b * ns + k);
      let turn = first + ${2 * (radix - 1)}u * k;
      v[0] = ${read(0)};
      ${each(1, (q) => `v[${q}] = rotated(${read(q)}, vec2f(stages[turn + ${2 * q - 2}u], stages[turn + ${2 * q - 1}u]));`)}
      butterfly${radix}(&v);
      let to = goal + 2u * (b * ns * ${radix}u + k);
      ${each(0, (q) => `z[to + ${2 * q}u * ns] = v[${q}].re; z[to + ${2 * q}u * ns + 1u] = v[${q}].im;`)}
    }
  }
}
`;
}

/** `transform`, over workgroup memory `z`: all stages for sizes up to 1024 points, whose result is in the half DONE. */
export const STAGES = /* @__PURE__ */ (() => {
  const memory = 'alias V = vec4f;\nvar<workgroup> z: array<V, 4u * M>;\n';
  return memory + COMPLEX + RADICES.map((radix) => BUTTERFLIES[radix] + stage(radix)).join('') + sequence();
})();

export const CONSTANTS = {
  M: { tested: [4, 105, 200, 256] },
  EIGHTS: { tested: [1] },
  FOURS: { tested: [1] },
  TWOS: { tested: [1] },
  THREES: { tested: [1] },
  FIVES: { tested: [1] },
  SEVENS: { tested: [1] },
} as const;
