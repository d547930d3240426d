/** Assignments: plain, phony, compound, `++` and `--`. https://www.w3.org/TR/WGSL/#assignment */

import type { AssignmentStatement, CompoundAssignmentStatement, Expression, IncrementStatement } from '../wgsl/ast.ts';
import type { Body } from './body.ts';
import { constant, convertTo, expression, type Typed, value } from './expression.ts';
import { I32, U32 } from './intern.ts';
import { operation } from './operators.ts';
import { memoryOf, recordAccess } from './places.ts';
import { reject } from './rejection.ts';
import { isConstructible, typeName } from './typeRules.ts';

export function assign(body: Body, { target, value: node, span }: AssignmentStatement): void {
  if (target === null) {
    const dropped = value(body.env, node);
    // A constant has no effect, and an abstract one may fit no concrete type.
    if (dropped.kind !== 'constant') body.out.push({ kind: 'evaluate', value: dropped, span });
    return;
  }
  const place = writable(body, target);
  const given = value(body.env, node);
  const stored = convertTo(
    body.env,
    given,
    place.type,
    node.span,
    () => `cannot assign '${typeName(given.type)}' to '${typeName(place.type)}'`,
  );
  body.out.push({ kind: 'assign', place, value: stored, span });
}

export function compoundAssign(body: Body, node: CompoundAssignmentStatement): void {
  const place = writable(body, node.target);
  const right = value(body.env, node.value);
  update(body, place, node.operator, right, node);
}

export function increment(body: Body, node: IncrementStatement): void {
  const place = writable(body, node.target);
  if (place.type !== I32 && place.type !== U32) {
    reject(node.target.span, `'++' and '--' work on i32 and u32, not on '${typeName(place.type)}'`);
  }
  update(body, place, node.kind === 'increment' ? '+' : '-', constant(place.type, 1, node.span), node);
}

/** `place op= right`. */
function update(
  body: Body,
  place: Typed,
  op: CompoundAssignmentStatement['operator'],
  right: Typed,
  { span, target }: { span: Expression['span']; target: Expression },
): void {
  recordAccess(body.env, place, 'reads');
  const left: Typed = { kind: 'load', type: place.type, span: target.span, place };
  const result = operation(body.env, op, left, right, { span, operatorSpan: span });
  if (result.type !== place.type) reject(span, `cannot assign '${typeName(result.type)}' to '${typeName(place.type)}'`);
  if (result.kind !== 'binary') reject(span, `cannot assign to '${typeName(place.type)}'`);
  body.out.push({ kind: 'compound', place, op, value: result.right, span });
}

/** The place that the left side of an assignment names. */
function writable({ env }: Body, node: Expression): Typed {
  const place = expression(env, node);
  const memory = memoryOf(place);
  if (memory === null) reject(node.span, notPlace(place));
  if (memory.access === 'read')
    reject(
      node.span,
      `cannot write: this memory is read-only${memory.space === 'storage' ? " without 'read_write'" : ''}`,
    );
  if (!isConstructible(place.type)) {
    const way = place.type.kind === 'atomic' ? ": use 'atomicStore' with its address" : '';
    reject(node.span, `cannot assign to a value of type '${typeName(place.type)}'${way}`);
  }
  recordAccess(env, place, 'writes');
  return place;
}

function notPlace(given: Typed): string {
  if (given.kind === 'swizzle') return 'cannot assign to a swizzle of several components: assign them one by one';
  if (given.kind === 'binding')
    return `cannot assign to '${given.binding.name}': only a 'var' can change${given.type.kind === 'pointer' ? ", or what a pointer points at with '*'" : ''}`;
  return `cannot assign to a value of type '${typeName(given.type)}': only to a 'var' or a part of one`;
}
