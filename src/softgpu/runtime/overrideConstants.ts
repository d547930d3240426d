/** Pipeline-overridable constants: keys, conversion of values, and which must be given. */

import type { EntryPointInfo, OverrideInfo, ShaderModule } from './compiler.ts';
import { toDouble } from './webidl.ts';

/** `constants` as numbers; throws a TypeError where one is not finite. */
export function toConstants(given: Record<string, number> | null | undefined): Map<string, number> {
  return new Map(Object.entries(given ?? {}).map(([key, value]) => [key, toDouble(value, `constants.${key}`)]));
}

/** The values as the override's type holds them, or the rule that one of them breaks. */
export function convertConstants(
  module: ShaderModule,
  entryPoint: EntryPointInfo,
  given: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> | string {
  const converted = new Map<string, number>();
  for (const [key, value] of given) {
    const override = module.overrides.find((each) => keyOf(each) === key);
    if (override === undefined) {
      return `constants: ${JSON.stringify(key)} is no override of the shader module. It has ${module.overrides.map(keyOf).join(', ') || 'none'}; one with an @id goes by its number.`;
    }
    const number = convert(override.type, value);
    if (number === null) return `constants.${key}: ${value} cannot be a value of type ${override.type}.`;
    converted.set(key, number);
  }
  for (const name of entryPoint.overrides) {
    const override = module.overrides.find((each) => each.name === name);
    if (override !== undefined && !override.hasDefault && !converted.has(keyOf(override))) {
      return `constants: the override ${name} has no default, so constants[${JSON.stringify(keyOf(override))}] must be given.`;
    }
  }
  return converted;
}

function keyOf(override: OverrideInfo): string {
  return override.id === null ? override.name : String(override.id);
}

/** "to WGSL type" of the specification; null where the value is out of range. */
function convert(type: OverrideInfo['type'], value: number): number | null {
  if (type === 'bool') return value === 0 ? 0 : 1;
  if (type === 'i32' || type === 'u32') {
    const [low, high] = type === 'i32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
    const integer = Math.trunc(value) + 0;
    return integer >= low && integer <= high ? integer : null;
  }
  // 65520 is halfway between the largest f16 and the one that would follow it: from there on rounding overflows.
  if (type === 'f16') return Math.abs(value) < 65520 ? value : null;
  const float = Math.fround(value);
  return Number.isFinite(float) ? float : null;
}
