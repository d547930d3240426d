import type { ByteReader } from './byteReader.ts';
import { type DecodedFunction, type DecodedMemory, decodeModule, valTypeOf } from './decodeModule.ts';
import { INSTRUCTIONS, type Instruction, type ValType } from './instructions.ts';

/** The text format of a module that `WasmModule` made, one instruction a line. */
export function printWat(bytes: Uint8Array): string {
  const { memories, functions } = decodeModule(bytes);
  const names = uniqueNames(functions.map(({ name }) => name));
  return [
    '(module',
    ...memories.map(printMemory),
    ...functions.flatMap((decoded, index) => printFunction(decoded, names[index]!, names)),
    ')',
    '',
  ].join('\n');
}

const CODES = new Map(Object.values(INSTRUCTIONS).map((row) => [(row.prefix << 12) | row.code, row]));

function printMemory({ module, name, min, max, shared }: DecodedMemory): string {
  const limits = [min, ...(max === undefined ? [] : [max]), ...(shared ? ['shared'] : [])].join(' ');
  return `  (import ${JSON.stringify(module)} ${JSON.stringify(name)} (memory ${limits}))`;
}

function printFunction(decoded: DecodedFunction, name: string, functionNames: readonly string[]): string[] {
  const { type, imported, exports, locals, localNames, body } = decoded;
  const types = [...type.params, ...locals];
  const names = uniqueNames(types.map((_, index) => localNames.get(index)));
  const params = type.params.map((param, i) => ` (param ${names[i]} ${param})`);
  const results = type.results.map((result) => ` (result ${result})`);
  const signature = [...params, ...results].join('');
  if (imported !== undefined) {
    const from = `${JSON.stringify(imported.module)} ${JSON.stringify(imported.name)}`;
    return [`  (import ${from} (func ${name}${signature}))`];
  }
  const exported = exports.map((text) => ` (export ${JSON.stringify(text)})`).join('');
  const lines = [`  (func ${name}${exported}${signature}`];
  for (const [i, local] of locals.entries()) lines.push(`    (local ${names[type.params.length + i]} ${local})`);
  if (body !== undefined) new BodyPrinter(body, lines, names, functionNames).print();
  lines.push('  )');
  return lines;
}

