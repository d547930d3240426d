/** https://www.w3.org/TR/WGSL/#switch-statement */

import type { Span, SwitchClause, SwitchStatement } from '../wgsl/ast.ts';
import { type Behavior, switchBehavior } from './behavior.ts';
import type { Body } from './body.ts';
import { constExpression, convertTo, type Typed, value } from './expression.ts';
import { I32, U32 } from './intern.ts';
import { commonType, concretization } from './overloads/rank.ts';
import type { Constant, SwitchCase } from './program.ts';
import { reject } from './rejection.ts';
import { block } from './statements.ts';
import { typeName } from './typeRules.ts';
import type { Type } from './wgslType.ts';

/** A clause, with its selectors as values. */
interface Clause {
  readonly node: SwitchClause;
  readonly selectors: readonly Constant[];
}

export function switchStatement(body: Body, node: SwitchStatement): Behavior {
  const given = value(body.env, node.selector);
  const clauses = node.clauses.map((clause) => ({ node: clause, selectors: selectorsOf(body, clause) }));
  const type = selectorType(given, clauses, node.selector.span);
  const numbers = clauses.map((clause) => clause.selectors.map((selector) => asBits(body, selector, type)));
  checkDistinct(clauses, numbers);
  let behavior: Behavior = 0;
  const cases: SwitchCase[] = [];
  for (const [i, { node: clause }] of clauses.entries()) {
    const inner = block(body, clause.body.statements, clause.body.span);
    behavior |= inner.behavior;
    cases.push({ selectors: numbers[i]!, isDefault: clause.selectors.some(isDefault), body: inner.body });
  }
  const selector = convertTo(body.env, given, type, node.selector.span, () => '');
  body.out.push({ kind: 'switch', selector, cases, span: node.span });
  return switchBehavior(behavior);
}

function isDefault(selector: SwitchClause['selectors'][number]): boolean {
  return selector.kind === 'default';
}

function selectorsOf({ env }: Body, clause: SwitchClause): Constant[] {
  const selectors: Constant[] = [];
  for (const selector of clause.selectors) {
    if (selector.kind !== 'default') selectors.push(constExpression(env, selector, 'a case selector'));
  }
  return selectors;
}

/** The one type, i32 or u32, of the selector and of all cases. */
function selectorType(given: Typed, clauses: readonly Clause[], span: Span): Type {
  let type = given.type;
  for (const { selectors } of clauses) {
    for (const selector of selectors) {
      const common = commonType([type, selector.type]);
      if (common === null)
        reject(
          selector.span,
          `a case of type '${typeName(selector.type)}' does not fit a switch on '${typeName(type)}'`,
        );
      type = common;
    }
  }
  const concrete = concretization(type);
  if (concrete !== I32 && concrete !== U32) reject(span, `a switch selects by i32 or u32, not by '${typeName(type)}'`);
  if (given.kind !== 'constant' && given.type !== concrete)
    reject(span, `a switch on '${typeName(given.type)}' has cases of type '${typeName(concrete)}'`);
  return concrete;
}

function asBits({ env }: Body, selector: Constant, type: Type): number {
  const converted = convertTo(env, selector, type, selector.span, () => '');
  return converted.kind === 'constant' ? Number(converted.value) >>> 0 : 0;
}

function checkDistinct(clauses: readonly Clause[], numbers: readonly (readonly number[])[]): void {
  const seen = new Set<number>();
  for (const [i, { selectors }] of clauses.entries()) {
    for (const [j, selector] of selectors.entries()) {
      const number = numbers[i]![j]!;
      if (seen.has(number)) reject(selector.span, `the switch has a case ${String(selector.value)} already`);
      seen.add(number);
    }
  }
}
