/** What enters and leaves a shader stage. https://www.w3.org/TR/WGSL/#stage-inputs-outputs */

import type { Attribute, Span } from '../wgsl/ast.ts';
import { findAttribute, naturalAttribute } from './attributes.ts';
import { BUILTIN_VALUES, type Direction } from './builtinValues.ts';
import { type Context, Environment } from './context.ts';
import type { Stage } from './functionRecord.ts';
import { checkInterpolation } from './interpolation.ts';
import type { BuiltinInput } from './program.ts';
import { reject } from './rejection.ts';
import { isNumeric, scalarOf, typeName } from './typeRules.ts';
import type { Type } from './wgslType.ts';

/** The names and locations that one direction of an entry point has taken. */
export interface Interface {
  readonly stage: Stage;
  readonly direction: Direction;
  readonly builtins: Set<string>;
  readonly locations: Set<string>;
}

export function newInterface(stage: Stage, direction: Direction): Interface {
  return { stage, direction, builtins: new Set(), locations: new Set() };
}

const ATTRIBUTES = ['builtin', 'location', 'interpolate', 'invariant', 'blend_src'];

/** The built-in value or values that a parameter or a result carries; an input from a location is null. */
export function checkStageValue(
  module: Context,
  face: Interface,
  type: Type,
  attributes: readonly Attribute[],
  span: Span,
): (BuiltinInput | null)[] {
  if (type.kind !== 'struct') return [checkOne(module, face, type, attributes, span)];
  const misplaced = attributes.find(({ name }) => ATTRIBUTES.includes(name.text));
  if (misplaced !== undefined)
    reject(misplaced.span, `@${misplaced.name.text} belongs on the members of '${type.name}'`);
  const members = module.interfaces.get(type);
  return type.members.map((member, i) => {
    if (member.type.kind === 'struct')
      reject(
        span,
        `'${type.name}' cannot ${face.direction === 'in' ? 'enter' : 'leave'} a shader stage: its member '${member.name}' is a structure`,
      );
    return checkOne(module, face, member.type, members?.[i] ?? [], span, `member '${member.name}' of '${type.name}'`);
  });
}

function checkOne(
  module: Context,
  face: Interface,
  type: Type,
  attributes: readonly Attribute[],
  span: Span,
  what?: string,
): BuiltinInput | null {
  const builtin = findAttribute(attributes, 'builtin');
  const location = findAttribute(attributes, 'location');
  if (builtin !== undefined) return checkBuiltin(face, builtin);
  if (location === undefined) {
    const noun = what ?? (face.direction === 'in' ? 'a parameter of an entry point' : 'the result of an entry point');
    reject(span, `${noun} needs '@builtin' or '@location'`);
  }
  if (face.stage === 'compute')
    reject(location.span, "@location cannot be used in a compute stage: its inputs are '@builtin'");
  const blend = findAttribute(attributes, 'blend_src');
  const env = new Environment(module, null);
  const place = `${naturalAttribute(env, location)}${blend === undefined ? '' : `/${naturalAttribute(env, blend)}`}`;
  if (face.locations.has(place)) reject(location.span, `location ${place} is taken already`);
  face.locations.add(place);
  checkFlat(face, type, attributes, location);
  if (blend !== undefined && !(face.stage === 'fragment' && face.direction === 'out'))
    reject(blend.span, '@blend_src is for the outputs of a fragment stage');
  return null;
}

/** Integers cannot be interpolated between vertices. */
function checkFlat(
  { stage, direction }: Interface,
  type: Type,
  attributes: readonly Attribute[],
  location: Attribute,
): void {
  const passes = (stage === 'vertex' && direction === 'out') || (stage === 'fragment' && direction === 'in');
  const element = scalarOf(type)?.scalar;
  if (!passes || (element !== 'i32' && element !== 'u32')) return;
  const mode = findAttribute(attributes, 'interpolate')?.args[0];
  if (mode?.kind !== 'identifier' || mode.name.text !== 'flat')
    reject(location.span, `integers between vertices and fragments need '@interpolate(flat)'`);
}

function checkBuiltin(face: Interface, attribute: Attribute): BuiltinInput {
  const name = builtinName(attribute);
  const use = `${face.stage} ${face.direction}` as const;
  if (BUILTIN_VALUES.get(name)?.uses.includes(use) !== true) {
    reject(
      attribute.span,
      `@builtin(${name}) is no ${face.direction === 'in' ? 'input' : 'output'} of a ${face.stage} stage`,
    );
  }
  if (face.builtins.has(name)) reject(attribute.span, `@builtin(${name}) is there already`);
  face.builtins.add(name);
  return name as BuiltinInput;
}

/** How a fragment's depth compares with the one that it would have by itself. */
const DEPTH_MODES = ['any', 'greater', 'less'];

function builtinName({ args, span }: Attribute): string {
  const [name, mode] = args;
  if (name?.kind !== 'identifier') reject(span, '@builtin takes the name of a built-in value');
  if (mode !== undefined) {
    const isMode =
      name.name.text === 'frag_depth' && mode.kind === 'identifier' && DEPTH_MODES.includes(mode.name.text);
    if (!isMode) reject(mode.span, "only '@builtin(frag_depth)' takes a second name: 'any', 'greater' or 'less'");
  }
  return name.name.text;
}

/** What holds for the attributes of an input or output wherever it is declared. */
export function checkStageAttributes(module: Context, type: Type, attributes: readonly Attribute[]): void {
  const builtin = findAttribute(attributes, 'builtin');
  const location = findAttribute(attributes, 'location');
  if (builtin !== undefined) checkBuiltinType(module, type, builtin);
  if (builtin !== undefined && location !== undefined)
    reject(location.span, '@builtin and @location exclude each other');
  if (location !== undefined) checkLocation(module, type, location);
  const invariant = findAttribute(attributes, 'invariant');
  if (invariant !== undefined && (builtin === undefined || builtinName(builtin) !== 'position')) {
    reject(invariant.span, '@invariant belongs with @builtin(position)');
  }
  const interpolate = findAttribute(attributes, 'interpolate');
  if (interpolate !== undefined) {
    if (location === undefined) reject(interpolate.span, '@interpolate belongs with @location');
    checkInterpolation(interpolate);
  }
}

function checkBuiltinType({ extensions }: Context, type: Type, attribute: Attribute): void {
  const name = builtinName(attribute);
  const known = BUILTIN_VALUES.get(name);
  if (known === undefined) reject(attribute.args[0]?.span ?? attribute.span, `there is no built-in value '${name}'`);
  if (known.requires !== null && !extensions.has(known.requires))
    reject(attribute.span, `@builtin(${name}) needs 'enable ${known.requires};' at the start of the module`);
  if (!known.types.includes(type)) {
    const expected = known.types.length === 1 ? typeName(known.types[0]!) : 'array<f32, N> with N at most 8';
    reject(attribute.span, `@builtin(${name}) is of type '${expected}', not '${typeName(type)}'`);
  }
}

function checkLocation(module: Context, type: Type, location: Attribute): void {
  naturalAttribute(new Environment(module, null), location);
  const element = type.kind === 'scalar' || type.kind === 'vector' ? scalarOf(type) : null;
  if (element === null || !isNumeric(element))
    reject(location.span, `@location takes numbers and vectors of them, not '${typeName(type)}'`);
}
