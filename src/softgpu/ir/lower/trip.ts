/**
 * How often a loop runs, where that is constant: its condition and its
 * `continuing` are evaluated on one variable that the body leaves alone.
 */

import type { BinaryOp, Expression, Statement, Variable } from '../../program/program.ts';
import { evaluate } from '../evaluate.ts';
import type { Op, Opcode } from '../ir.ts';
import { type Range, rangeOf } from '../range.ts';
import { bitsOfFloat, scalarBits } from '../valueType.ts';
import type { Context } from './context.ts';
import { eachExpression } from './size.ts';
import { opType, scalarKind } from './value.ts';
import { writes } from './written.ts';

type LoopStatement = Extract<Statement, { kind: 'loop' }>;

/** The variable that decides when a loop ends, and what it holds in each round. */
export interface Counter {
  readonly variable: Variable;
  /** Its bits in each round, up to the most that were asked for. */
  readonly rounds: readonly number[];
  /** Whether `rounds` is all of them. */
  readonly complete: boolean;
  /** All values it takes in the body, where that is known. */
  readonly range: Range | null;
}

/** Null where no such variable is found. */
export function counterOf(c: Context, loop: LoopStatement, most: number): Counter | null {
  const test = loop.condition ?? loop.breakIf;
  if (test === null) return null;
  const variable = candidate(test);
  if (variable === null || !isCounter(c, variable) || writes(c, loop.body, variable)) return null;
  const start = knownBits(c, variable);
  if (start === null) return null;
  return simulate(c, loop, variable, start, most);
}

function isCounter(c: Context, variable: Variable): boolean {
  const { type } = variable;
  return type.kind === 'scalar' && (type.scalar === 'i32' || type.scalar === 'u32') && c.locals.has(variable);
}

/** The first variable that a condition reads. */
function candidate(e: Expression): Variable | null {
  switch (e.kind) {
    case 'load':
      return e.place.kind === 'variable' ? e.place.variable : null;
    case 'binary':
      return candidate(e.left) ?? candidate(e.right);
    case 'unary':
      return candidate(e.operand);
    case 'convert':
      return candidate(e.value);
    default:
      return null;
  }
}

function simulate(c: Context, loop: LoopStatement, variable: Variable, start: number, most: number): Counter | null {
  const rounds: number[] = [];
  const at = (bits: number) => ({ c, loop, variable, bits });
  let bits = start;
  for (;;) {
    if (loop.condition !== null) {
      const goes = evaluateAt(at(bits), loop.condition);
      if (goes === null) return null;
      if (goes === 0) return complete(variable, rounds);
    }
    if (rounds.length >= most)
      return { variable, rounds, complete: false, range: rangeOfLong(c, loop, variable, start) };
    rounds.push(bits);
    const next = step(at(bits), loop.continuing);
    if (next === null) return null;
    bits = next;
    if (loop.breakIf !== null) {
      const ends = evaluateAt(at(bits), loop.breakIf);
      if (ends === null) return null;
      if (ends !== 0) return complete(variable, rounds);
    }
  }
}

function complete(variable: Variable, rounds: readonly number[]): Counter {
  const range = rounds.length === 0 ? null : { low: Math.min(...rounds), high: Math.max(...rounds) };
  return { variable, rounds, complete: true, range };
}

interface At {
  readonly c: Context;
  readonly loop: LoopStatement;
  readonly variable: Variable;
  readonly bits: number;
}

/** The variable after `continuing`; null where that is not plain. */
function step(at: At, continuing: readonly Statement[]): number | null {
  let { bits } = at;
  for (const s of continuing) {
    const own = (s.kind === 'assign' || s.kind === 'compound') && isVariable(s.place, at.variable);
    if (!own) {
      if (writes(at.c, s, at.variable)) return null;
      continue;
    }
    const now = { ...at, bits };
    const right = evaluateAt(now, s.value);
    if (right === null) return null;
    const next = s.kind === 'assign' ? right : apply(s.op, s.place, bits, right);
    if (next === null) return null;
    bits = next;
  }
  return bits;
}

function isVariable(place: Expression, variable: Variable): boolean {
  return place.kind === 'variable' && place.variable === variable;
}

function evaluateAt(at: At, e: Expression): number | null {
  switch (e.kind) {
    case 'constant':
      if (e.type.kind !== 'scalar') return null;
      if (typeof e.value === 'boolean') return e.value ? 1 : 0;
      return e.type.scalar === 'f32' ? bitsOfFloat(Number(e.value)) : Number(e.value) >>> 0;
    case 'load':
      if (e.place.kind !== 'variable') return null;
      if (e.place.variable === at.variable) return at.bits;
      return writes(at.c, at.loop, e.place.variable) ? null : knownBits(at.c, e.place.variable);
    case 'binding': {
      const value = at.c.values.get(e.binding);
      return value !== undefined && 'kind' in value && value.kind === 'op' ? scalarBits(value) : null;
    }
    case 'convert':
      // Between i32 and u32 the bits stay.
      return isInteger(e.type) && isInteger(e.value.type) ? evaluateAt(at, e.value) : null;
    case 'unary': {
      const operand = evaluateAt(at, e.operand);
      if (operand === null || e.type.kind !== 'scalar') return null;
      return evaluate(e.op === '-' ? 'neg' : 'not', opType(e.type).lane, operand, 0, 0);
    }
    case 'binary': {
      const left = evaluateAt(at, e.left);
      const right = left === null ? null : evaluateAt(at, e.right);
      return right === null ? null : apply(e.op, e.left, left!, right);
    }
    default:
      return null;
  }
}

