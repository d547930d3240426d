/** Entry points: their stages, what they are fed, and all they reach. https://www.w3.org/TR/WGSL/#entry-points */

import type { Attribute, FunctionDeclaration } from '../wgsl/ast.ts';
import { findAttribute } from './attributes.ts';
import { reachableFrom } from './callGraph.ts';
import { type Context, Environment } from './context.ts';
import { materialize, type Typed, value } from './expression.ts';
import { type FunctionRecord, STAGES, type Stage } from './functionRecord.ts';
import { I32 } from './intern.ts';
import { conversionRank } from './overloads/rank.ts';
import type { BuiltinInput, EntryPoint, Override, Variable } from './program.ts';
import { reject } from './rejection.ts';
import { checkStageAttributes, checkStageValue, newInterface } from './stageInterface.ts';
import { isOverrideExpression } from './typeExpression.ts';
import { isInteger, typeName } from './typeRules.ts';

const STAGE_ATTRIBUTES = ['builtin', 'location', 'interpolate', 'invariant', 'workgroup_size'];

/** A function that is no entry point has nothing of one. */
export function checkPlainFunction({ attributes, parameters, returnAttributes }: FunctionDeclaration): void {
  const all = [...attributes, ...parameters.flatMap((parameter) => parameter.attributes), ...returnAttributes];
  const misplaced = all.find(({ name }) => STAGE_ATTRIBUTES.includes(name.text));
  if (misplaced !== undefined) reject(misplaced.span, `@${misplaced.name.text} belongs on entry points`);
}

/** The overrides that each variable's type and initializer depend on. */
export type OverridesOf = (variable: Variable) => ReadonlySet<Override>;

export function entryPoint(
  module: Context,
  record: FunctionRecord,
  stage: Stage,
  overridesOf: OverridesOf,
): EntryPoint {
  const { declaration, name } = record;
  if (declaration.attributes.filter((attribute) => STAGES.includes(attribute.name.text as Stage)).length > 1) {
    reject(declaration.name.span, `'${name}' can be an entry point of one stage only`);
  }
  const overrides = new Set<Override>();
  const workgroupSize = checkWorkgroupSize(module, record, stage, overrides);
  const inputs = checkInputs(module, record, stage);
  checkOutput(module, record, stage);
  const reached = reachableFrom(record);
  checkStages(module, reached, record, stage);
  const variables = new Set<Variable>();
  for (const callee of reached) {
    for (const variable of callee.variables) variables.add(variable);
    for (const override of callee.overrides) overrides.add(override);
  }
  for (const variable of variables) for (const override of overridesOf(variable)) overrides.add(override);
  checkVariables(module, record, stage, variables);
  checkValues(module, overrides);
  return {
    name,
    stage,
    function: record.function,
    workgroupSize,
    inputs,
    variables: [...variables].sort((a, b) => a.span.offset - b.span.offset),
    overrides: [...overrides].map((override) => override.name),
  };
}

function checkWorkgroupSize(
  module: Context,
  { declaration, name }: FunctionRecord,
  stage: Stage,
  overrides: Set<Override>,
): EntryPoint['workgroupSize'] {
  const attribute = findAttribute(declaration.attributes, 'workgroup_size');
  if (stage !== 'compute') {
    if (attribute !== undefined) reject(attribute.span, '@workgroup_size belongs with @compute');
    return null;
  }
  if (attribute === undefined) reject(declaration.name.span, `compute entry point '${name}' needs '@workgroup_size'`);
  const env = new Environment(module, null);
  const given = attribute.args.map((arg) => value(env, arg));
  for (const override of env.overrides) overrides.add(override);
  const sizes = oneType(env, given, attribute).map((size) => (size.kind === 'constant' ? Number(size.value) : null));
  for (const [i, size] of sizes.entries()) {
    if (size !== null && size < 1) reject(given[i]!.span, `@workgroup_size must be at least 1, got ${size}`);
  }
  const [x, y = 1, z = 1] = sizes;
  if (x === undefined || x === null || y === null || z === null) return null;
  if (x * y * z > 2 ** 32 - 1)
    reject(attribute.span, `@workgroup_size of ${x} × ${y} × ${z} is more than fits in a u32`);
  return [x, y, z];
}

