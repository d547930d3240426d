/** Numeric, logical and matrix built-ins, composed from instructions. */

import type { ScalarKind, Type } from '../../program/wgslType.ts';
import type { Op, Opcode } from '../ir.ts';
import { valueType } from '../valueType.ts';
import type { Context } from './context.ts';
import { dot, rounded } from './operator.ts';
import { isParts, opOf, partsOf, type Value } from './value.ts';

/** `kind` is the scalar type of the first argument. An f16 result is rounded by the caller. */
export type Composed = (c: Context, args: readonly Value[], kind: ScalarKind, type: Type) => Value;

type OnOps = (c: Context, args: readonly Op[], kind: ScalarKind) => Op;

function onOps(compose: OnOps): Composed {
  return (c, args, kind) => compose(c, args.map(opOf), kind);
}

function plain(code: Opcode): Composed {
  return onOps((c, args) => c.b.same(code, ...args));
}

/** One instruction by scalar type. */
function byKind(float: Opcode, signed: Opcode, unsigned: Opcode): Composed {
  return onOps((c, args, kind) => c.b.same(isFloat(kind) ? float : kind === 'i32' ? signed : unsigned, ...args));
}

function isFloat(kind: ScalarKind): boolean {
  return kind === 'f32' || kind === 'f16';
}

/** A constant of the type of `like`. */
function filled(c: Context, like: Op, number: number): Op {
  return c.b.splat(like.type.lane === 'f32' ? c.b.f32(number) : c.b.i32(number), like.type.size);
}

function length(c: Context, x: Op): Op {
  return x.type.size === 1 ? c.b.same('abs', x) : c.b.same('sqrt', dot(c, x, x));
}

function clamp(c: Context, x: Op, low: Op, high: Op): Op {
  return c.b.same('min', c.b.same('max', x, low), high);
}

function widen(c: Context, x: Op, size: number): Op {
  return x.type.size === size ? x : c.b.splat(x, size);
}

// x (1 - t) + y t, as the specification has it: exact at both ends.
function mix(c: Context, x: Op, y: Op, t: Op): Op {
  const factor = widen(c, t, x.type.size);
  return c.b.fma(y, factor, c.b.mul(x, c.b.sub(filled(c, factor, 1), factor)));
}

function smoothstep(c: Context, low: Op, high: Op, x: Op): Op {
  const { b } = c;
  const t = clamp(c, b.same('div', b.sub(x, low), b.sub(high, low)), filled(c, x, 0), filled(c, x, 1));
  return b.mul(b.mul(t, t), b.sub(filled(c, x, 3), b.mul(filled(c, x, 2), t)));
}

function sign(c: Context, x: Op, kind: ScalarKind): Op {
  const { b } = c;
  const zero = filled(c, x, 0);
  const less = isFloat(kind) ? 'lt' : 'ltS';
  const positive = b.select(b.compare(less, zero, x), filled(c, x, 1), zero);
  return b.select(b.compare(less, x, zero), filled(c, x, -1), positive);
}

function cross(c: Context, x: Op, y: Op): Op {
  const { b } = c;
  const turned = (v: Op, lanes: readonly number[]) => b.shuffle([v], lanes);
  const next = [1, 2, 0];
  const last = [2, 0, 1];
  return b.sub(b.mul(turned(x, next), turned(y, last)), b.mul(turned(x, last), turned(y, next)));
}

function refract(c: Context, incident: Op, normal: Op, ratio: Op): Op {
  const { b } = c;
  const one = b.f32(1);
  const { size } = incident.type;
  const cosine = dot(c, normal, incident);
  const k = b.sub(one, b.mul(b.mul(ratio, ratio), b.sub(one, b.mul(cosine, cosine))));
  const total = b.compare('lt', k, b.f32(0));
  const along = b.add(b.mul(ratio, cosine), b.same('sqrt', b.same('max', k, b.f32(0))));
  const bent = b.sub(b.mul(b.splat(ratio, size), incident), b.mul(b.splat(along, size), normal));
  return b.select(total, filled(c, incident, 0), bent);
}

function modf(c: Context, x: Op): Value {
  const whole = c.b.same('trunc', x);
  return [c.b.sub(x, whole), whole];
}

/** The fraction in [0.5, 1) and the exponent; zero, infinities and NaN as they are. */
function frexp(c: Context, x: Op): Value {
  const { b } = c;
  const isTiny = b.compare(
    'ltU',
    b.op('and', integersLike(x), [b.bitcast('i32', x), ints(c, x, 0x7fffffff)]),
    ints(c, x, 0x800000),
  );
  const scaled = b.select(isTiny, b.mul(x, filled(c, x, 2 ** 23)), x);
  const bits = b.bitcast('i32', scaled);
  const exponent = b.same('and', b.same('shrU', bits, ints(c, x, 23)), ints(c, x, 255));
  const isSpecial = b.same('or', b.compare('eq', exponent, ints(c, x, 255)), b.compare('eq', exponent, ints(c, x, 0)));
  const mantissa = b.same('or', b.same('and', bits, ints(c, x, 0x807fffff)), ints(c, x, 0x3f000000));
  const bias = b.select(isTiny, ints(c, x, 126 + 23), ints(c, x, 126));
  const fraction = b.select(isSpecial, x, b.bitcast('f32', mantissa));
  return [fraction, b.select(isSpecial, ints(c, x, 0), b.sub(exponent, bias))];
}

