/**
 * Text to tokens (WGSL section 3), with template list discovery (section 3.9) in the same pass: the `<` and `>` around a
 * template list become TemplateStart and TemplateEnd, so that the parser never guesses.
 */

import { identifierEnd, isBlankspace, isDigit, startsIdentifier } from './characters.ts';
import { type Diagnostic, isLineBreak } from './diagnostics.ts';
import { scanNumber } from './numericLiteral.ts';
import { TemplateDiscovery } from './templateDiscovery.ts';
import { matchPunctuation, Token, wordToken } from './tokens.ts';

/** The tokens of a module as parallel arrays; the last is EndOfFile, and only the one before it may be Invalid. */
export interface Tokens {
  readonly source: string;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** What is wrong with the Invalid token. */
  readonly invalid: Diagnostic | null;
}

/** Split `source` into tokens. Never throws: text that is no token ends the list as an Invalid token. */
export function tokenize(source: string): Tokens {
  return new Lexer(source).run();
}

const SLASH = 0x2f;
const STAR = 0x2a;
const DOT = 0x2e;
const GREATER = 0x3e;

class Lexer {
  readonly #source: string;
  readonly #kinds: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #templates: TemplateDiscovery;
  #at = 0;
  #count = 0;
  #invalid: Diagnostic | null = null;

  constructor(source: string) {
    this.#source = source;
    const capacity = source.length + 2;
    this.#kinds = new Uint8Array(capacity);
    this.#starts = new Uint32Array(capacity);
    this.#ends = new Uint32Array(capacity);
    this.#templates = new TemplateDiscovery(this.#kinds);
  }

  run(): Tokens {
    const { length } = this.#source;
    while (this.#invalid === null) {
      this.#skipBlankspaceAndComments();
      if (this.#at >= length || this.#invalid !== null) break;
      this.#token();
    }
    this.#push(Token.EndOfFile, length, length);
    const count = this.#count;
    return {
      source: this.#source,
      kinds: this.#kinds.subarray(0, count),
      starts: this.#starts.subarray(0, count),
      ends: this.#ends.subarray(0, count),
      invalid: this.#invalid,
    };
  }

  #push(kind: number, start: number, end: number): void {
    this.#kinds[this.#count] = kind;
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
    this.#at = end;
  }

  #fail(start: number, end: number, message: string): void {
    this.#invalid = { severity: 'error', message, span: { offset: start, length: end - start } };
    this.#push(Token.Invalid, start, end);
  }

  #skipBlankspaceAndComments(): void {
    const source = this.#source;
    for (;;) {
      const code = source.charCodeAt(this.#at); // NaN at the end, which is no blankspace
      if (code === SLASH && source.charCodeAt(this.#at + 1) === SLASH) this.#skipLineComment();
      else if (code === SLASH && source.charCodeAt(this.#at + 1) === STAR) this.#skipBlockComment();
      else if (isBlankspace(code)) this.#at++;
      else return;
      if (this.#invalid !== null) return;
    }
  }

  /** Stops at a null character as well, which is then no token. */
  #skipLineComment(): void {
    const source = this.#source;
    let at = this.#at + 2;
    for (; at < source.length; at++) {
      const code = source.charCodeAt(at);
      if (code === 0 || isLineBreak(code)) break;
    }
    this.#at = at;
  }

  #skipBlockComment(): void {
    const source = this.#source;
    const start = this.#at;
    let depth = 1;
    let at = start + 2;
    while (depth > 0 && at < source.length) {
      const code = source.charCodeAt(at);
      const next = source.charCodeAt(at + 1);
      if (code === STAR && next === SLASH) depth--;
      else if (code === SLASH && next === STAR) depth++;
      else {
        if (code === 0) break;
        at++;
        continue;
      }
      at += 2;
    }
    this.#at = at;
    if (depth > 0 && at >= source.length) this.#fail(start, start + 2, "block comment without an end: '*/' is missing");
  }

  #token(): void {
    const source = this.#source;
    const start = this.#at;
    const code = source.charCodeAt(start);
    if (startsIdentifier(code < 128 ? code : source.codePointAt(start)!)) this.#word(start);
    else if (isDigit(code) || (code === DOT && isDigit(source.charCodeAt(start + 1)))) this.#number(start);
    else if (code === GREATER && this.#templates.closes()) this.#push(Token.TemplateEnd, start, start + 1);
    else this.#punctuation(start);
  }

  #punctuation(start: number): void {
    const match = matchPunctuation(this.#source, start);
    if (match === null) {
      this.#unknown(start);
      return;
    }
    if (match.kind === Token.Less) this.#templates.open(this.#count);
    else this.#templates.pass(match.kind);
    this.#push(match.kind, start, start + match.text.length);
  }

  #word(start: number): void {
    const end = identifierEnd(this.#source, start);
    const text = this.#source.slice(start, end);
    const kind = wordToken(text);
    if (kind === Token.ReservedWord) {
      this.#fail(start, end, `'${text}' is a reserved word: choose another name`);
    } else if (text.startsWith('__')) {
      const message = `'${shorten(text)}' starts with two underscores, which is reserved: choose another name`;
      this.#fail(start, end, message);
    } else this.#push(kind, start, end);
  }

  #number(start: number): void {
    const { end, float, error } = scanNumber(this.#source, start);
    if (error === null) this.#push(float ? Token.FloatLiteral : Token.IntLiteral, start, end);
    else this.#fail(start, end, `malformed number '${shorten(this.#source.slice(start, end))}': it ${error}`);
  }

  #unknown(start: number): void {
    const codePoint = this.#source.codePointAt(start)!;
    this.#fail(start, start + (codePoint > 0xffff ? 2 : 1), describeUnknown(codePoint));
  }
}

const NULL_CHARACTER = 'the source contains a null character';

function describeUnknown(codePoint: number): string {
  if (codePoint === 0) return NULL_CHARACTER;
  const character = String.fromCodePoint(codePoint);
  const hex = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character);
  return printable ? `unexpected character '${character}' (${hex})` : `unexpected character ${hex}`;
}

/** `text`, cut where it would fill a message. */
export function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
