/** Kinds of tokens (WGSL section 3.4), and the words that cannot be identifiers. */

/** `Invalid` stands for the first piece of text that is no token; the lexer stops there. */
export const Token = {
  EndOfFile: 0,
  Invalid: 1,
  Identifier: 2,
  ReservedWord: 3,
  IntLiteral: 4,
  FloatLiteral: 5,
  /** The `<` and `>` of a template list, as found by template list discovery. */
  TemplateStart: 6,
  TemplateEnd: 7,
  And: 8,
  AndAnd: 9,
  Arrow: 10,
  At: 11,
  Slash: 12,
  Bang: 13,
  LeftBracket: 14,
  RightBracket: 15,
  LeftBrace: 16,
  RightBrace: 17,
  Colon: 18,
  Comma: 19,
  Equal: 20,
  EqualEqual: 21,
  NotEqual: 22,
  Greater: 23,
  GreaterEqual: 24,
  ShiftRight: 25,
  Less: 26,
  LessEqual: 27,
  ShiftLeft: 28,
  Percent: 29,
  Minus: 30,
  MinusMinus: 31,
  Period: 32,
  Plus: 33,
  PlusPlus: 34,
  Or: 35,
  OrOr: 36,
  LeftParen: 37,
  RightParen: 38,
  Semicolon: 39,
  Star: 40,
  Tilde: 41,
  Underscore: 42,
  Xor: 43,
  PlusEqual: 44,
  MinusEqual: 45,
  StarEqual: 46,
  SlashEqual: 47,
  PercentEqual: 48,
  AndEqual: 49,
  OrEqual: 50,
  XorEqual: 51,
  ShiftRightEqual: 52,
  ShiftLeftEqual: 53,
  KeywordAlias: 54,
  KeywordBreak: 55,
  KeywordCase: 56,
  KeywordConst: 57,
  KeywordConstAssert: 58,
  KeywordContinue: 59,
  KeywordContinuing: 60,
  KeywordDefault: 61,
  KeywordDiagnostic: 62,
  KeywordDiscard: 63,
  KeywordElse: 64,
  KeywordEnable: 65,
  KeywordFalse: 66,
  KeywordFn: 67,
  KeywordFor: 68,
  KeywordIf: 69,
  KeywordLet: 70,
  KeywordLoop: 71,
  KeywordOverride: 72,
  KeywordRequires: 73,
  KeywordReturn: 74,
  KeywordStruct: 75,
  KeywordSwitch: 76,
  KeywordTrue: 77,
  KeywordVar: 78,
  KeywordWhile: 79,
} as const;

export type TokenKind = (typeof Token)[keyof typeof Token];

const punctuation: ReadonlyArray<readonly [TokenKind, string]> = [
  [Token.And, '&'],
  [Token.AndAnd, '&&'],
  [Token.Arrow, '->'],
  [Token.At, '@'],
  [Token.Slash, '/'],
  [Token.Bang, '!'],
  [Token.LeftBracket, '['],
  [Token.RightBracket, ']'],
  [Token.LeftBrace, '{'],
  [Token.RightBrace, '}'],
  [Token.Colon, ':'],
  [Token.Comma, ','],
  [Token.Equal, '='],
  [Token.EqualEqual, '=='],
  [Token.NotEqual, '!='],
  [Token.Greater, '>'],
  [Token.GreaterEqual, '>='],
  [Token.ShiftRight, '>>'],
  [Token.Less, '<'],
  [Token.LessEqual, '<='],
  [Token.ShiftLeft, '<<'],
  [Token.Percent, '%'],
  [Token.Minus, '-'],
  [Token.MinusMinus, '--'],
  [Token.Period, '.'],
  [Token.Plus, '+'],
  [Token.PlusPlus, '++'],
  [Token.Or, '|'],
  [Token.OrOr, '||'],
  [Token.LeftParen, '('],
  [Token.RightParen, ')'],
  [Token.Semicolon, ';'],
  [Token.Star, '*'],
  [Token.Tilde, '~'],
  [Token.Underscore, '_'],
  [Token.Xor, '^'],
  [Token.PlusEqual, '+='],
  [Token.MinusEqual, '-='],
  [Token.StarEqual, '*='],
  [Token.SlashEqual, '/='],
  [Token.PercentEqual, '%='],
  [Token.AndEqual, '&='],
  [Token.OrEqual, '|='],
  [Token.XorEqual, '^='],
  [Token.ShiftRightEqual, '>>='],
  [Token.ShiftLeftEqual, '<<='],
];

