import type { Attribute } from '../wgsl/ast.ts';
import { reject } from './rejection.ts';

/** Interpolation types, and the samplings each allows. https://www.w3.org/TR/WGSL/#interpolation */
const SAMPLINGS: Readonly<Record<string, readonly string[]>> = {
  perspective: ['center', 'centroid', 'sample'],
  linear: ['center', 'centroid', 'sample'],
  flat: ['first', 'either'],
};

export function checkInterpolation({ args, span }: Attribute): void {
  const [type, sampling] = args.map((arg) => (arg.kind === 'identifier' ? arg.name.text : ''));
  const samplings = Object.hasOwn(SAMPLINGS, type ?? '') ? SAMPLINGS[type!] : undefined;
  if (samplings === undefined) reject(span, `@interpolate takes 'perspective', 'linear' or 'flat', not '${type}'`);
  if (sampling !== undefined && !samplings.includes(sampling)) {
    reject(span, `@interpolate(${type}) can be sampled at '${samplings.join("', '")}', not '${sampling}'`);
  }
}
