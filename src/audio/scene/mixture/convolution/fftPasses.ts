import {
  add4,
  type Code,
  doWhile,
  get,
  int,
  isBelow,
  load4,
  mul4,
  plus,
  set,
  shifted,
  shuffle4,
  splat4,
  store4,
  sub4,
  times,
  type WasmFunction,
  wasmModule,
} from './wasmCode.ts';

/** Addresses are in bytes; counts in floats, multiples of 4. Real and imaginary parts lie apart. */
export interface FftPasses {
  /** Stockham's pass with radix 4 and stride 1: four transforms of a quarter, each output four floats apart. */
  first(fromRe: number, fromIm: number, toRe: number, toIm: number, twiddles: number, quarter: number): void;
  /** The same for any stride that is a multiple of 4. */
  radix4(
    fromRe: number,
    fromIm: number,
    toRe: number,
    toIm: number,
    twiddles: number,
    quarter: number,
    stride: number,
  ): void;
  /** The last pass of sizes that are no power of 4: `half` sums, and `half` differences. */
  radix2(fromRe: number, fromIm: number, toRe: number, toIm: number, half: number): void;
  /** The product of each two complex numbers. */
  multiply(aRe: number, aIm: number, bRe: number, bIm: number, toRe: number, toIm: number, count: number): void;
}

let compiled: WebAssembly.Module | undefined;

export function fftPasses(memory: WebAssembly.Memory): FftPasses {
  compiled ??= wasmModule([firstPass(), radix4Pass(), radix2Pass(), products()]);
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as FftPasses;
}

/** Numbers variables in the order of their names. */
function variables<T extends string>(...names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name, at) => [name, at])) as Record<T, number>;
}

const bytes = (floats: Code): Code => shifted(floats, 2);

const complexSum = (re: Code, im: Code, otherRe: Code, otherIm: Code) =>
  [add4(re, otherRe), add4(im, otherIm)] as const;

interface Butterfly {
  readonly fromRe: number;
  readonly fromIm: number;
  /** Bytes between the four inputs. */
  readonly step: number;
  /** Two of each, for the four inputs; overwritten by the outputs. */
  readonly re: readonly number[];
  readonly im: readonly number[];
  /** c1, s1, c2, s2, c3, s3. */
  readonly twiddles: readonly number[];
  /** Four more. */
  readonly spare: readonly number[];
}

/** Reads four inputs a quarter apart, and turns them into the four outputs of a radix 4 step. */
function butterfly({ fromRe, fromIm, step, re, im, twiddles, spare }: Butterfly): Code {
  const [a, b, c, d] = re as [number, number, number, number];
  const [ai, bi, ci, di] = im as [number, number, number, number];
  const [c1, s1, c2, s2, c3, s3] = twiddles.map(get) as [Code, Code, Code, Code, Code, Code];
  const [w, x, y, z] = spare as [number, number, number, number];
  const input = (from: number, n: number) => load4(plus(get(from), times(int(n), get(step))));
  const [sumRe, sumIm] = complexSum(get(a), get(ai), get(c), get(ci));
  return [
    ...re.flatMap((local, n) => set(local, input(fromRe, n))),
    ...im.flatMap((local, n) => set(local, input(fromIm, n))),
    // w + i x = a - c, then a + i ai = a + c
    ...set(w, sub4(get(a), get(c))),
    ...set(x, sub4(get(ai), get(ci))),
    ...set(a, sumRe),
    ...set(ai, sumIm),
    // y + i z = -i (b - d), then b + i bi = b + d
    ...set(y, sub4(get(bi), get(di))),
    ...set(z, sub4(get(d), get(b))),
    ...set(b, add4(get(b), get(d))),
    ...set(bi, add4(get(bi), get(di))),
    // Third output: (a + c) - (b + d), turned by the second twiddle.
    ...set(c, sub4(get(a), get(b))),
    ...set(ci, sub4(get(ai), get(bi))),
    ...set(a, add4(get(a), get(b))),
    ...set(ai, add4(get(ai), get(bi))),
    ...set(d, sub4(mul4(get(c), c2), mul4(get(ci), s2))),
    ...set(ci, add4(mul4(get(ci), c2), mul4(get(c), s2))),
    ...set(c, get(d)),
    // Fourth: (a - c) - (-i)(b - d); its imaginary part waits in di.
    ...set(d, sub4(get(w), get(y))),
    ...set(di, sub4(get(x), get(z))),
    // Second: (a - c) + (-i)(b - d).
    ...set(w, add4(get(w), get(y))),
    ...set(x, add4(get(x), get(z))),
    ...set(b, sub4(mul4(get(w), c1), mul4(get(x), s1))),
    ...set(bi, add4(mul4(get(x), c1), mul4(get(w), s1))),
    ...set(w, sub4(mul4(get(d), c3), mul4(get(di), s3))),
    ...set(di, add4(mul4(get(di), c3), mul4(get(d), s3))),
    ...set(d, get(w)),
  ];
}

