import { expression, indexBelow, type Scope, storable } from './fuzzExpression.ts';
import { small } from './fuzzFloat.ts';
import {
  BOOL,
  I32,
  isFloat,
  type Place,
  partsOf,
  randomShape,
  type Shape,
  type StructShape,
  typeText,
  U32,
} from './fuzzShape.ts';

/** Where statements are generated. */
export interface Context extends Scope {
  readonly structs: readonly StructShape[];
  /** The places that may be written. */
  readonly targets: readonly Place[];
  /** Functions with a pointer for their first parameter, called as statements. */
  readonly procedures: readonly Procedure[];
  readonly depth: number;
  readonly inLoop: boolean;
  /** What `return` gives back; `undefined` where there must be no return, so that control flow stays uniform. */
  readonly result: Shape | undefined;
  readonly names: Names;
}

export interface Procedure {
  readonly name: string;
  readonly target: Shape;
  readonly parameters: readonly Shape[];
}

/** Names that no other declaration of the program has, unless shadowing is wanted. */
export class Names {
  #count = 0;

  fresh(stem: string): string {
    return `${stem}${this.#count++}`;
  }
}

const DEPTH = 3;

/** `count` statements in a block of their own; declarations are seen by the statements after them. */
export function block(context: Context, count: number): string {
  let inner: Context = { ...context, depth: context.depth + 1 };
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const { text, declared, mutable } = statement(inner);
    lines.push(text);
    if (!declared) continue;
    const hidden = (place: Place) => !hides(declared.text, place.text);
    inner = {
      ...inner,
      places: [...inner.places.filter(hidden), declared],
      targets: mutable ? [...inner.targets.filter(hidden), declared] : inner.targets.filter(hidden),
    };
  }
  return `{\n${lines.join('\n')}\n}`;
}

function hides(name: string, place: string): boolean {
  return new RegExp(`^\\(?\\*?${name}\\b`).test(place);
}

interface Statement {
  readonly text: string;
  readonly declared?: Place;
  readonly mutable?: boolean;
}

function statement(context: Context): Statement {
  const { random, depth } = context;
  const roll = random.below(depth >= DEPTH ? 13 : 20);
  if (roll < 3) return declaration(context);
  if (roll < 8) return { text: assignment(context) };
  if (roll < 10) return { text: compound(context) };
  if (roll === 10) return { text: procedureCall(context) ?? assignment(context) };
  if (roll === 11) return { text: leaving(context) ?? assignment(context) };
  if (roll === 12) return { text: `_ = ${expression(context, randomShape(random, context.structs, 2), 2).text};` };
  if (roll < 16) return { text: conditional(context) };
  if (roll < 18) return { text: loop(context) };
  if (roll === 18) return { text: switched(context) };
  return { text: block(context, 1 + random.below(3)) };
}

function declaration(context: Context): Statement {
  const { random, names, structs } = context;
  const shape = randomShape(random, structs);
  const text = names.fresh('v');
  const keyword = random.pick(['let', 'var', 'var']);
  if (keyword === 'var' && random.chance(0.2))
    return { text: `var ${text}: ${typeText(shape)};`, declared: { text, shape }, mutable: true };
  const annotation = random.chance(0.5) ? `: ${typeText(shape)}` : '';
  const value = storable(context, shape, 3);
  return { text: `${keyword} ${text}${annotation} = ${value};`, declared: { text, shape }, mutable: keyword === 'var' };
}

/** A target or a part of one, at run-time indexes. */
function target(context: Context, fits: (shape: Shape) => boolean): Place | undefined {
  const { random, targets } = context;
  for (let attempt = 0; attempt < 10; attempt++) {
    let place = random.pick(targets);
    for (let step = random.below(4); step > 0; step--) {
      const parts = partsOf(place, random, (count) => indexBelow(context, count));
      if (parts.length > 0) place = random.pick(parts);
    }
    if (fits(place.shape)) return place;
  }
  return undefined;
}

function assignment(context: Context): string {
  const { text, shape } = target(context, () => true)!;
  return `${text} = ${storable(context, shape, 4)};`;
}

const isInteger = (shape: Shape): boolean =>
  (shape.kind === 'scalar' || shape.kind === 'vector') && (shape.of === 'i32' || shape.of === 'u32');

