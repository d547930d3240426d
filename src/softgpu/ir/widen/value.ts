/** Instructions without memory, component by component. */

import type { Op } from '../ir.ts';
import { valueType } from '../valueType.ts';
import type { Widener } from './widen.ts';

/** The components of what the instruction gives. */
export function widenValue(w: Widener, op: Op): readonly Op[] {
  const { code, type, args } = op;
  const { b } = w;
  const lanes = op.detail as readonly number[];
  const components = (part: (i: number) => Op) => Array.from({ length: type.size }, (_, i) => part(i));
  switch (code) {
    case 'splat':
      return components(() => w.part(args[0]!, 0));
    case 'build':
      return components((i) => w.part(args[i]!, 0));
    case 'extract':
      return [w.part(args[0]!, lanes[0]!)];
    case 'insert':
      return components((i) => (i === lanes[0] ? w.part(args[1]!, 0) : w.part(args[0]!, i)));
    case 'shuffle':
      return components((i) => w.part(args[lanes[i]! >> 2]!, lanes[i]! & 3));
    case 'extractDynamic':
      return [pick(w, op)];
    case 'insertDynamic':
      return components((i) => put(w, op, i));
    case 'any':
    case 'all': {
      const parts = Array.from({ length: args[0]!.type.size }, (_, i) => w.part(args[0]!, i));
      return [parts.reduce((x, y) => combine(w, code === 'any' ? 'or' : 'and', x, y))];
    }
    case 'math':
      if (args.some((arg) => arg.type.size !== type.size)) return laneByLane(w, op);
      return components((i) =>
        w.lanes.apply(
          op,
          args.map((arg) => w.part(arg, i)),
        ),
      );
    default:
      return components((i) =>
        w.lanes.apply(
          op,
          args.map((arg) => w.part(arg, i)),
        ),
      );
  }

  function combine(widener: Widener, operation: 'and' | 'or', x: Op, y: Op): Op {
    const size = widener.lanes.isWide(x) || widener.lanes.isWide(y) ? 4 : 1;
    const operands = size === 4 ? [widener.lanes.widen(x), widener.lanes.widen(y)] : [x, y];
    return b.op(operation, valueType('bool', size), operands);
  }
}

/** The component of a varying or uniform number; the last for a number past it. */
function pick(w: Widener, { args }: Op): Op {
  const [vector, index] = args as [Op, Op];
  const at = w.part(index, 0);
  let result = w.part(vector, vector.type.size - 1);
  for (let i = vector.type.size - 2; i >= 0; i--) result = choose(w, equals(w, at, i), w.part(vector, i), result);
  return result;
}

function put(w: Widener, { args }: Op, i: number): Op {
  const [vector, scalar, index] = args as [Op, Op, Op];
  const { b, lanes } = w;
  const at = w.part(index, 0);
  const last = i === vector.type.size - 1;
  const bound = lanes.isWide(at) ? lanes.widen(b.i32(i)) : b.i32(i);
  const here = last ? b.compare('leU', bound, at) : b.compare('eq', at, bound);
  return choose(w, here, w.part(scalar, 0), w.part(vector, i));
}

function equals({ b, lanes }: Widener, at: Op, i: number): Op {
  return b.compare('eq', at, lanes.isWide(at) ? lanes.widen(b.i32(i)) : b.i32(i));
}

function choose({ b, lanes }: Widener, condition: Op, whenTrue: Op, whenFalse: Op): Op {
  const wide = [condition, whenTrue, whenFalse].some((each) => lanes.isWide(each));
  return wide
    ? b.select(condition, lanes.widen(whenTrue), lanes.widen(whenFalse))
    : b.select(condition, whenTrue, whenFalse);
}

/** A function of whole vectors (packing): once for each lane. */
function laneByLane(w: Widener, op: Op): readonly Op[] {
  const { b, lanes } = w;
  const wide = op.args.some((arg) =>
    Array.from({ length: arg.type.size }, (_, i) => w.part(arg, i)).some((part) => lanes.isWide(part)),
  );
  const results = Array.from({ length: wide ? 4 : 1 }, (_, lane) => {
    const args = op.args.map((arg) =>
      b.build(Array.from({ length: arg.type.size }, (__, i) => lanes.lane(w.part(arg, i), lane))),
    );
    return b.op(op.code, op.type, args, op.detail);
  });
  return Array.from({ length: op.type.size }, (_, i) => {
    const parts = results.map((result) => b.extract(result, i));
    return wide ? b.build(parts) : parts[0]!;
  });
}
