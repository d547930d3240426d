/** Low and high bound, both possible. */
export type Range = readonly [low: number, high: number];

/** Of a number in JSON. */
export interface Bounds {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/**
 * Reads the fields of an object that came from JSON and may be anything. Fields that no call asked for are errors, too, once
 * `end` is called: a misspelled option must not pass for its default.
 */
export class JsonFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @param where What it is, for errors: `mixture config`, `mixture record: events[2]`. */
  constructor(
    value: unknown,
    readonly where: string,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RangeError(`${where}: must be an object, got ${shown(value)}`);
    }
    this.#values = value as Record<string, unknown>;
  }

  has(name: string): boolean {
    this.#asked.add(name);
    return this.#values[name] !== undefined;
  }

  /** Anything; undefined if it is left out. */
  value(name: string): unknown {
    this.#asked.add(name);
    return this.#values[name];
  }

  number(name: string, bounds: Bounds, standard?: number): number {
    const value = this.value(name) ?? standard;
    return expectNumber(`${this.where}: ${name}`, value, bounds);
  }

  /** A number alone stands for both bounds. */
  range(name: string, bounds: Bounds, standard?: Range): Range {
    const value = this.value(name) ?? standard;
    const path = `${this.where}: ${name}`;
    if (typeof value === 'number') return [expectNumber(path, value, bounds), value];
    const [low, high] = this.#list(path, value, 2, 'two numbers [low, high]');
    const range: Range = [expectNumber(`${path}[0]`, low, bounds), expectNumber(`${path}[1]`, high, bounds)];
    if (range[0] > range[1]) throw new RangeError(`${path}: low must not be above high, got ${shown(value)}`);
    return range;
  }

  vector(name: string, bounds: Bounds): readonly [x: number, y: number, z: number] {
    const path = `${this.where}: ${name}`;
    const list = this.#list(path, this.value(name), 3, 'three numbers [x, y, z]');
    return list.map((value, at) => expectNumber(`${path}[${at}]`, value, bounds)) as [number, number, number];
  }

  text(name: string, standard?: string): string {
    const value = this.value(name) ?? standard;
    if (typeof value === 'string') return value;
    throw new RangeError(`${this.where}: ${name}: must be a text, got ${shown(value)}`);
  }

  texts(name: string): string[] {
    const value = this.value(name);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw new RangeError(`${this.where}: ${name}: must be a list of texts, got ${shown(value)}`);
  }

  flag(name: string, standard?: boolean): boolean {
    const value = this.value(name) ?? standard;
    if (typeof value === 'boolean') return value;
    throw new RangeError(`${this.where}: ${name}: must be true or false, got ${shown(value)}`);
  }

  choice<T extends string>(name: string, choices: readonly T[], standard?: T): T {
    const value = this.value(name) ?? standard;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw new RangeError(`${this.where}: ${name}: must be one of ${choices.join(', ')}, got ${shown(value)}`);
  }

  /** An object inside this one. */
  fields(name: string, standard?: object): JsonFields {
    return new JsonFields(this.value(name) ?? standard, `${this.where}: ${name}`);
  }

  list(name: string): unknown[] {
    const value = this.value(name);
    if (Array.isArray(value)) return value;
    throw new RangeError(`${this.where}: ${name}: must be a list, got ${shown(value)}`);
  }

  /** @throws RangeError for fields that are none of those asked for. */
  end(): void {
    const unknown = Object.keys(this.#values).filter((name) => !this.#asked.has(name));
    if (unknown.length === 0) return;
    throw new RangeError(`${this.where}: no field ${unknown.join(', ')}; there are ${[...this.#asked].join(', ')}`);
  }

  #list(path: string, value: unknown, length: number, what: string): unknown[] {
    if (Array.isArray(value) && value.length === length) return value;
    throw new RangeError(`${path}: must be ${what}, got ${shown(value)}`);
  }
}

function expectNumber(path: string, value: unknown, bounds: Bounds): number {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, whole = false } = bounds;
  if (typeof value === 'number' && value >= least && value <= most && Number.isFinite(value)) {
    if (!whole || Number.isInteger(value)) return value;
  }
  const kind = whole ? 'a whole number' : 'a number';
  const low = least > Number.NEGATIVE_INFINITY ? ` from ${least}` : '';
  const high = most < Number.POSITIVE_INFINITY ? ` to ${most}` : '';
  throw new RangeError(`${path}: must be ${kind}${low}${high}, got ${shown(value)}`);
}

/** Short enough for one line of an error. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
