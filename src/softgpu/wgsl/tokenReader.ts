/** The position in a token list, and the small steps every part of the parser takes. */

import type { DiagnosticControl, Name, Span } from './ast.ts';
import { WgslError } from './diagnostics.ts';
import { shorten, type Tokens } from './lexer.ts';
import { spelling, Token } from './tokens.ts';

/** Deepest nesting of what the parser handles by recursion; keeps deeply nested text from overflowing the stack. */
const MAX_DEPTH = 127;

/** Brace-enclosed statements within each other (section 2.4), the body of the function included. */
const MAX_BLOCKS = 128;

/** Greatest height of an expression's tree, so that whoever walks it may recurse. */
const MAX_HEIGHT = 512;

export class TokenReader {
  readonly source: string;
  readonly #tokens: Tokens;
  readonly #kinds: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #index = 0;
  #depth = 0;
  #blocks = 0;
  #kind: number;

  /** Height of the tree of the expression parsed last. */
  height = 0;

  /** Those parsed so far. */
  readonly diagnosticControls: DiagnosticControl[] = [];

  constructor(tokens: Tokens) {
    this.source = tokens.source;
    this.#tokens = tokens;
    this.#kinds = tokens.kinds;
    this.#starts = tokens.starts;
    this.#ends = tokens.ends;
    this.#kind = tokens.kinds[0]!;
  }

  /** Kind of the current token. */
  get kind(): number {
    return this.#kind;
  }

  /** Kind of the token after the current one. */
  get nextKind(): number {
    return this.#kinds[this.#index + 1] ?? Token.EndOfFile;
  }

  /** Offset of the current token. */
  get start(): number {
    return this.#starts[this.#index]!;
  }

  /** Offset after the token before the current one. */
  get previousEnd(): number {
    return this.#index === 0 ? 0 : this.#ends[this.#index - 1]!;
  }

  /** Text of the current token. */
  get text(): string {
    return this.source.slice(this.#starts[this.#index], this.#ends[this.#index]);
  }

  /** Span of the current token. */
  get span(): Span {
    const offset = this.#starts[this.#index]!;
    return { offset, length: this.#ends[this.#index]! - offset };
  }

  /** From `start` to the end of the last token taken. */
  spanFrom(start: number): Span {
    return { offset: start, length: this.#ends[this.#index - 1]! - start };
  }

  /** Go to the next token; EndOfFile stays. */
  advance(): void {
    if (this.#kind !== Token.EndOfFile) this.#kind = this.#kinds[++this.#index]!;
  }

  /** Take the current token if it is of this kind. */
  take(kind: number): boolean {
    if (this.#kind !== kind) return false;
    this.#kind = this.#kinds[++this.#index]!;
    return true;
  }

  /**
   * Take the first character of `--` or `&&` where only that can be meant: in `a--b`, and in `&&a`. Section 3.1: a token
   * is the longest that may stand there.
   */
  takeHalf(half: typeof Token.Minus | typeof Token.And): void {
    this.#kinds[this.#index] = half;
    this.#starts[this.#index]! += 1;
    this.#kind = half;
  }

  /** Take a token of this kind or fail; `where` continues the sentence "expected ';' …". */
  expect(kind: number, where: string): void {
    if (!this.take(kind)) this.failExpected(`'${spelling(kind)}' ${where}`);
  }

  /** Take the `;` that ends a statement or declaration; a message points after the last token, where it is missing. */
  expectSemicolon(where: string): void {
    if (this.take(Token.Semicolon)) return;
    if (this.#kind === Token.Invalid) this.failInvalid();
    const offset = this.previousEnd;
    const found = this.describe();
    this.failAt({ offset, length: 0 }, `expected ';' after ${where}, found ${found}`);
  }

  /** Take an identifier or fail; `what` says what it is to name. */
  expectName(what: string): Name {
    if (this.#kind !== Token.Identifier) this.failName(what);
    const name = { text: this.text, span: this.span };
    this.advance();
    return name;
  }

  /** Go one level deeper; `leave` must follow unless parsing fails. */
  enter(): void {
    if (++this.#depth > MAX_DEPTH) {
      this.fail(`the expression is nested too deeply: the limit is ${MAX_DEPTH} levels`);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Take the `{` of a statement; `leaveBlock` must follow its `}` unless parsing fails. */
  enterBlock(where: string): void {
    this.expect(Token.LeftBrace, where);
    if (++this.#blocks > MAX_BLOCKS)
      this.fail(`statements are nested too deeply: the limit is ${MAX_BLOCKS} levels of braces`);
  }

  leaveBlock(): void {
    this.#blocks--;
  }

  /** Note that the expression just built stands over operands of at most `height`. */
  grow(height: number): void {
    if (height >= MAX_HEIGHT)
      this.fail(`the expression has too many operations: its tree may be ${MAX_HEIGHT} levels high`);
    this.height = height + 1;
  }

  /** What stands here, for a message. */
  describe(): string {
    if (this.#kind === Token.EndOfFile) return 'the end of the source';
    const fixed = spelling(this.#kind);
    if (fixed === undefined) return `'${shorten(this.text)}'`;
    return this.#kind >= Token.KeywordAlias ? `keyword '${fixed}'` : `'${fixed}'`;
  }

  /** Fail because something else should stand here. */
  failExpected(what: string): never {
    if (this.#kind === Token.Invalid) this.failInvalid();
    this.fail(`expected ${what}, found ${this.describe()}`);
  }

  /** Fail at the current token. */
  fail(message: string): never {
    if (this.#kind === Token.Invalid) this.failInvalid();
    this.failAt(this.span, message);
  }

  failAt(span: Span, message: string): never {
    throw new WgslError(this.source, [{ severity: 'error', message, span }]);
  }

  failInvalid(): never {
    throw new WgslError(this.source, [this.#tokens.invalid!]);
  }

  failName(what: string): never {
    if (this.#kind >= Token.KeywordAlias) {
      this.fail(`expected ${what}, found keyword '${this.text}', which cannot be a name`);
    }
    if (this.#kind === Token.Underscore) this.fail(`expected ${what}, found '_', which cannot be a name`);
    this.failExpected(what);
  }
}
