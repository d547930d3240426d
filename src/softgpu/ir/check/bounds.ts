/** Checked kernels: indexes that are out of bounds tell so, and go on as the last element. */

import type { Expression } from '../../program/program.ts';
import type { Type } from '../../program/wgslType.ts';
import type { Span } from '../../wgsl/ast.ts';
import { Op } from '../ir.ts';
import type { Context } from '../lower/context.ts';
import { arrayCount } from '../lower/index.ts';
import type { Place } from '../lower/place.ts';
import { eachExpression } from '../lower/size.ts';
import { partCount } from '../lower/value.ts';
import { rangeOf } from '../range.ts';
import { I32 } from '../valueType.ts';

/** What is indexed: a place, or a value without one. */
type Indexed = Place | { readonly kind: 'value'; readonly type: Type };

/** To call where a place or value is indexed, whether or not the index turns out to be in range. */
export function watchIndex(c: Context, index: Op, indexed: Indexed, span: Span): void {
  if (c.watched?.check !== 'bounds') return;
  const length = lengthOf(c, indexed);
  if (rangeOf(index, c.b.ranges).high < rangeOf(length, c.b.ranges).low) return;
  const place = c.watched.numberOf(span, null);
  c.b.append(new Op('report', I32, [index, length], { place, touched: null }, span));
}

function lengthOf(c: Context, indexed: Indexed): Op {
  const { type } = indexed;
  if (type.kind === 'vector') return c.b.i32(type.size);
  if (type.kind === 'array' && type.count === null && indexed.kind === 'memory') return arrayCount(c, indexed);
  return c.b.i32(partCount(type));
}

/** Whether evaluating an expression where the program does not can be told: it indexes or reads variables. */
export function reachesMemory(e: Expression): boolean {
  let found = false;
  eachExpression(e, ({ kind }) => {
    found ||= kind === 'element' || kind === 'load';
  });
  return found;
}
