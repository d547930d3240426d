/**
 * Template list discovery (WGSL section 3.9): which `<` and `>` enclose template lists. The specification words it on
 * characters; here it runs on tokens as the lexer finds them. The one difference is in favor of programs: the `=` of a
 * `<=` that follows something other than an identifier, as in `f(x)<=b`, is not taken for an assignment.
 */

import { Token } from './tokens.ts';

export class TemplateDiscovery {
  readonly #kinds: Uint8Array;
  // Candidates: the index of a `<` token and the nesting depth of parentheses and brackets it stands at.
  readonly #tokens: number[] = [];
  readonly #depths: number[] = [];
  #nesting = 0;

  /** `kinds` are the tokens found so far; a `<` there becomes TemplateStart when its `>` comes. */
  constructor(kinds: Uint8Array) {
    this.#kinds = kinds;
  }

  /** A `<` is about to become token `index`. */
  open(index: number): void {
    if (index === 0 || !isIdentifierPattern(this.#kinds[index - 1]!)) return;
    this.#tokens.push(index);
    this.#depths.push(this.#nesting);
  }

  /** A `>` comes: true if it ends a template list, whose start is then marked. */
  closes(): boolean {
    const last = this.#depths.length - 1;
    if (last < 0 || this.#depths[last] !== this.#nesting) return false;
    this.#depths.pop();
    this.#kinds[this.#tokens.pop()!] = Token.TemplateStart;
    return true;
  }

  /** Any other token comes. */
  pass(kind: number): void {
    switch (kind) {
      case Token.LeftParen:
      case Token.LeftBracket:
        this.#nesting++;
        break;
      case Token.RightParen:
      case Token.RightBracket:
        this.#dropInnermost();
        this.#nesting = Math.max(0, this.#nesting - 1);
        break;
      // Both bind less than a comparison, so `a<b || c>d` is two comparisons.
      case Token.AndAnd:
      case Token.OrOr:
        this.#dropInnermost();
        break;
      // None of these can be in an expression.
      case Token.Semicolon:
      case Token.LeftBrace:
      case Token.Colon:
      case Token.Equal:
        this.#reset();
        break;
      default:
        if (kind >= Token.PlusEqual && kind <= Token.ShiftLeftEqual) this.#reset();
    }
  }

  #dropInnermost(): void {
    while (this.#depths.length > 0 && this.#depths[this.#depths.length - 1]! >= this.#nesting) {
      this.#depths.pop();
      this.#tokens.pop();
    }
  }

  #reset(): void {
    this.#nesting = 0;
    this.#depths.length = 0;
    this.#tokens.length = 0;
  }
}

/** ident_pattern_token matches keywords too; `true` and `false` are literals, which the discovery skips. */
function isIdentifierPattern(kind: number): boolean {
  if (kind === Token.KeywordTrue || kind === Token.KeywordFalse) return false;
  return kind === Token.Identifier || kind >= Token.KeywordAlias;
}