const vectorNames = [
  ...['a', 'b', 'c', 'd', 'ai', 'bi', 'ci', 'di', 'c1', 's1', 'c2', 's2', 'c3', 's3', 'w', 'x', 'y', 'z'],
] as const;

function butterflyOf(v: Readonly<Record<string, number>>): Butterfly {
  const at = (...names: readonly string[]) => names.map((name) => v[name]!);
  return {
    fromRe: v['fromRe']!,
    fromIm: v['fromIm']!,
    step: v['step']!,
    re: at('a', 'b', 'c', 'd'),
    im: at('ai', 'bi', 'ci', 'di'),
    twiddles: at('c1', 's1', 'c2', 's2', 'c3', 's3'),
    spare: at('w', 'x', 'y', 'z'),
  };
}

/** Six planes of `quarter` floats, read at one place: four of each, or one four times. */
function loadTwiddles(v: Readonly<Record<string, number>>, load: (address: Code) => Code): Code {
  return butterflyOf(v).twiddles.flatMap((local, plane) =>
    set(local, load(plus(get(v['twiddles']!), times(int(plane), get(v['step4']!))))),
  );
}

const advance = (local: number, by: Code): Code => set(local, plus(get(local), by));

function radix4Pass(): WasmFunction {
  const parameters = ['fromRe', 'fromIm', 'toRe', 'toIm', 'twiddles', 'quarter', 'stride'];
  const ints = ['step', 'step4', 'row', 'end', 'endRow'];
  const v: Readonly<Record<string, number>> = variables(...parameters, ...ints, ...vectorNames);
  const { re, im } = butterflyOf(v);
  const output = (to: number, n: number) => plus(get(to), times(int(n), get(v['row']!)));
  const inner = [
    ...butterfly(butterflyOf(v)),
    ...re.flatMap((local, n) => store4(output(v['toRe']!, n), get(local))),
    ...im.flatMap((local, n) => store4(output(v['toIm']!, n), get(local))),
    ...['fromRe', 'fromIm', 'toRe', 'toIm'].flatMap((name) => advance(v[name]!, int(16))),
  ];
  const body = [
    ...set(v['row']!, bytes(get(v['stride']!))),
    ...set(v['step4']!, bytes(get(v['quarter']!))),
    ...set(v['step']!, times(get(v['row']!), get(v['quarter']!))),
    ...set(v['end']!, plus(get(v['fromRe']!), get(v['step']!))),
    ...doWhile(
      [
        ...loadTwiddles(v, splat4),
        ...set(v['endRow']!, plus(get(v['fromRe']!), get(v['row']!))),
        ...doWhile(inner, isBelow(get(v['fromRe']!), get(v['endRow']!))),
        // The four outputs stand one after the other: three rows were written already.
        ...['toRe', 'toIm'].flatMap((name) => advance(v[name]!, times(int(3), get(v['row']!)))),
        ...advance(v['twiddles']!, int(4)),
      ],
      isBelow(get(v['fromRe']!), get(v['end']!)),
    ),
  ];
  return { name: 'radix4', parameters: parameters.length, ints: ints.length, vectors: vectorNames.length, body };
}

