/** Calls: of user functions, of built-in functions, and value constructors. */

import type { CallExpression, Expression as Syntax } from '../wgsl/ast.ts';
import { construct, constructorTarget } from './construct.ts';
import type { Environment } from './context.ts';
import { convertTo, type Typed, value } from './expression.ts';
import { checkArguments, foldBuiltin, isConstExpression } from './fold.ts';
import { type FunctionRecord, type Stage, stageOf } from './functionRecord.ts';
import { describe } from './meaning.ts';
import type { BuiltinOverload, Stages } from './overloads/overload.ts';
import { resolveBuiltin } from './overloads/resolve.ts';
import { recordRoot, rootOfPointer } from './places.ts';
import type { Expression } from './program.ts';
import { reject } from './rejection.ts';
import { typeExpression } from './typeExpression.ts';
import { typeName } from './typeRules.ts';

/** The call's `type` is null where it returns nothing. */
export function call(env: Environment, node: CallExpression): Expression {
  const { name, templateArgs } = node.callee;
  const meaning = env.lookup(name.text, name.span);
  if (meaning === undefined) reject(name.span, `unresolved call target '${name.text}'`);
  switch (meaning.kind) {
    case 'type':
    case 'generator': {
      const target = constructorTarget(env, node.callee, meaning);
      return construct(env, target, values(env, node.args), node);
    }
    case 'builtin':
      return builtinCall(env, node, meaning.name, templateArgs ?? []);
    case 'function':
      if (templateArgs !== null) reject(node.callee.span, `function '${name.text}' takes no template arguments`);
      return userCall(env, node, meaning.callee);
    default:
      return reject(name.span, `cannot call ${describe(meaning, name.text)}`);
  }
}

/** Whether a statement may not drop the value of this call, just checked. */
export function isMustUse({ record }: Environment, called: Expression): boolean {
  if (called.kind === 'call') return record?.calls.at(-1)?.callee.mustUse ?? false;
  return called.kind !== 'builtin' || (called.type !== null && !called.name.startsWith('atomic'));
}

function values(env: Environment, args: readonly Syntax[]): Typed[] {
  const checked: Typed[] = [];
  for (const arg of args) checked.push(value(env, arg));
  return checked;
}

function userCall(env: Environment, node: CallExpression, callee: FunctionRecord): Expression {
  const { name } = callee;
  const { parameters } = callee.function;
  if (stageOf(callee.declaration) !== null)
    reject(node.callee.span, `'${name}' is an entry point: it cannot be called`);
  if (env.record === null)
    reject(
      node.span,
      `function '${name}' cannot be called at module scope: its value is known only when a shader runs`,
    );
  if (node.args.length !== parameters.length) {
    const plural = parameters.length === 1 ? '' : 's';
    reject(node.callee.span, `'${name}' takes ${parameters.length} argument${plural}, got ${node.args.length}`);
  }
  const args: Typed[] = [];
  for (const [i, given] of values(env, node.args).entries()) {
    const { name: parameter, type } = parameters[i]!;
    args.push(
      convertTo(
        env,
        given,
        type,
        given.span,
        () => `cannot pass '${typeName(given.type)}' to '${name}' as '${parameter}', which is '${typeName(type)}'`,
      ),
    );
  }
  const roots = args.map((arg) => (arg.type.kind === 'pointer' ? rootOfPointer(env, arg) : null));
  env.record.calls.push({ callee, roots, spans: args.map((arg) => arg.span), span: node.span });
  return { kind: 'call', type: callee.result, span: node.span, callee: callee.function, args };
}

function builtinCall(
  env: Environment,
  node: CallExpression,
  name: string,
  templateArgs: readonly Syntax[],
): Expression {
  const targets = templateArgs.map((arg) => typeExpression(env, arg));
  const given = values(env, node.args);
  const allConst = given.every(isConstExpression);
  const overload = resolveBuiltin(
    name,
    given.map((arg) => arg.type),
    targets,
    allConst,
  );
  if ('failure' in overload) reject(node.callee.span, overload.failure);
  requireContext(env, node, overload);
  const args: Typed[] = [];
  for (const [i, arg] of given.entries()) args.push(convertTo(env, arg, overload.parameters[i]!, arg.span, () => ''));
  for (const i of overload.constArguments) {
    if (args[i] !== undefined && args[i].kind !== 'constant')
      reject(args[i].span, `argument ${i + 1} of '${name}' must be a const-expression`);
  }
  const { result } = overload;
  if (overload.constEvaluable && result !== null && args.every((arg) => arg.kind === 'constant')) {
    return foldBuiltin(env, overload, args, result, node.span);
  }
  checkArguments(env, overload, args, node.span);
  recordMemory(env, name, args);
  return { kind: 'builtin', type: result, span: node.span, name, args };
}

const STAGES: Readonly<Record<Exclude<Stages, 'any'>, readonly Stage[]>> = {
  fragment: ['fragment'],
  compute: ['compute'],
  'compute-or-fragment': ['compute', 'fragment'],
};

function requireContext(
  { module, record }: Environment,
  node: CallExpression,
  { name, requires, stages }: BuiltinOverload,
): void {
  if (requires !== null && !module.extensions.has(requires)) {
    reject(node.callee.span, `'${name}' needs 'enable ${requires};' at the start of the module`);
  }
  if (stages !== 'any') record?.restrictions.push({ what: `'${name}'`, stages: STAGES[stages], span: node.span });
}

/** What a built-in function does to the memory that its pointer arguments point at. */
function recordMemory(env: Environment, name: string, args: readonly Typed[]): void {
  for (const arg of args) {
    if (arg.type.kind !== 'pointer' || name === 'arrayLength') continue;
    const root = rootOfPointer(env, arg);
    if (name !== 'atomicStore') recordRoot(env, root, 'reads');
    if (name !== 'atomicLoad' && name !== 'workgroupUniformLoad') recordRoot(env, root, 'writes');
  }
}
