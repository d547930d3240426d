/** What built-in functions ask for and give. https://www.w3.org/TR/WGSL/#uniformity-function-calls */

import type { Expression } from '../program.ts';
import { MAY_BE_NON_UNIFORM, MAY_VARY_BETWEEN_SUBGROUPS, type Node } from './graph.ts';

/** A triggering rule; that of barriers has no name in the language, as no filter applies to it. */
export type Rule = 'barrier' | 'derivative_uniformity' | 'subgroup_uniformity';

export interface BuiltinRule {
  /** Null: may be called anywhere. */
  readonly rule: Rule | null;
  /** The argument that must be uniform as well. */
  readonly uniformArgument: number | null;
  /** What makes the result vary, beside the arguments. */
  readonly result: Node | null;
}

const FREE: BuiltinRule = { rule: null, uniformArgument: null, result: null };
const VARYING: BuiltinRule = { ...FREE, result: MAY_BE_NON_UNIFORM };
const BARRIER: BuiltinRule = { ...FREE, rule: 'barrier' };
const DERIVATIVE: BuiltinRule = { ...VARYING, rule: 'derivative_uniformity' };
const SUBGROUP: BuiltinRule = { ...VARYING, rule: 'subgroup_uniformity' };

const RULES: ReadonlyMap<string, BuiltinRule> = new Map([
  ...all('workgroupBarrier storageBarrier textureBarrier', BARRIER),
  ...all('workgroupUniformLoad', { ...BARRIER, uniformArgument: 0 }),
  ...all('dpdx dpdxCoarse dpdxFine dpdy dpdyCoarse dpdyFine fwidth fwidthCoarse fwidthFine', DERIVATIVE),
  ...all('textureSample textureSampleBias textureSampleCompare', DERIVATIVE),
  ...all('subgroupAdd subgroupAll subgroupAnd subgroupAny subgroupBallot subgroupBroadcast', inSubgroup()),
  ...all('subgroupBroadcastFirst subgroupMax subgroupMin subgroupMul subgroupOr subgroupXor', inSubgroup()),
  ...all('subgroupShuffleUp subgroupShuffleDown subgroupShuffleXor', { ...SUBGROUP, uniformArgument: 1 }),
]);

function all(names: string, rule: BuiltinRule): [string, BuiltinRule][] {
  return names.split(' ').map((name) => [name, rule]);
}

/** All invocations of the subgroup get one result. */
function inSubgroup(): BuiltinRule {
  return { ...SUBGROUP, result: MAY_VARY_BETWEEN_SUBGROUPS };
}

export function builtinRule(name: string, args: readonly Expression[]): BuiltinRule {
  const rule = RULES.get(name);
  if (rule !== undefined) return rule;
  if (name.startsWith('subgroup') || name.startsWith('quad')) return SUBGROUP;
  if (name.startsWith('atomic')) return VARYING;
  return name === 'textureLoad' && isWritableTexture(args[0]) ? VARYING : FREE;
}

function isWritableTexture(texture: Expression | undefined): boolean {
  const type = texture?.type;
  return type?.kind === 'opaque' && type.name.startsWith('texture_storage') && type.parameters[1] === 'read_write';
}

const UNIFORM_INPUTS: readonly string[] = ['workgroup_id', 'num_workgroups', 'subgroup_size', 'num_subgroups'];

/** What makes a built-in value of a compute stage vary; null if it is uniform. */
export function varyingInput(name: string): Node | null {
  if (UNIFORM_INPUTS.includes(name)) return null;
  return name === 'subgroup_id' ? MAY_VARY_BETWEEN_SUBGROUPS : MAY_BE_NON_UNIFORM;
}
