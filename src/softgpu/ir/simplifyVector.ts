/** Rewrites of instructions that take vectors apart and put them together. */

import type { Builder } from './builder.ts';
import type { Detail, Op, Opcode, ValueType } from './ir.ts';
import { constantBits, scalarBits, valueType } from './valueType.ts';

export function simplifyVector(
  b: Builder,
  code: Opcode,
  type: ValueType,
  args: readonly Op[],
  detail: Detail,
): Op | null {
  switch (code) {
    case 'splat':
      return simplifySplat(b, type, args[0]!);
    case 'build':
      return simplifyBuild(b, type, args);
    case 'extract':
      return simplifyExtract(b, args[0]!, (detail as readonly number[])[0]!);
    case 'insert':
      return simplifyInsert(b, args[0]!, args[1]!, (detail as readonly number[])[0]!);
    case 'shuffle':
      return simplifyShuffle(b, type, args, detail as readonly number[]);
    case 'extractDynamic':
    case 'insertDynamic': {
      const lane = scalarBits(args.at(-1)!);
      if (lane === null) return null;
      const inside = Math.min(lane, args[0]!.type.size - 1);
      return code === 'extractDynamic' ? b.extract(args[0]!, inside) : b.insert(args[0]!, args[1]!, inside);
    }
    case 'any':
    case 'all':
      return simplifyReduction(b, code, args[0]!);
    default:
      return null;
  }
}

function simplifySplat(b: Builder, type: ValueType, scalar: Op): Op | null {
  const bits = scalarBits(scalar);
  return bits === null ? null : b.constant(type, [bits, bits, bits, bits].slice(0, type.size));
}

function simplifyBuild(b: Builder, type: ValueType, parts: readonly Op[]): Op | null {
  if (parts.every((part) => part.code === 'const'))
    return b.constant(
      type,
      parts.map((part) => scalarBits(part)!),
    );
  const first = parts[0]!;
  if (parts.every((part) => part === first)) return b.splat(first, type.size);
  if (!parts.every((part) => part.code === 'extract')) return null;
  const sources = [...new Set(parts.map((part) => part.args[0]!))];
  if (sources.length > 2) return type.size === 4 ? buildOfPairs(b, parts) : null;
  const lanes = parts.map((part) => laneOf(part) + 4 * sources.indexOf(part.args[0]!));
  return b.shuffle(sources, lanes);
}

/** Lanes of several vectors: both halves from two of them, and then the halves. A transposition shares the halves. */
function buildOfPairs(b: Builder, parts: readonly Op[]): Op | null {
  if (parts.some((part) => part.args[0]!.type.size !== 4)) return null;
  const [low, high] = [pairOf(b, parts[0]!, parts[1]!), pairOf(b, parts[2]!, parts[3]!)];
  return b.shuffle([low.vector, high.vector], [low.at, low.at + 1, 4 + high.at, 5 + high.at]);
}

/** Two lanes next to each other in a vector that their neighbors have a use for too. */
function pairOf(b: Builder, x: Op, y: Op): { readonly vector: Op; readonly at: 0 | 2 } {
  const [left, right] = [x.args[0]!, y.args[0]!];
  const [i, j] = [laneOf(x), laneOf(y)];
  if (left === right) return { vector: b.shuffle([left], [i, j, i, j]), at: 0 };
  if (i !== j) return { vector: b.shuffle([left, right], [i, 4 + j, i, 4 + j]), at: 0 };
  const first = i & 2;
  return { vector: b.shuffle([left, right], [first, 4 + first, 1 + first, 5 + first]), at: i % 2 === 0 ? 0 : 2 };
}

function laneOf(extract: Op): number {
  return (extract.detail as readonly number[])[0]!;
}

function simplifyExtract(b: Builder, vector: Op, lane: number): Op | null {
  switch (vector.code) {
    case 'const':
      return b.constant(valueType(vector.type.lane, 1), [constantBits(vector)![lane]!]);
    case 'build':
      return vector.args[lane]!;
    case 'splat':
      return vector.args[0]!;
    case 'insert':
      return laneOf(vector) === lane ? vector.args[1]! : b.extract(vector.args[0]!, lane);
    case 'shuffle': {
      const source = (vector.detail as readonly number[])[lane]!;
      return b.extract(vector.args[source >> 2]!, source & 3);
    }
    default:
      return vector.type.lane === 'f32' ? null : extractOperands(b, vector, lane);
  }
}