/** Also increments. A float is brought back to a storable value in a statement of its own. */
function compound(context: Context): string {
  const { random } = context;
  const place = target(context, (shape) => isInteger(shape) || (isFloat(shape) && shape.kind !== 'matrix'));
  if (!place) return assignment(context);
  const { text, shape } = place;
  if (isFloat(shape)) {
    // The place is written down twice: its indexes must not change between.
    const value = storable(context, shape, 3);
    const back = small({ text, literal: false, bound: 2 ** 22, fraction: 0 }, shape).text;
    return /\[.*[a-z(]/.test(text)
      ? assignment(context)
      : `${text} ${random.pick(['+=', '-=', '*='])} ${value}; ${text} = ${back};`;
  }
  if (shape.kind === 'scalar' && random.chance(0.4)) return `${text}${random.pick(['++', '--'])};`;
  return `${text} ${random.pick(['+=', '-=', '*=', '&=', '|=', '^='])} ${expression(context, shape, 3).text};`;
}

/** A procedure gets the address of a local variable that its other arguments do not need. */
function procedureCall(context: Context): string | undefined {
  const { random, procedures, targets } = context;
  if (procedures.length === 0) return undefined;
  const { name, target: shape, parameters } = random.pick(procedures);
  const fitting = targets.filter((place) => /^v\d+$/.test(place.text) && typeText(place.shape) === typeText(shape));
  if (fitting.length === 0) {
    const local = context.names.fresh('v');
    const args = parameters.map((parameter) => storable(context, parameter, 2));
    return `var ${local} = ${storable(context, shape, 2)};\n${name}(${[`&${local}`, ...args].join(', ')});\n_ = ${local};`;
  }
  const args = parameters.map((parameter) => storable(context, parameter, 2));
  return `${name}(${[`&${random.pick(fitting).text}`, ...args].join(', ')});`;
}

/** A `break`, `continue` or `return` under a condition. */
function leaving(context: Context): string | undefined {
  const { random, inLoop, result } = context;
  const ways = [...(inLoop ? ['break;', 'continue;'] : []), ...(result ? ['return'] : [])];
  if (ways.length === 0) return undefined;
  const way = random.pick(ways);
  const text = way === 'return' && result ? `return ${storable(context, result, 2)};` : way;
  return `if ${expression(context, BOOL, 3).text} { ${text} }`;
}

function conditional(context: Context): string {
  const { random } = context;
  const condition = () => expression(context, BOOL, 3).text;
  let text = `if ${condition()} ${block(context, 1 + random.below(3))}`;
  if (random.chance(0.3)) text += ` else if (${condition()}) ${block(context, 1 + random.below(2))}`;
  if (random.chance(0.5)) text += ` else ${block(context, 1 + random.below(3))}`;
  return text;
}

/** Every loop ends after a few turns: its counter is no target of other statements. */
function loop(context: Context): string {
  const { random, names } = context;
  const counter = names.fresh('i');
  const turns = 1 + random.below(4);
  const limit = random.chance(0.5) ? `${turns}` : `i32(inU[${random.below(64)}] & 3u)`;
  const inner: Context = { ...context, inLoop: true, places: [...context.places, { text: counter, shape: I32 }] };
  const body = block(inner, 1 + random.below(3));
  const rest = body.slice(2, -2);
  switch (random.below(4)) {
    case 0:
      return `var ${counter} = 0i;\nwhile ${counter} < ${limit} {\n${counter}++;\n${rest}\n}`;
    case 1:
      return `var ${counter} = 0i;\nloop {\nif ${counter} >= ${limit} { break; }\n${rest}\ncontinuing { ${counter} += 1i; }\n}`;
    case 2: {
      const stop = random.chance(0.5)
        ? `${counter} >= ${limit}`
        : `${counter} >= ${limit} || ${expression(context, BOOL, 2).text}`;
      return `var ${counter} = 0i;\nloop {\n${rest}\ncontinuing {\n${counter}++;\nbreak if ${stop};\n}\n}`;
    }
    default:
      return `for (var ${counter}: i32 = 0; ${counter} < ${limit}; ${random.pick([`${counter}++`, `${counter} += 1`, `${counter} = ${counter} + 1`])}) ${body}`;
  }
}

function switched(context: Context): string {
  const { random } = context;
  const shape = random.pick([I32, U32]);
  const found = expression(context, shape, 3);
  const selector = `(${found.text} & 7)`;
  const values = [0, 1, 2, 3, 4, 5, 6, 7].filter(() => random.chance(0.6));
  const clauses: string[] = [];
  for (let at = 0; at < values.length; ) {
    const count = 1 + random.below(2);
    clauses.push(`case ${values.slice(at, at + count).join(', ')}: ${clause(context)}`);
    at += count;
  }
  const at = random.below(clauses.length + 1);
  return `switch ${selector} {\n${[...clauses.slice(0, at), `default: ${clause(context)}`, ...clauses.slice(at)].join('\n')}\n}`;
}

/** `break` leaves the switch; a `continue` of the loop around it is not made here. */
function clause(context: Context): string {
  const { random } = context;
  const body = block({ ...context, inLoop: false }, random.below(3));
  if (!random.chance(0.25)) return body;
  return `{\nif ${expression(context, BOOL, 2).text} { break; }\n${body.slice(2)}`;
}
