import { quoteName } from './tensorFileErrors.ts';

/**
 * A reader of JSON for headers of untrusted files. The caller says what it expects, so a value of any other kind is refused where
 * it stands, before nested junk costs memory; and it sees what `JSON.parse` hides: duplicate keys, and numbers such as 1.0 or 1e3
 * where the format wants integers.
 */
export class JsonCursor {
  readonly #text: string;
  readonly #error: (reason: string) => Error;
  #at = 0;

  /** @param error makes the error to throw from a reason such as `must have a string at character 7, got "["`. */
  constructor(text: string, error: (reason: string) => Error) {
    this.#text = text;
    this.#error = error;
  }

  /** Visits the members of an object in order; `visit` must consume the value. A repeated key is an error. */
  object(visit: (key: string) => void): void {
    const seen = new Set<string>();
    this.#expect('{', 'an object');
    if (this.#accept('}')) return;
    do {
      const key = this.string();
      if (seen.has(key)) throw this.#error(`must not have the key ${quoteName(key)} twice`);
      seen.add(key);
      this.#expect(':', '":"');
      visit(key);
    } while (this.#accept(','));
    this.#expect('}', '"," or "}"');
  }

  /** Visits the elements of an array in order; `visit` must consume the value. */
  array(visit: () => void): void {
    this.#expect('[', 'an array');
    if (this.#accept(']')) return;
    do visit();
    while (this.#accept(','));
    this.#expect(']', '"," or "]"');
  }

  /** A string of well-formed Unicode. */
  string(): string {
    this.#expect('"', 'a string');
    const start = this.#at;
    let escaped = false;
    let code = this.#text.charCodeAt(this.#at);
    while (code !== QUOTE) {
      // NaN, past the end, is not at least a space either.
      if (!(code >= SPACE)) throw this.#unexpected('the end of a string');
      if (code === BACKSLASH) {
        escaped = true;
        this.#at++;
      }
      this.#at++;
      code = this.#text.charCodeAt(this.#at);
    }
    const raw = this.#text.slice(start, this.#at);
    this.#at++;
    const value = escaped ? this.#unescape(raw) : raw;
    if (/\p{Surrogate}/u.test(value))
      throw this.#error(`must be Unicode, got half a surrogate pair in ${quoteName(value)}`);
    return value;
  }

  /** An integer from 0 to 2^53 - 1, written with digits alone. */
  natural(): number {
    this.#skipSpace();
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++;
    const digits = this.#text.slice(start, this.#at);
    const value = Number(digits);
    const follows = this.#text[this.#at];
    const isInteger = digits !== '' && (digits === '0' || digits[0] !== '0') && !/[.eE]/.test(follows ?? '');
    if (isInteger && Number.isSafeInteger(value)) return value;
    this.#at = start;
    throw this.#unexpected('an integer from 0 to 2^53 - 1');
  }

  /** Passes over a value of any kind, nested `depth` levels at most. */
  skip(depth = 16): void {
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (depth === 0) throw this.#unexpected('less deeply nested values');
    if (first === '{') this.object(() => this.skip(depth - 1));
    else if (first === '[') this.array(() => this.skip(depth - 1));
    else if (first === '"') this.string();
    else {
      SCALAR.lastIndex = this.#at;
      if (!SCALAR.test(this.#text)) throw this.#unexpected('a value');
      this.#at = SCALAR.lastIndex;
    }
  }

  /** Nothing but white space may follow. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('nothing but spaces');
  }

  #unescape(raw: string): string {
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      throw this.#error(`must have valid escapes, got ${quoteName(raw)}`);
    }
  }

  #accept(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string, what: string): void {
    if (!this.#accept(mark)) throw this.#unexpected(what);
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #unexpected(what: string): Error {
    const got = this.#at < this.#text.length ? JSON.stringify(this.#text.slice(this.#at, this.#at + 12)) : 'its end';
    return this.#error(`must have ${what} at character ${Math.min(this.#at, this.#text.length)}, got ${got}`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const SCALAR = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])/y;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === 0x0a || code === 0x0d || code === 0x09;
}
