/** Values made by constructors. https://www.w3.org/TR/WGSL/#constructor-builtin-function */

import type { ConstantValue } from '../program.ts';
import { typeName } from '../typeRules.ts';
import type { Type } from '../wgslType.ts';
import { convertConstant } from './convert.ts';

/**
 * The value of a constructor of `type` (see `Construction`): `args` are of the
 * types `parameters`. No arguments give the zero value.
 */
export function constructConstant(
  type: Type,
  parameters: readonly Type[],
  args: readonly ConstantValue[],
): ConstantValue {
  if (args.length === 0) return zeroValue(type);
  const [first] = parameters;
  switch (type.kind) {
    case 'scalar':
      return convertConstant(args[0]!, first!, type);
    case 'vector':
      if (args.length === 1) {
        if (first!.kind === 'vector') return convertConstant(args[0]!, first!, type);
        return Array.from({ length: type.size }, () => convertConstant(args[0]!, first!, type.element));
      }
      return args.flat();
    case 'matrix':
      if (first!.kind === 'matrix') return convertConstant(args[0]!, first!, type);
      if (first!.kind === 'vector') return args;
      return Array.from({ length: type.columns }, (_, column) =>
        args.slice(column * type.rows, (column + 1) * type.rows),
      );
    default:
      return args;
  }
}

/** https://www.w3.org/TR/WGSL/#zero-value */
export function zeroValue(type: Type): ConstantValue {
  switch (type.kind) {
    case 'scalar':
      return type.scalar === 'bool' ? false : type.scalar === 'abstract-int' ? 0n : 0;
    case 'vector':
      return repeat(type.size, zeroValue(type.element));
    case 'matrix':
      return repeat(type.columns, repeat(type.rows, 0));
    case 'array':
      return repeat(type.count ?? 0, zeroValue(type.element));
    case 'struct':
      return type.members.map((member) => zeroValue(member.type));
    default:
      throw new Error(`zeroValue: ${typeName(type)} has none`);
  }
}

function repeat(count: number, value: ConstantValue): readonly ConstantValue[] {
  return count > MOST_STORED ? repeated(count, value) : new Array<ConstantValue>(count).fill(value);
}

/** `array<i32, 636109182>()[7]` is a valid expression, but its elements would take all memory. */
const MOST_STORED = 65535;

/** An array of equal elements that only looks as if it had them. */
function repeated(count: number, value: ConstantValue): readonly ConstantValue[] {
  return new Proxy<ConstantValue[]>([], {
    get(target, key) {
      if (key === 'length') return count;
      const index = typeof key === 'string' ? Number(key) : Number.NaN;
      return index >= 0 && index < count ? value : Reflect.get(target, key);
    },
  });
}