/** The sizes as values of one integer type. */
function oneType(env: Environment, given: readonly Typed[], attribute: Attribute): Typed[] {
  for (const size of given) {
    if (size.type.kind !== 'scalar' || !isInteger(size.type))
      reject(size.span, `@workgroup_size takes i32 or u32, not '${typeName(size.type)}'`);
    if (!isOverrideExpression(size))
      reject(size.span, '@workgroup_size must be a const-expression or an override-expression');
  }
  const type = given.find((size) => conversionRank(size.type, I32) === null || size.type === I32)?.type ?? I32;
  if (given.some((size) => conversionRank(size.type, type) === null))
    reject(attribute.span, '@workgroup_size takes sizes of one type, all i32 or all u32');
  return given.map((size) => materialize(env, size));
}

function checkInputs(module: Context, record: FunctionRecord, stage: Stage): EntryPoint['inputs'] {
  const face = newInterface(stage, 'in');
  const inputs = record.declaration.parameters.map((node, i): BuiltinInput | BuiltinInput[] | null => {
    const { type } = record.function.parameters[i]!;
    if (type.kind === 'pointer' || type.kind === 'opaque')
      reject(node.span, `an entry point cannot take a '${typeName(type)}'`);
    if (type.kind !== 'struct') checkStageAttributes(module, type, node.attributes);
    const values = checkStageValue(module, face, type, node.attributes, node.span);
    if (type.kind !== 'struct') return values[0] ?? null;
    return values.filter((input) => input !== null);
  });
  return stage === 'compute' ? inputs.filter((input) => input !== null) : [];
}

function checkOutput(module: Context, { declaration, result }: FunctionRecord, stage: Stage): void {
  const { returnType, returnAttributes, name } = declaration;
  const face = newInterface(stage, 'out');
  if (result !== null && returnType !== null) {
    if (stage === 'compute') reject(returnType.span, 'a compute entry point cannot return a value');
    if (result.kind !== 'struct') checkStageAttributes(module, result, returnAttributes);
    checkStageValue(module, face, result, returnAttributes, returnType.span);
  }
  if (stage === 'vertex' && !face.builtins.has('position'))
    reject(name.span, "a vertex entry point must return '@builtin(position)'");
}

/** Nothing that the entry point reaches may be for other stages only. */
function checkStages(
  module: Context,
  reached: readonly FunctionRecord[],
  { name }: FunctionRecord,
  stage: Stage,
): void {
  for (const { restrictions } of reached) {
    for (const { what, stages, span } of restrictions) {
      if (!stages.includes(stage))
        module.report(span, `${what} cannot be used in a ${stage} stage, but '${name}' reaches it`);
    }
  }
}

function checkVariables(
  module: Context,
  { name }: FunctionRecord,
  stage: Stage,
  variables: ReadonlySet<Variable>,
): void {
  const taken = new Map<string, Variable>();
  for (const variable of variables) {
    if (variable.space === 'workgroup' && stage !== 'compute') {
      module.report(
        variable.span,
        `'${variable.name}' is in 'workgroup', which a ${stage} stage has none of, but '${name}' reaches it`,
      );
    }
    if (stage === 'vertex' && isWritable(variable)) {
      module.report(
        variable.span,
        `'${variable.name}' is writable, which a vertex stage cannot use, but '${name}' reaches it`,
      );
    }
    if (variable.binding === null) continue;
    const { group, binding } = variable.binding;
    const key = `${group} ${binding}`;
    const other = taken.get(key);
    if (other !== undefined)
      module.report(
        variable.span,
        `'${variable.name}' and '${other.name}', both reached from '${name}', have the same group ${group} and binding ${binding}`,
      );
    taken.set(key, variable);
  }
}

/** Where the values of overrides are given, all that are used must have one. */
function checkValues(module: Context, overrides: ReadonlySet<Override>): void {
  const { values } = module;
  if (values === null) return;
  for (const { name, id, hasDefault, span } of overrides) {
    if (!hasDefault && !values.has(id === null ? name : String(id)))
      module.report(span, `override '${name}' has no default, so it must be given a value`);
  }
}

function isWritable({ space, access, type }: Variable): boolean {
  if (space === 'storage') return access === 'read_write';
  return type.kind === 'opaque' && type.name.startsWith('texture_storage') && type.parameters[1] !== 'read';
}