/** Text-format identifiers, each once: entries without a name, or with one that is taken, get their index. */
function uniqueNames(names: readonly (string | undefined)[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const text = name?.replace(/[^A-Za-z0-9!#$%&'*+\-./:<=>?@\\^_`|~]/g, '_') || `${index}`;
    let unique = `$${text}`;
    while (taken.has(unique)) unique = `${unique}_${index}`;
    taken.add(unique);
    return unique;
  });
}

class BodyPrinter {
  readonly #reader: ByteReader;
  readonly #lines: string[];
  readonly #locals: readonly string[];
  readonly #functions: readonly string[];
  /** Labels of the open blocks, innermost last. The function's own is index 0. */
  readonly #labels: string[] = ['$body'];
  #blocks = 0;

  constructor(reader: ByteReader, lines: string[], locals: readonly string[], functions: readonly string[]) {
    this.#reader = reader;
    this.#lines = lines;
    this.#locals = locals;
    this.#functions = functions;
  }

  print(): void {
    while (!this.#reader.done) this.#instruction(this.#reader.u8());
    if (this.#labels.length > 0) throw new Error('wasm: a body ends with blocks open');
  }

  #line(text: string): void {
    this.#lines.push(`${'  '.repeat(this.#labels.length + 1)}${text}`);
  }

  #instruction(code: number): void {
    const reader = this.#reader;
    if (code === 0x02) this.#open('block');
    else if (code === 0x03) this.#open('loop');
    else if (code === 0x04) this.#open('if');
    else if (code === 0x05) this.#else();
    else if (code === 0x0b) this.#end();
    else if (code === 0x0c) this.#line(`br ${this.#label(reader.u32())}`);
    else if (code === 0x0d) this.#line(`br_if ${this.#label(reader.u32())}`);
    else if (code === 0x0e) this.#brTable();
    else if (code === 0x10) this.#line(`call ${named(this.#functions, reader.u32(), 'function')}`);
    else if (code === 0x1c) this.#selectTyped();
    else if (code === 0x20) this.#line(`local.get ${named(this.#locals, reader.u32(), 'local')}`);
    else if (code === 0x21) this.#line(`local.set ${named(this.#locals, reader.u32(), 'local')}`);
    else if (code === 0x22) this.#line(`local.tee ${named(this.#locals, reader.u32(), 'local')}`);
    else if (code === 0x3f) this.#withZeros('memory.size', 1);
    else if (code === 0x40) this.#withZeros('memory.grow', 1);
    else if (code === 0x41) this.#line(`i32.const ${reader.s32()}`);
    else if (code === 0x42) this.#line(`i64.const ${reader.s64()}`);
    else if (code === 0x43) this.#line(`f32.const ${f32Text(reader.u32le())}`);
    else if (code === 0x44) this.#line(`f64.const ${f64Text(reader.u64le())}`);
    else if (code >= 0xfc && code <= 0xfe) this.#prefixed(code, reader.u32());
    else this.#tabled(code);
  }

  #prefixed(prefix: number, code: number): void {
    if (prefix === 0xfc && code === 10) this.#withZeros('memory.copy', 2);
    else if (prefix === 0xfc && code === 11) this.#withZeros('memory.fill', 1);
    else if (prefix === 0xfe && code === 3) this.#withZeros('atomic.fence', 1);
    else if (prefix === 0xfd && code === 0x0c) this.#v128Const();
    else if (prefix === 0xfd && code === 0x0d) this.#line(`i8x16.shuffle ${this.#bytes(16).join(' ')}`);
    else this.#tabled((prefix << 12) | code);
  }

  #tabled(key: number): void {
    const row = CODES.get(key);
    if (row === undefined) {
      throw new Error(`wasm: no instruction 0x${key.toString(16)} in the table (byte ${this.#reader.position})`);
    }
    const operand = row.immediate === 'memory' || row.immediate === 'memoryLane' ? this.#memoryOperand(row) : '';
    const lane = row.immediate === 'lane' || row.immediate === 'memoryLane' ? ` ${this.#reader.u8()}` : '';
    this.#line(`${row.name}${operand}${lane}`);
  }

  /** Offset and alignment, as far as they differ from 0 and natural. */
  #memoryOperand({ align }: Instruction): string {
    const alignment = this.#reader.u32();
    const offset = this.#reader.u32();
    return `${offset === 0 ? '' : ` offset=${offset}`}${alignment === align ? '' : ` align=${2 ** alignment}`}`;
  }

  #open(keyword: string): void {
    const type = this.#reader.u8();
    const result: ValType | undefined = type === 0x40 ? undefined : valTypeOf(type);
    const label = `$${keyword}${this.#blocks++}`;
    this.#line(`${keyword} ${label}${result === undefined ? '' : ` (result ${result})`}`);
    this.#labels.push(label);
  }

  #else(): void {
    const label = this.#labels.pop() ?? '';
    this.#line('else');
    this.#labels.push(label);
  }

  #end(): void {
    this.#labels.pop();
    if (this.#labels.length > 0) this.#line('end');
  }

  #brTable(): void {
    const labels = Array.from({ length: this.#reader.u32() + 1 }, () => this.#label(this.#reader.u32()));
    this.#line(`br_table ${labels.join(' ')}`);
  }

  /** A branch to the function's own label has no name in the text format, only its distance. */
  #label(distance: number): string {
    const index = this.#labels.length - 1 - distance;
    return index === 0 ? `${distance}` : named(this.#labels, index, 'label');
  }

  #selectTyped(): void {
    const types = Array.from({ length: this.#reader.u32() }, () => valTypeOf(this.#reader.u8()));
    this.#line(`select (result ${types.join(' ')})`);
  }

  #v128Const(): void {
    const lanes = Array.from({ length: 4 }, () => this.#reader.u32le());
    const words = lanes.map((lane) => `0x${lane.toString(16).padStart(8, '0')}`).join(' ');
    this.#line(`v128.const i32x4 ${words} ;; f32 ${lanes.map(f32Text).join(' ')}`);
  }

  #withZeros(text: string, count: number): void {
    this.#bytes(count);
    this.#line(text);
  }

  #bytes(count: number): number[] {
    return Array.from({ length: count }, () => this.#reader.u8());
  }
}

function named(names: readonly string[], index: number, kind: string): string {
  const name = names[index];
  if (name === undefined) throw new RangeError(`wasm: there is no ${kind} ${index}`);
  return name;
}

function f32Text(bits: number): string {
  const sign = bits >>> 31 ? '-' : '';
  const payload = bits & 0x7fffff;
  if ((bits & 0x7f800000) !== 0x7f800000) return decimal(shortestF32(bits));
  return payload === 0 ? `${sign}inf` : `${sign}nan:0x${payload.toString(16)}`;
}

/** The shortest decimal that rounds to the f32 with these bits. */
function shortestF32(bits: number): number {
  const value = new Float32Array(new Uint32Array([bits]).buffer)[0]!;
  if (value === 0) return value;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function f64Text(bits: bigint): string {
  const sign = bits >> 63n ? '-' : '';
  const payload = bits & 0xfffffffffffffn;
  if (((bits >> 52n) & 0x7ffn) !== 0x7ffn) return decimal(new Float64Array(new BigUint64Array([bits]).buffer)[0]!);
  return payload === 0n ? `${sign}inf` : `${sign}nan:0x${payload.toString(16)}`;
}

/** JavaScript writes -0 as 0; WAT reads an exponent with or without its plus. */
function decimal(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}
