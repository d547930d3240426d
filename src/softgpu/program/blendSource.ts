/** The two colors of dual-source blending. https://www.w3.org/TR/WGSL/#blend-src-attr */

import type { Attribute, StructMember } from '../wgsl/ast.ts';
import { findAttribute, naturalAttribute } from './attributes.ts';
import { type Context, Environment } from './context.ts';
import { reject } from './rejection.ts';
import { typeName } from './typeRules.ts';
import type { StructType } from './wgslType.ts';

/** A structure that has a `@blend_src` has two, 0 and 1, both of location 0 and of one type, and no other location. */
export function checkBlendSources(module: Context, type: StructType, members: readonly StructMember[]): void {
  const sources: (number | undefined)[] = [];
  let first: Attribute | undefined;
  for (const [i, { attributes }] of members.entries()) {
    const blend = findAttribute(attributes, 'blend_src');
    if (blend === undefined) continue;
    first ??= blend;
    const source = sourceOf(module, blend, findAttribute(attributes, 'location'));
    if (sources[source] !== undefined) reject(blend.span, `'${type.name}' has a @blend_src(${source}) already`);
    sources[source] = i;
  }
  if (first === undefined) return;
  const [zero, one] = sources;
  if (zero === undefined || one === undefined)
    reject(first.span, `'${type.name}' needs both @blend_src(0) and @blend_src(1)`);
  checkAlone(type, members);
  const types = [type.members[zero]!.type, type.members[one]!.type] as const;
  if (types[0] !== types[1]) {
    reject(
      first.span,
      `both blend sources must have one type, not '${typeName(types[0])}' and '${typeName(types[1])}'`,
    );
  }
}

function sourceOf(module: Context, blend: Attribute, location: Attribute | undefined): number {
  if (!module.extensions.has('dual_source_blending')) {
    reject(blend.span, "@blend_src needs 'enable dual_source_blending;' at the start of the module");
  }
  const env = new Environment(module, null);
  const source = naturalAttribute(env, blend);
  if (source > 1) reject(blend.span, `@blend_src must be 0 or 1, got ${source}`);
  const isFirst = location !== undefined && naturalAttribute(env, location) === 0;
  if (!isFirst) reject(blend.span, '@blend_src belongs with @location(0)');
  return source;
}

function checkAlone(type: StructType, members: readonly StructMember[]): void {
  for (const { attributes } of members) {
    const location = findAttribute(attributes, 'location');
    if (location !== undefined && findAttribute(attributes, 'blend_src') === undefined) {
      reject(location.span, `with blend sources, '${type.name}' can have no other location`);
    }
  }
}
