/** Conversions of Web IDL: what a browser does with arguments before a method's own steps run. */

const maxSafe = Number.MAX_SAFE_INTEGER;

/** `[EnforceRange] unsigned long` */
export function toU32(value: unknown, name: string): number {
  if (typeof value === 'number' && value >>> 0 === value) return value;
  return enforceRange(value, 0xffff_ffff, name);
}

/** `[EnforceRange] unsigned long long`: to 2^53 - 1, the largest integer a number holds exactly. */
export function toU64(value: unknown, name: string): number {
  if (typeof value === 'number' && value >>> 0 === value) return value;
  return enforceRange(value, maxSafe, name);
}

function enforceRange(value: unknown, max: number, name: string): number {
  const number = Math.trunc(Number(value));
  if (!(number >= 0 && number <= max)) {
    throw new TypeError(`${name} must be an integer from 0 to ${max}, not ${String(value)}.`);
  }
  return number + 0; // -0 becomes 0
}

/** `double`, which unlike `unrestricted double` excludes infinities and NaN. */
export function toDouble(value: unknown, name: string): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError(`${name} must be a finite number, not ${String(value)}.`);
  return number;
}

/** An enumeration's value. */
export function toEnum<Value extends string>(value: unknown, allowed: readonly Value[], name: string): Value {
  const found = allowed.find((each) => each === String(value));
  if (found === undefined) {
    throw new TypeError(
      `${name} must be one of ${allowed.map((each) => `'${each}'`).join(', ')}, not '${String(value)}'.`,
    );
  }
  return found;
}

/** A platform object of the given interface. */
export function toObject<Class>(value: unknown, type: abstract new (...args: never[]) => Class, name: string): Class {
  if (!(value instanceof type)) throw new TypeError(`${name} must be a ${type.name} of softgpu.`);
  return value;
}

/** `sequence<T>`: anything that can be iterated. */
export function toSequence<Item>(value: Iterable<Item>, name: string): Item[] {
  if (value === null || typeof value !== 'object' || typeof value[Symbol.iterator] !== 'function') {
    throw new TypeError(`${name} must be a sequence, such as an array.`);
  }
  return Array.isArray(value) ? value : [...value];
}

/** A dictionary that may be left out: undefined and null are the empty one. */
export function toDictionary<Dictionary extends object>(
  value: Dictionary | null | undefined,
  name: string,
): Partial<Dictionary> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(`${name} must be an object.`);
  return value;
}

/** A required dictionary member. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new TypeError(`${name} is required.`);
  return value;
}
