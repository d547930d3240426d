/** Built-in input and output values of shader stages. https://www.w3.org/TR/WGSL/#builtin-inputs-outputs */

import type { Stage } from './functionRecord.ts';
import { array, BOOL, F32, U32, vector } from './intern.ts';
import type { Type } from './wgslType.ts';

export type Direction = 'in' | 'out';

export interface BuiltinValue {
  readonly types: readonly Type[];
  /** Where it may stand: `compute in`. */
  readonly uses: readonly `${Stage} ${Direction}`[];
  readonly requires: string | null;
}

const VEC3U = vector(3, U32);
const VEC4F = vector(4, F32);
const CLIP_DISTANCES = Array.from({ length: 8 }, (_, i) => array(F32, i + 1));

function value(
  types: Type | readonly Type[],
  uses: BuiltinValue['uses'],
  requires: string | null = null,
): BuiltinValue {
  return { types: 'kind' in types ? [types] : types, uses, requires };
}

export const BUILTIN_VALUES: ReadonlyMap<string, BuiltinValue> = new Map([
  ['vertex_index', value(U32, ['vertex in'])],
  ['instance_index', value(U32, ['vertex in'])],
  ['position', value(VEC4F, ['vertex out', 'fragment in'])],
  ['front_facing', value(BOOL, ['fragment in'])],
  ['frag_depth', value(F32, ['fragment out'])],
  ['sample_index', value(U32, ['fragment in'])],
  ['sample_mask', value(U32, ['fragment in', 'fragment out'])],
  ['primitive_index', value(U32, ['fragment in'], 'primitive_index')],
  ['clip_distances', value(CLIP_DISTANCES, ['vertex out'], 'clip_distances')],
  ['local_invocation_id', value(VEC3U, ['compute in'])],
  ['local_invocation_index', value(U32, ['compute in'])],
  ['global_invocation_id', value(VEC3U, ['compute in'])],
  ['global_invocation_index', value(U32, ['compute in'])],
  ['workgroup_id', value(VEC3U, ['compute in'])],
  ['workgroup_index', value(U32, ['compute in'])],
  ['num_workgroups', value(VEC3U, ['compute in'])],
  ['subgroup_invocation_id', value(U32, ['compute in', 'fragment in'], 'subgroups')],
  ['subgroup_size', value(U32, ['compute in', 'fragment in'], 'subgroups')],
  ['subgroup_id', value(U32, ['compute in'], 'subgroups')],
  ['num_subgroups', value(U32, ['compute in'], 'subgroups')],
]);