// Lanes of an integer vector put together from scalars are computed as scalars: they are mostly indexes.
function extractOperands(b: Builder, vector: Op, lane: number): Op | null {
  if (!LANEWISE.has(vector.code) || !vector.args.every((arg) => COMPOSED.has(arg.code) || isComposed(arg))) return null;
  const args = vector.args.map((arg) => b.extract(arg, lane));
  return b.op(vector.code, valueType(vector.type.lane, 1), args);
}

function isComposed(vector: Op): boolean {
  return vector.type.lane === 'i32' && LANEWISE.has(vector.code) && vector.args.every((arg) => COMPOSED.has(arg.code));
}

const COMPOSED: ReadonlySet<Opcode> = new Set(['const', 'build', 'splat']);

const LANEWISE: ReadonlySet<Opcode> = new Set([
  'add',
  'sub',
  'mul',
  'neg',
  'divS',
  'divU',
  'remS',
  'remU',
  'minS',
  'minU',
  'maxS',
  'maxU',
  'shl',
  'shrS',
  'shrU',
  'and',
  'or',
  'xor',
  'not',
  'eq',
  'ne',
  'ltS',
  'ltU',
  'leS',
  'leU',
]);

function simplifyInsert(b: Builder, vector: Op, scalar: Op, lane: number): Op | null {
  const { size } = vector.type;
  if (COMPOSED.has(vector.code)) {
    return b.build(Array.from({ length: size }, (_, other) => (other === lane ? scalar : b.extract(vector, other))));
  }
  if (scalar.code === 'extract' && scalar.args[0] === vector && laneOf(scalar) === lane) return vector;
  if (vector.code !== 'insert') return null;
  // What an earlier insert put there is gone; one that completes the vector leaves nothing of its start.
  if (laneOf(vector) === lane) return b.insert(vector.args[0]!, scalar, lane);
  const parts: (Op | undefined)[] = [];
  parts[lane] = scalar;
  for (let inner = vector; inner.code === 'insert'; inner = inner.args[0]!) parts[laneOf(inner)] ??= inner.args[1]!;
  const all = Array.from({ length: size }, (_, other) => parts[other]);
  return all.every((part) => part !== undefined) ? b.build(all) : null;
}

function simplifyShuffle(b: Builder, type: ValueType, vectors: readonly Op[], lanes: readonly number[]): Op | null {
  const first = vectors[0]!;
  if (vectors.length === 1 && first.type === type && lanes.every((lane, i) => lane === i)) return first;
  if (vectors.length === 2) {
    if (vectors[1] === first)
      return b.shuffle(
        [first],
        lanes.map((lane) => lane & 3),
      );
    if (lanes.every((lane) => lane < 4)) return b.shuffle([first], lanes);
    if (lanes.every((lane) => lane >= 4))
      return b.shuffle(
        [vectors[1]!],
        lanes.map((lane) => lane - 4),
      );
    if (vectors.every((vector) => COMPOSED.has(vector.code))) return composeShuffle(b, vectors, lanes);
    return null;
  }
  if (lanes.every((lane) => lane === lanes[0])) return b.splat(b.extract(first, lanes[0]!), type.size);
  if (COMPOSED.has(first.code)) return composeShuffle(b, vectors, lanes);
  if (first.code !== 'shuffle') return null;
  const inner = first.detail as readonly number[];
  return b.shuffle(
    first.args,
    lanes.map((lane) => inner[lane]!),
  );
}

function composeShuffle(b: Builder, vectors: readonly Op[], lanes: readonly number[]): Op {
  return b.build(lanes.map((lane) => b.extract(vectors[lane >> 2]!, lane & 3)));
}

function simplifyReduction(b: Builder, code: 'any' | 'all', vector: Op): Op | null {
  const bits = constantBits(vector);
  if (bits !== null) return b.bool(code === 'any' ? bits.some((bit) => bit !== 0) : bits.every((bit) => bit !== 0));
  return vector.code === 'splat' ? vector.args[0]! : null;
}
