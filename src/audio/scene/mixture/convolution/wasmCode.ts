/**
 * The few WebAssembly instructions that transforms need, as bytes. https://webassembly.github.io/spec/core/binary
 *
 * An expression leaves a value on the stack; a statement leaves nothing.
 */
export type Code = readonly number[];

/** A variable of a function, by its number: parameters come first. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];

export const int = (value: number): Code => [0x41, ...signed(value)];
export const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const times = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
/** times 2^bits */
export const shifted = (a: Code, bits: number): Code => [...a, ...int(bits), 0x74];
export const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49];

/** Four floats at an address that is a multiple of 4. */
export const load4 = (address: Code): Code => [...address, 0xfd, 0x00, 2, 0];
export const store4 = (address: Code, value: Code): Code => [...address, ...value, 0xfd, 0x0b, 2, 0];
/** One float, four times. */
export const splat4 = (address: Code): Code => [...address, 0xfd, 0x09, 2, 0];
export const add4 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe4, 0x01];
export const sub4 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe5, 0x01];
export const mul4 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe6, 0x01];
/** Four of eight floats: 0 to 3 are those of a, 4 to 7 those of b. */
export const shuffle4 = (a: Code, b: Code, floats: readonly number[]): Code => [
  ...a,
  ...b,
  ...[0xfd, 0x0d],
  ...floats.flatMap((float) => [0, 1, 2, 3].map((byte) => 4 * float + byte)),
];

/** Repeats statements while a condition holds at their end. */
export const doWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

export interface WasmFunction {
  readonly name: string;
  /** All are i32. */
  readonly parameters: number;
  /** Further i32 variables, numbered after the parameters. */
  readonly ints: number;
  /** Variables of four floats, numbered after those. */
  readonly vectors: number;
  readonly body: Code;
}

/** A module of functions without results over a memory that it imports as `env.memory`. */
export function wasmModule(functions: readonly WasmFunction[]): WebAssembly.Module {
  const types = functions.map(({ parameters }) => [0x60, ...list(Array.from({ length: parameters }, () => [0x7f])), 0]);
  const memory = [...text('env'), ...text('memory'), 2, 0, 1];
  const exported = functions.map(({ name }, at) => [...text(name), 0, at]);
  const bodies = functions.map(({ ints, vectors, body }) => {
    const code = [
      ...list([
        [...unsigned(ints), 0x7f],
        [...unsigned(vectors), 0x7b],
      ]),
      ...body,
      0x0b,
    ];
    return [...unsigned(code.length), ...code];
  });
  return new WebAssembly.Module(
    new Uint8Array([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list(types)),
      ...section(2, list([memory])),
      ...section(3, list(functions.map((_, at) => unsigned(at)))),
      ...section(7, list(exported)),
      ...section(10, list(bodies)),
    ]),
  );
}

function section(id: number, bytes: Code): Code {
  return [id, ...unsigned(bytes.length), ...bytes];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(characters: string): Code {
  const bytes = new TextEncoder().encode(characters);
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128 */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const done = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
  return done ? [low] : [low | 0x80, ...signed(rest)];
}
