import { ByteWriter } from './byteWriter.ts';
import { FunctionBuilder } from './functionBuilder.ts';
import { VAL_TYPE_CODES, type ValType } from './instructions.ts';

export interface MemoryLimits {
  /** Pages of 64 KiB. */
  readonly min: number;
  /** Required for shared memory. */
  readonly max?: number;
  readonly shared?: boolean;
}

/** An imported function: callable like a built one. */
export interface ImportedFunction {
  readonly index: number;
  readonly name: string;
}

/** Section numbers of the binary format. */
const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** A WebAssembly module under construction: imports, functions with their code, exports. */
export class WasmModule {
  readonly #types = new Map<string, number>();
  readonly #typeSection = new ByteWriter(64);
  readonly #imports = new ByteWriter(64);
  readonly #importNames: string[] = [];
  readonly #exports = new ByteWriter(64);
  readonly #functions: FunctionBuilder[] = [];
  readonly #functionTypes = new ByteWriter(64);
  #importCount = 0;
  #exportCount = 0;

  /** Imports the module's memory (memory 0). */
  importMemory(module: string, name: string, { min, max, shared = false }: MemoryLimits): void {
    if (shared && max === undefined) throw new Error(`wasm: shared memory ${module}.${name} needs a maximum`);
    const out = this.#imports;
    out.name(module);
    out.name(name);
    out.u8(0x02);
    out.u8((shared ? 2 : 0) | (max === undefined ? 0 : 1));
    out.u32(min);
    if (max !== undefined) out.u32(max);
    this.#importCount++;
  }

  /** Imports a function. Imports take the first indices, so they come before the first `addFunction`. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
  ): ImportedFunction {
    if (this.#functions.length > 0) throw new Error(`wasm: import ${module}.${name} before adding functions`);
    const out = this.#imports;
    out.name(module);
    out.name(name);
    out.u8(0x00);
    out.u32(this.#type(params, results));
    this.#importCount++;
    return { index: this.#importNames.push(name) - 1, name };
  }

  addFunction(name: string, params: readonly ValType[], results: readonly ValType[]): FunctionBuilder {
    const index = this.#importNames.length + this.#functions.length;
    const builder = new FunctionBuilder(index, name, params, results);
    this.#functions.push(builder);
    this.#functionTypes.u32(this.#type(params, results));
    return builder;
  }

  exportFunction(name: string, { index }: { readonly index: number }): void {
    this.#exports.name(name);
    this.#exports.u8(0x00);
    this.#exports.u32(index);
    this.#exportCount++;
  }

  /** The binary module; with `names`, those of functions are kept for profilers and stack traces, or those of locals as well. */
  finish({ names = false }: { readonly names?: boolean | 'functions' } = {}): Uint8Array {
    const size = this.#functions.reduce((sum, { size }) => sum + size + 64, 512);
    const out = new ByteWriter(size);
    out.u32le(0x6d736100);
    out.u32le(1);
    section(out, SECTION.type, this.#types.size, this.#typeSection);
    section(out, SECTION.import, this.#importCount, this.#imports);
    section(out, SECTION.function, this.#functions.length, this.#functionTypes);
    section(out, SECTION.export, this.#exportCount, this.#exports);
    const code = new ByteWriter(size);
    for (const builder of this.#functions) builder.writeBody(code);
    section(out, SECTION.code, this.#functions.length, code);
    if (names !== false) this.#writeNames(out, names === true);
    return out.view();
  }

  #type(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params.join()}:${results.join()}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const out = this.#typeSection;
    out.u8(0x60);
    for (const types of [params, results]) {
      out.u32(types.length);
      for (const type of types) out.u8(VAL_TYPE_CODES[type]);
    }
    this.#types.set(key, this.#types.size);
    return this.#types.size - 1;
  }

  #writeNames(out: ByteWriter, withLocals: boolean): void {
    const functions = new ByteWriter();
    const names = [...this.#importNames, ...this.#functions.map(({ name }) => name)];
    nameMap(functions, [...names.entries()]);
    const locals = new ByteWriter();
    const named = this.#functions.filter((builder) => builder.namedLocals().length > 0);
    locals.u32(named.length);
    for (const builder of named) {
      locals.u32(builder.index);
      nameMap(locals, builder.namedLocals());
    }
    const body = new ByteWriter();
    body.name('name');
    body.u8(1);
    body.sized(functions.view());
    if (withLocals) {
      body.u8(2);
      body.sized(locals.view());
    }
    out.u8(SECTION.custom);
    out.sized(body.view());
  }
}

/** A section that is a vector of `count` entries; left out when empty. */
function section(out: ByteWriter, id: number, count: number, entries: ByteWriter): void {
  if (count === 0) return;
  const head = new ByteWriter(8);
  head.u32(count);
  out.u8(id);
  out.u32(head.length + entries.length);
  out.raw(head.view());
  out.raw(entries.view());
}

function nameMap(out: ByteWriter, entries: readonly (readonly [index: number, name: string])[]): void {
  out.u32(entries.length);
  for (const [index, name] of entries) {
    out.u32(index);
    out.name(name);
  }
}