function firstPass(): WasmFunction {
  const parameters = ['fromRe', 'fromIm', 'toRe', 'toIm', 'twiddles', 'quarter'];
  const ints = ['step', 'step4', 'end'];
  const v: Readonly<Record<string, number>> = variables(...parameters, ...ints, ...vectorNames);
  const { re, im, spare } = butterflyOf(v);
  const body = [
    ...set(v['step']!, bytes(get(v['quarter']!))),
    ...set(v['step4']!, get(v['step']!)),
    ...set(v['end']!, plus(get(v['fromRe']!), get(v['step']!))),
    ...doWhile(
      [
        ...loadTwiddles(v, load4),
        ...butterfly(butterflyOf(v)),
        ...storeTransposed(v['toRe']!, re, spare),
        ...storeTransposed(v['toIm']!, im, spare),
        ...['fromRe', 'fromIm', 'twiddles'].flatMap((name) => advance(v[name]!, int(16))),
        ...['toRe', 'toIm'].flatMap((name) => advance(v[name]!, int(64))),
      ],
      isBelow(get(v['fromRe']!), get(v['end']!)),
    ),
  ];
  return { name: 'first', parameters: parameters.length, ints: ints.length, vectors: vectorNames.length, body };
}

/** Four vectors as the columns of a square, whose rows follow each other in memory. */
function storeTransposed(to: number, columns: readonly number[], spare: readonly number[]): Code {
  const [a, b, c, d] = columns.map(get) as [Code, Code, Code, Code];
  const [w, x, y, z] = spare as [number, number, number, number];
  const row = (n: number, value: Code) => store4(plus(get(to), int(16 * n)), value);
  return [
    ...set(w, shuffle4(a, b, [0, 4, 1, 5])),
    ...set(x, shuffle4(c, d, [0, 4, 1, 5])),
    ...set(y, shuffle4(a, b, [2, 6, 3, 7])),
    ...set(z, shuffle4(c, d, [2, 6, 3, 7])),
    ...row(0, shuffle4(get(w), get(x), [0, 1, 4, 5])),
    ...row(1, shuffle4(get(w), get(x), [2, 3, 6, 7])),
    ...row(2, shuffle4(get(y), get(z), [0, 1, 4, 5])),
    ...row(3, shuffle4(get(y), get(z), [2, 3, 6, 7])),
  ];
}

function radix2Pass(): WasmFunction {
  const v = variables('fromRe', 'fromIm', 'toRe', 'toIm', 'half', 'step', 'end', 'a', 'b');
  const part = (from: number, to: number) => [
    ...set(v.a, load4(get(from))),
    ...set(v.b, load4(plus(get(from), get(v.step)))),
    ...store4(get(to), add4(get(v.a), get(v.b))),
    ...store4(plus(get(to), get(v.step)), sub4(get(v.a), get(v.b))),
    ...advance(from, int(16)),
    ...advance(to, int(16)),
  ];
  const body = [
    ...set(v.step, bytes(get(v.half))),
    ...set(v.end, plus(get(v.fromRe), get(v.step))),
    ...doWhile([...part(v.fromRe, v.toRe), ...part(v.fromIm, v.toIm)], isBelow(get(v.fromRe), get(v.end))),
  ];
  return { name: 'radix2', parameters: 5, ints: 2, vectors: 2, body };
}

function products(): WasmFunction {
  const pointers = ['aRe', 'aIm', 'bRe', 'bIm', 'toRe', 'toIm'] as const;
  const v = variables(...pointers, 'count', 'end', 'a', 'ai', 'b', 'bi');
  const body = [
    ...set(v.end, plus(get(v.aRe), bytes(get(v.count)))),
    ...doWhile(
      [
        ...set(v.a, load4(get(v.aRe))),
        ...set(v.ai, load4(get(v.aIm))),
        ...set(v.b, load4(get(v.bRe))),
        ...set(v.bi, load4(get(v.bIm))),
        ...store4(get(v.toRe), sub4(mul4(get(v.a), get(v.b)), mul4(get(v.ai), get(v.bi)))),
        ...store4(get(v.toIm), add4(mul4(get(v.a), get(v.bi)), mul4(get(v.ai), get(v.b)))),
        ...pointers.flatMap((pointer) => advance(v[pointer], int(16))),
      ],
      isBelow(get(v.aRe), get(v.end)),
    ),
  ];
  return { name: 'multiply', parameters: 7, ints: 1, vectors: 4, body };
}
