/** Built-in functions. https://www.w3.org/TR/WGSL/#builtin-functions */

import type { Expression } from '../../program/program.ts';
import { bits } from './builtinBits.ts';
import { atomic, memory } from './builtinMemory.ts';
import { numeric } from './builtinNumeric.ts';
import { pack } from './builtinPack.ts';
import { type Context, LoweringError } from './context.ts';
import { value } from './expression.ts';
import { rounded } from './operator.ts';
import { isParts, opOf, scalarKind, type Value } from './value.ts';

type Call = Extract<Expression, { kind: 'builtin' }>;

/** Functions of src/softgpu/math, called as they are. */
const MATH: ReadonlySet<string> = new Set(
  'exp exp2 log log2 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh pow'.split(' '),
);

/** Null where there is no result. */
export function callBuiltin(c: Context, e: Call): Value | null {
  const { name } = e;
  if (name.startsWith('atomic')) return atomic(c, e);
  const effect = memory[name];
  if (effect !== undefined) return effect(c, e);
  const args = e.args.map((arg) => value(c, arg));
  if (MATH.has(name)) return rounded(c, scalarKind(e.type!), c.b.math(name, ...args.map(opOf)));
  const first = e.args[0]?.type ?? e.type!;
  const composed = numeric[name] ?? bits[name] ?? pack[name];
  if (composed === undefined) throw new LoweringError(`${name}() cannot be used in a compute shader here`, e.span);
  const kind =
    first.kind === 'scalar' || first.kind === 'vector' || first.kind === 'matrix' ? scalarKind(first) : 'i32';
  const result = composed(c, args, kind, e.type!);
  if (isParts(result) || result.kind !== 'op' || result.type.lane !== 'f32' || e.type === null) return result;
  const isHalf = (e.type.kind === 'scalar' || e.type.kind === 'vector') && scalarKind(e.type) === 'f16';
  return isHalf ? rounded(c, 'f16', result) : result;
}
