/**
 * The signatures of built-in functions as text, and how a call matches them. A
 * form such as `(V, V, S) -> V` is read with: `S` a scalar of the family's
 * element kinds, `V` a vector of it, `T` either (one size throughout), `M` a
 * matrix of it and `Mt` its transpose, `Q` a square one, `B` a vector of bool
 * as long as `V`, `I` i32 in the shape of `T`, `J` either integer type.
 * Anything else is the name of a type.
 */

import { BOOL, F32, I32, type Lanes, matrix, scalar, U32, vector } from '../intern.ts';
import type { MatrixType, ScalarKind, ScalarType, Type } from '../wgslType.ts';
import { conversionRank, joinScalars, scalarRank } from './rank.ts';
import { resultStructure } from './resultStructure.ts';

export interface Form {
  readonly text: string;
  readonly parameters: readonly Pattern[];
  readonly result: Pattern | null;
}

type Letter = 'S' | 'V' | 'T' | 'M' | 'Mt' | 'Q' | 'B' | 'I' | 'J' | 'vec3<S>' | 'frexp' | 'modf';
type Pattern = Letter | Type;

export interface Match {
  readonly parameters: readonly Type[];
  readonly result: Type | null;
}

const LETTERS = new Set(['S', 'V', 'T', 'M', 'Mt', 'Q', 'B', 'I', 'J', 'vec3<S>', 'frexp', 'modf']);

const FIXED: Readonly<Record<string, Type>> = {
  bool: BOOL,
  i32: I32,
  u32: U32,
  f32: F32,
  'vec2<f32>': vector(2, F32),
  'vec4<f32>': vector(4, F32),
  'vec4<i32>': vector(4, I32),
  'vec4<u32>': vector(4, U32),
};

export function parseForm(text: string): Form {
  const [inside, result] = text.split(' -> ');
  const names = inside!.slice(1, -1);
  return {
    text,
    parameters: names === '' ? [] : names.split(', ').map(parsePattern),
    result: result === undefined ? null : parsePattern(result),
  };
}

function parsePattern(name: string): Pattern {
  if (LETTERS.has(name)) return name as Letter;
  const type = FIXED[name];
  if (type === undefined) throw new Error(`parseForm: no type is called ${name}`);
  return type;
}

/** What the letters of a form stand for in one call. */
class Bindings {
  element: ScalarType | null = null;
  /** 1 for a scalar, 0 while not known. */
  size = 0;
  shape: MatrixType | null = null;
  /** The element that `I` met: i32 or abstract. */
  exponent: ScalarType | null = null;

  /** Takes the argument in, or answers that it does not fit. */
  accept(pattern: Pattern, type: Type): boolean {
    if (typeof pattern !== 'string') return conversionRank(type, pattern) !== null;
    switch (pattern) {
      case 'S':
        return type.kind === 'scalar' && this.join(type);
      case 'T':
        if (type.kind === 'scalar') return this.sized(1) && this.join(type);
        return type.kind === 'vector' && this.sized(type.size) && this.join(type.element);
      case 'V':
        return type.kind === 'vector' && this.sized(type.size) && this.join(type.element);
      case 'vec3<S>':
        return type.kind === 'vector' && type.size === 3 && this.join(type.element);
      case 'M':
      case 'Q':
        if (type.kind !== 'matrix' || (pattern === 'Q' && type.columns !== type.rows)) return false;
        this.shape = type;
        return this.join(type.element);
      case 'B':
        return type.kind === 'vector' && type.element === BOOL && this.sized(type.size);
      case 'I': {
        const element = type.kind === 'vector' ? type.element : type;
        if (element.kind !== 'scalar' || conversionRank(element, I32) === null) return false;
        this.exponent = element;
        return this.sized(type.kind === 'vector' ? type.size : 1);
      }
      case 'J':
        return type === U32 || conversionRank(type, I32) !== null;
      default:
        return false;
    }
  }

  sized(size: number): boolean {
    if (this.size === 0) this.size = size;
    return this.size === size;
  }

  join(element: ScalarType): boolean {
    const joined = this.element === null ? element : joinScalars(this.element, element);
    if (joined !== null) this.element = joined;
    return joined !== null;
  }

  /** The type that `pattern` stands for; `given` is the argument there. */
  typeOf(pattern: Pattern, element: ScalarType, given: Type | null): Type {
    if (typeof pattern !== 'string') return pattern;
    switch (pattern) {
      case 'S':
        return element;
      case 'T':
      case 'V':
        return this.sizedAs(element);
      case 'vec3<S>':
        return vector(3, element);
      case 'M':
      case 'Q':
        return matrix(this.shape!.columns, this.shape!.rows, element);
      case 'Mt':
        return matrix(this.shape!.rows, this.shape!.columns, element);
      case 'B':
        return vector(this.size as Lanes, BOOL);
      case 'I':
        // The conformance suite wants ldexp(1.0, 511i) to be an AbstractFloat, though the specification asks for f32.
        return this.sizedAs(element.scalar === 'abstract-float' ? this.exponent! : I32);
      case 'J':
        return given === U32 ? U32 : I32;
      case 'frexp':
      case 'modf':
        return resultStructure(pattern, this.sizedAs(element));
    }
  }

  sizedAs(element: ScalarType): Type {
    return this.size === 1 ? element : vector(this.size as Lanes, element);
  }
}

/**
 * The types of `form` in a call with `args`, or null if it does not fit. No two
 * forms of a function fit the same arguments, so the first is the best.
 */
export function matchForm(
  form: Form,
  kinds: readonly ScalarKind[],
  args: readonly Type[],
  mayBeAbstract: boolean,
): Match | null {
  if (args.length !== form.parameters.length) return null;
  const bindings = new Bindings();
  for (let i = 0; i < args.length; i++) if (!bindings.accept(form.parameters[i]!, args[i]!)) return null;
  const element = bindings.element === null ? BOOL : preferred(bindings.element, kinds, mayBeAbstract);
  if (element === null) return null;
  return {
    parameters: form.parameters.map((pattern, i) => bindings.typeOf(pattern, element, args[i]!)),
    result: form.result === null ? null : bindings.typeOf(form.result, element, null),
  };
}

/** The cheapest of `kinds` that `element` converts to. */
function preferred(element: ScalarType, kinds: readonly ScalarKind[], mayBeAbstract: boolean): ScalarType | null {
  let best: ScalarType | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const kind of kinds) {
    if (!mayBeAbstract && (kind === 'abstract-int' || kind === 'abstract-float')) continue;
    const rank = scalarRank(element, scalar(kind));
    if (rank === null || rank >= bestRank) continue;
    best = scalar(kind);
    bestRank = rank;
  }
  return best;
}