function integersLike(x: Op) {
  return valueType('i32', x.type.size);
}

function ints(c: Context, like: Op, number: number): Op {
  return c.b.splat(c.b.i32(number), like.type.size);
}

/** In three steps, as one power of two does not reach from the smallest subnormal to the largest number. */
function ldexp(c: Context, x: Op, exponent: Op): Op {
  const { b } = c;
  let result = x;
  let left = exponent;
  for (let round = 0; round < 3; round++) {
    const now = b.same('minS', b.same('maxS', left, ints(c, x, -126)), ints(c, x, 127));
    const power = b.bitcast('f32', b.same('shl', b.add(now, ints(c, x, 127)), ints(c, x, 23)));
    result = b.mul(result, power);
    left = b.sub(left, now);
  }
  return result;
}

function transpose(c: Context, columns: readonly Value[]): Value {
  const ops = columns.map(opOf);
  return Array.from({ length: ops[0]!.type.size }, (_, row) =>
    c.b.build(ops.map((column) => c.b.extract(column, row))),
  );
}

/** By cofactors of the first column, on the entries `at[column][row]`. */
function determinant(c: Context, at: readonly (readonly Op[])[]): Op {
  const { b } = c;
  if (at.length === 1) return at[0]![0]!;
  let sum: Op | null = null;
  for (const [row, entry] of at[0]!.entries()) {
    const minor = at.slice(1).map((column) => column.filter((_, other) => other !== row));
    const term = b.mul(entry, determinant(c, minor));
    if (sum === null) sum = term;
    else sum = row % 2 === 0 ? b.add(sum, term) : b.sub(sum, term);
  }
  return sum!;
}

export const numeric: Readonly<Record<string, Composed>> = {
  abs: onOps((c, [x], kind) => (kind === 'u32' ? x! : c.b.same('abs', x!))),
  all: onOps((c, [x]) => c.b.all(x!)),
  any: onOps((c, [x]) => c.b.any(x!)),
  select: onOps((c, [whenFalse, whenTrue, condition]) => c.b.select(condition!, whenTrue!, whenFalse!)),
  ceil: plain('ceil'),
  floor: plain('floor'),
  trunc: plain('trunc'),
  round: plain('round'),
  sqrt: plain('sqrt'),
  quantizeToF16: plain('roundF16'),
  min: byKind('min', 'minS', 'minU'),
  max: byKind('max', 'maxS', 'maxU'),
  clamp: onOps((c, [x, low, high], kind) => {
    if (isFloat(kind)) return clamp(c, x!, low!, high!);
    const suffix = kind === 'i32' ? 'S' : 'U';
    return c.b.same(`min${suffix}`, c.b.same(`max${suffix}`, x!, low!), high!);
  }),
  saturate: onOps((c, [x]) => clamp(c, x!, filled(c, x!, 0), filled(c, x!, 1))),
  cross: onOps((c, [x, y]) => cross(c, x!, y!)),
  degrees: onOps((c, [x]) => c.b.mul(x!, filled(c, x!, 180 / Math.PI))),
  radians: onOps((c, [x]) => c.b.mul(x!, filled(c, x!, Math.PI / 180))),
  distance: onOps((c, [x, y], kind) => length(c, rounded(c, kind, c.b.sub(x!, y!)))),
  dot: onOps((c, [x, y]) => dot(c, x!, y!)),
  faceForward: onOps((c, [x, incident, reference]) =>
    c.b.select(c.b.compare('lt', dot(c, incident!, reference!), c.b.f32(0)), x!, c.b.same('neg', x!)),
  ),
  fma: onOps((c, [x, y, z]) => c.b.fma(x!, y!, z!)),
  fract: onOps((c, [x]) => c.b.sub(x!, c.b.same('floor', x!))),
  frexp: (c, [x]) => frexp(c, opOf(x!)),
  inverseSqrt: onOps((c, [x]) => c.b.same('div', filled(c, x!, 1), c.b.same('sqrt', x!))),
  ldexp: onOps((c, [x, exponent]) => ldexp(c, x!, exponent!)),
  length: onOps((c, [x]) => length(c, x!)),
  mix: onOps((c, [x, y, t]) => mix(c, x!, y!, t!)),
  modf: (c, [x]) => modf(c, opOf(x!)),
  normalize: onOps((c, [x]) => c.b.same('div', x!, c.b.splat(length(c, x!), x!.type.size))),
  reflect: onOps((c, [x, normal]) => {
    const twice = c.b.mul(c.b.f32(2), dot(c, normal!, x!));
    return c.b.sub(x!, c.b.mul(c.b.splat(twice, x!.type.size), normal!));
  }),
  refract: onOps((c, [incident, normal, ratio]) => refract(c, incident!, normal!, ratio!)),
  sign: onOps((c, [x], kind) => sign(c, x!, kind)),
  smoothstep: onOps((c, [low, high, x]) => smoothstep(c, low!, high!, x!)),
  step: onOps((c, [edge, x]) => c.b.select(c.b.compare('le', edge!, x!), filled(c, x!, 1), filled(c, x!, 0))),
  determinant: (c, [matrix]) => {
    const columns = partsOf(matrix!).map(opOf);
    return determinant(
      c,
      columns.map((column) => columns.map((_, row) => c.b.extract(column, row))),
    );
  },
  transpose: (c, [matrix]) => transpose(c, isParts(matrix!) ? matrix : []),
};
