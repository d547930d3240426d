import { ByteReader } from './byteReader.ts';
import { VAL_TYPE_CODES, type ValType } from './instructions.ts';

export interface FunctionType {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

export interface DecodedMemory {
  readonly module: string;
  readonly name: string;
  readonly min: number;
  readonly max: number | undefined;
  readonly shared: boolean;
}

export interface DecodedFunction {
  readonly type: FunctionType;
  readonly name: string | undefined;
  /** Where it comes from; undefined for a function with a body. */
  readonly imported: { readonly module: string; readonly name: string } | undefined;
  readonly exports: readonly string[];
  readonly localNames: ReadonlyMap<number, string>;
  readonly locals: readonly ValType[];
  /** The instructions, with the closing `end`. */
  readonly body: ByteReader | undefined;
}

export interface DecodedModule {
  readonly memories: readonly DecodedMemory[];
  readonly functions: readonly DecodedFunction[];
}

const VAL_TYPES = new Map(Object.entries(VAL_TYPE_CODES).map(([type, code]) => [code, type as ValType]));

/** The value type of that code. */
export function valTypeOf(code: number): ValType {
  const type = VAL_TYPES.get(code);
  if (type === undefined) throw new RangeError(`wasm: 0x${code.toString(16)} is no numeric or vector type`);
  return type;
}

/** Reads the sections that `WasmModule` writes; others are refused by number. */
export function decodeModule(bytes: Uint8Array): DecodedModule {
  const reader = new ByteReader(bytes);
  if (reader.u32le() !== 0x6d736100 || reader.u32le() !== 1)
    throw new Error('wasm: not a WebAssembly module, version 1');
  const parts = new Parts();
  while (!reader.done) {
    const id = reader.u8();
    parts.section(id, reader.slice(reader.u32()));
  }
  return parts.assemble();
}

interface Import {
  readonly module: string;
  readonly name: string;
  readonly type: number;
}

interface Body {
  readonly locals: ValType[];
  readonly body: ByteReader;
}

class Parts {
  readonly #types: FunctionType[] = [];
  readonly #memories: DecodedMemory[] = [];
  readonly #imports: Import[] = [];
  readonly #functionTypes: number[] = [];
  readonly #exports = new Map<number, string[]>();
  readonly #bodies: Body[] = [];
  readonly #names = new Map<number, string>();
  readonly #localNames = new Map<number, Map<number, string>>();

  section(id: number, reader: ByteReader): void {
    if (id === 0) {
      this.#custom(reader);
      return;
    }
    for (let count = reader.u32(); count > 0; count--) this.#entry(id, reader);
  }

  assemble(): DecodedModule {
    const imports = this.#imports.map(({ module, name, type }, index) => ({
      ...this.#function(index, type),
      imported: { module, name },
      locals: [],
      body: undefined,
    }));
    const defined = this.#functionTypes.map((type, i) => {
      const body = this.#bodies[i];
      if (body === undefined) throw new Error(`wasm: function ${i} has a type and no body`);
      return { ...this.#function(imports.length + i, type), imported: undefined, ...body };
    });
    return { memories: this.#memories, functions: [...imports, ...defined] };
  }

  #function(index: number, typeIndex: number) {
    const type = this.#types[typeIndex];
    if (type === undefined) throw new Error(`wasm: there is no type ${typeIndex}`);
    const name = this.#names.get(index);
    const localNames = this.#localNames.get(index) ?? new Map<number, string>();
    return { type, name, exports: this.#exports.get(index) ?? [], localNames };
  }

  #entry(id: number, reader: ByteReader): void {
    if (id === 1) this.#types.push(readType(reader));
    else if (id === 2) this.#import(reader);
    else if (id === 3) this.#functionTypes.push(reader.u32());
    else if (id === 7) this.#export(reader);
    else if (id === 10) this.#bodies.push(readBody(reader.slice(reader.u32())));
    else throw new Error(`wasm: section ${id} is not one that this encoder writes`);
  }

  #import(reader: ByteReader): void {
    const module = reader.name();
    const name = reader.name();
    const kind = reader.u8();
    if (kind === 0) {
      this.#imports.push({ module, name, type: reader.u32() });
    } else if (kind === 2) {
      const flags = reader.u8();
      const min = reader.u32();
      const max = flags & 1 ? reader.u32() : undefined;
      this.#memories.push({ module, name, min, max, shared: (flags & 2) !== 0 });
    } else throw new Error(`wasm: import ${module}.${name} is neither a function nor a memory`);
  }

  #export(reader: ByteReader): void {
    const name = reader.name();
    if (reader.u8() !== 0) throw new Error(`wasm: export ${name} is not a function`);
    const index = reader.u32();
    this.#exports.set(index, [...(this.#exports.get(index) ?? []), name]);
  }

  /** The name section: functions (1) and locals (2). */
  #custom(reader: ByteReader): void {
    if (reader.name() !== 'name') return;
    while (!reader.done) {
      const id = reader.u8();
      const part = reader.slice(reader.u32());
      if (id === 1) readNames(part, this.#names);
      if (id !== 2) continue;
      for (let count = part.u32(); count > 0; count--) {
        const names = new Map<number, string>();
        this.#localNames.set(part.u32(), names);
        readNames(part, names);
      }
    }
  }
}

function readType(reader: ByteReader): FunctionType {
  if (reader.u8() !== 0x60) throw new Error('wasm: a type is not a function type');
  const types = () => Array.from({ length: reader.u32() }, () => valTypeOf(reader.u8()));
  return { params: types(), results: types() };
}

function readBody(reader: ByteReader): Body {
  const locals: ValType[] = [];
  for (let runs = reader.u32(); runs > 0; runs--) {
    const count = reader.u32();
    const type = valTypeOf(reader.u8());
    if (locals.length + count > 50_000) throw new RangeError('wasm: a function has more than 50000 locals');
    for (let i = 0; i < count; i++) locals.push(type);
  }
  return { locals, body: reader };
}

function readNames(reader: ByteReader, names: Map<number, string>): void {
  for (let count = reader.u32(); count > 0; count--) names.set(reader.u32(), reader.name());
}