function isInteger(type: Expression['type']): boolean {
  return type?.kind === 'scalar' && (type.scalar === 'i32' || type.scalar === 'u32');
}

function knownBits(c: Context, variable: Variable): number | null {
  const local = c.locals.get(variable);
  const leaf = local?.type.kind === 'scalar' ? local.leaves.get(0) : undefined;
  const value = leaf === undefined ? undefined : c.known.get(leaf.register);
  return value === undefined ? null : scalarBits(value);
}

const CODES: Readonly<Partial<Record<BinaryOp, Opcode | readonly [signed: Opcode, unsigned: Opcode]>>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': ['divS', 'divU'],
  '%': ['remS', 'remU'],
  '&': 'and',
  '|': 'or',
  '^': 'xor',
  '&&': 'and',
  '||': 'or',
  '<<': 'shl',
  '>>': ['shrS', 'shrU'],
  '==': 'eq',
  '!=': 'ne',
  '<': ['ltS', 'ltU'],
  '<=': ['leS', 'leU'],
};

function apply(op: BinaryOp, operand: Expression, a: number, b: number): number | null {
  if (op === '>') return apply('<', operand, b, a);
  if (op === '>=') return apply('<=', operand, b, a);
  if (operand.type?.kind !== 'scalar') return null;
  const kind = scalarKind(operand.type);
  if (kind === 'f32' || kind === 'f16') return null;
  const code = CODES[op]!;
  const name = typeof code === 'string' ? code : code[kind === 'i32' ? 0 : 1]!;
  return evaluate(name, kind === 'bool' ? 'bool' : 'i32', a, b, 0);
}

/**
 * The most rounds of `i < e` with a constant step up, by the range of `e`, which
 * the caller lowers; null where that says nothing.
 */
export function mostRounds(
  c: Context,
  loop: LoopStatement,
  lowerEnd: (e: Expression) => Op,
): { readonly variable: Variable; readonly rounds: number } | null {
  const test = loop.condition;
  if (test?.kind !== 'binary' || (test.op !== '<' && test.op !== '<=') || test.left.kind !== 'load') return null;
  const variable = candidate(test.left);
  if (variable === null || !isCounter(c, variable) || writes(c, loop.body, variable)) return null;
  const start = knownBits(c, variable);
  const stepUp = start === null ? null : stepOf(c, loop, variable, start);
  if (start === null || stepUp === null || start > 0x7fffffff || !isFixed(c, loop, test.right)) return null;
  const { high } = rangeOf(lowerEnd(test.right), c.b.ranges);
  const end = test.op === '<' ? high : high + 1;
  return high > 0x7fffffff ? null : { variable, rounds: Math.max(0, Math.ceil((end - start) / stepUp)) };
}

/** Whether an expression gives the same value in each round, as far as variables go. */
function isFixed(c: Context, loop: LoopStatement, e: Expression): boolean {
  let fixed = true;
  eachExpression(e, (part) => {
    if (part.kind === 'call' || part.kind === 'deref') fixed = false;
    if (part.kind === 'variable' && writes(c, loop, part.variable)) fixed = false;
  });
  return fixed;
}

/** Of a loop with many rounds: `i < n` with a constant step up, without wrapping. */
function rangeOfLong(c: Context, loop: LoopStatement, variable: Variable, start: number): Range | null {
  const test = loop.condition;
  if (test?.kind !== 'binary' || (test.op !== '<' && test.op !== '<=')) return null;
  if (test.left.kind !== 'load' || !isVariable(test.left.place, variable)) return null;
  const end = evaluateAt({ c, loop, variable, bits: start }, test.right);
  const endLater = evaluateAt({ c, loop, variable, bits: start + 1 }, test.right);
  const stepUp = stepOf(c, loop, variable, start);
  if (end === null || end !== endLater || stepUp === null) return null;
  const most = scalarKind(variable.type) === 'i32' ? 0x7fffffff : 0xffffffff;
  const last = test.op === '<' ? end - 1 : end;
  return start <= last && last + stepUp <= most ? { low: start, high: last } : null;
}

function stepOf(c: Context, loop: LoopStatement, variable: Variable, start: number): number | null {
  const own = loop.continuing.filter((s) => writes(c, s, variable));
  const [only] = own;
  if (own.length !== 1 || only?.kind !== 'compound' || only.op !== '+' || only.value.kind !== 'constant') return null;
  const next = step({ c, loop, variable, bits: start }, loop.continuing);
  return next !== null && next > start && next - start < 0x10000000 ? next - start : null;
}
