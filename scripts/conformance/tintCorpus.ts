import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declarations, withoutComments } from './wgslDeclarations.ts';

/** The programs of Dawn's Tint corpus, as paths under `test/tint`. What Tint made of them (`.expected.`) is left out. */
export function listCorpus(checkout: string): string[] {
  const files = readdirSync(join(checkout, 'test', 'tint'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.wgsl') && !file.includes('.expected.'))
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

export function readProgram(checkout: string, file: string): string {
  return readFileSync(join(checkout, 'test', 'tint', file), 'utf8');
}

/**
 * Whether Tint's own recorded output says that the program is refused: `.expected.wgsl` then begins with SKIP and
 * quotes an error of the language. `undefined` when there is no such file.
 */
export function expectedValid(checkout: string, file: string): boolean | undefined {
  try {
    const expected = readFileSync(`${join(checkout, 'test', 'tint', file)}.expected.wgsl`, 'utf8');
    return !/^SKIP: (FAILED|INVALID)/.test(expected);
  } catch {
    return undefined;
  }
}

export type Outside = 'vendor extension' | 'texture or sampler' | 'graphics stages only' | 'feature not offered';

const TEXTURES =
  /\b(texture_(storage_|depth_|multisampled_|external|1d|2d|3d|cube)\w*|sampler(_comparison)?|texel_buffer|input_attachment|resource_table|binding_array)\b/;
const STAGE_FEATURES = new Set(['clip_distances', 'dual_source_blending', 'primitive_index']);
const COMPUTE_FEATURES: Readonly<Record<string, string>> = { f16: 'shader-f16', subgroups: 'subgroups' };

/** Language features need no `enable`: a program is known to need one by what it says. */
const LANGUAGE_FEATURES: readonly (readonly [string, RegExp])[] = [
  ['immediate_address_space', /\bvar\s*<\s*immediate\b/],
  ['buffer_view', /\bbuffer(View|ArrayView|Length)\b|:\s*buffer\b/],
  ['swizzle_assignment', /\.[xyzwrgba]{2,4}\s*([-+*/%&|^]|<<|>>)?=[^=]/],
  ['linear_indexing', /\b(global_invocation_index|workgroup_index)\b/],
  ['subgroup_id', /\b(subgroup_id|num_subgroups)\b/],
];

/** Why a program is not applicable to a compute device with these features; `undefined` when it is. */
export function outsideOf(
  source: string,
  declarations: Declarations,
  features: ReadonlySet<string>,
): Outside | undefined {
  const text = withoutComments(source);
  const enabled = enabledBy(text);
  if (enabled.some((name) => name.startsWith('chromium_')) || /\bchromium_/.test(requiredBy(text)))
    return 'vendor extension';
  if (TEXTURES.test(text)) return 'texture or sampler';
  const { entryPoints } = declarations;
  if (enabled.some((name) => STAGE_FEATURES.has(name))) return 'graphics stages only';
  if (entryPoints.length > 0 && !entryPoints.some(({ stage }) => stage === 'compute')) return 'graphics stages only';
  const missing = enabled.some((name) => !features.has(COMPUTE_FEATURES[name] ?? name.replaceAll('_', '-')));
  const uses = LANGUAGE_FEATURES.some(([name, used]) => !features.has(name) && used.test(text));
  return missing || uses ? 'feature not offered' : undefined;
}

export function enabledBy(text: string): string[] {
  return [...text.matchAll(/\benable\s+([\w\s,]+);/g)].flatMap((match) =>
    match[1]!.split(',').map((name) => name.trim()),
  );
}

function requiredBy(text: string): string {
  return [...text.matchAll(/\brequires\s+([\w\s,]+);/g)].map((match) => match[1]).join(',');
}

/** The folder under which a program is counted. */
export function groupOf(file: string): string {
  const parts = file.split('/');
  if (parts.length === 1) return '(top)';
  return parts[0] === 'builtins' && parts[1] === 'gen' ? 'builtins/gen' : parts[0]!;
}