/** Keywords of the language (section 3.5) with their tokens. */
export const keywords: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ['alias', Token.KeywordAlias],
  ['break', Token.KeywordBreak],
  ['case', Token.KeywordCase],
  ['const', Token.KeywordConst],
  ['const_assert', Token.KeywordConstAssert],
  ['continue', Token.KeywordContinue],
  ['continuing', Token.KeywordContinuing],
  ['default', Token.KeywordDefault],
  ['diagnostic', Token.KeywordDiagnostic],
  ['discard', Token.KeywordDiscard],
  ['else', Token.KeywordElse],
  ['enable', Token.KeywordEnable],
  ['false', Token.KeywordFalse],
  ['fn', Token.KeywordFn],
  ['for', Token.KeywordFor],
  ['if', Token.KeywordIf],
  ['let', Token.KeywordLet],
  ['loop', Token.KeywordLoop],
  ['override', Token.KeywordOverride],
  ['requires', Token.KeywordRequires],
  ['return', Token.KeywordReturn],
  ['struct', Token.KeywordStruct],
  ['switch', Token.KeywordSwitch],
  ['true', Token.KeywordTrue],
  ['var', Token.KeywordVar],
  ['while', Token.KeywordWhile],
]);

/** Words kept for future use (section 15.2); no module may contain one. */
const reservedWords: readonly string[] = `
  NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch
  class co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast
  consteval constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum
  explicit export extends extern external fallthrough filter final finally friend from fxgroup get goto
  groupshared highp impl implements import inline instanceof interface layout lowp macro macro_rules match
  mediump meta mod module move mut mutable namespace new nil noexcept noinline nointerpolation non_coherent
  noncoherent noperspective null nullptr of operator package packoffset partition pass patch pixelfragment
  precise precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require
  resource restrict self set shared sizeof smooth snorm static static_assert static_cast std subroutine super
  target template this thread_local throw trait try type typedef typeid typename typeof union unless unorm unsafe
  unsized use using varying virtual volatile wgsl where with writeonly yield
`
  .trim()
  .split(/\s+/);

const words = new Map<string, TokenKind>([
  ...keywords,
  ...reservedWords.map((word) => [word, Token.ReservedWord] as const),
  ['_', Token.Underscore],
]);

/** The token that the text of a word is. */
export function wordToken(text: string): TokenKind {
  return words.get(text) ?? Token.Identifier;
}

const spellings: string[] = [];
for (const [token, text] of punctuation) spellings[token] = text;
for (const [text, token] of keywords) spellings[token] = text;
spellings[Token.TemplateStart] = '<';
spellings[Token.TemplateEnd] = '>';

/** A token of punctuation and the length of its text. */
export interface PunctuationMatch {
  readonly kind: TokenKind;
  readonly text: string;
}

// By first character, the longest first: tokens take as much text as they can.
const matches: PunctuationMatch[][] = [];
for (const [kind, text] of punctuation) {
  if (kind === Token.Underscore) continue; // a word
  const first = text.charCodeAt(0);
  matches[first] = [...(matches[first] ?? []), { kind, text }];
}
for (const candidates of matches) candidates?.sort((a, b) => b.text.length - a.text.length);

/** The longest token of punctuation that `source` has at `at`. */
export function matchPunctuation(source: string, at: number): PunctuationMatch | null {
  const candidates = matches[source.charCodeAt(at)];
  if (candidates === undefined) return null;
  for (const candidate of candidates) {
    if (candidate.text.length === 1 || source.startsWith(candidate.text, at)) return candidate;
  }
  return null;
}

/** The text of a token that is always spelled the same; undefined for the others. */
export function spelling(token: number): string | undefined {
  return spellings[token];
}
