/** `enable`, `requires` and `diagnostic` at the start of a module. https://www.w3.org/TR/WGSL/#directives */

import type { DiagnosticControl, Module } from '../wgsl/ast.ts';
import type { Context } from './context.ts';

/** Extensions that `enable` may name, and the device feature that each needs. */
export const ENABLE_EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['f16', 'shader-f16'],
  ['subgroups', 'subgroups'],
  ['clip_distances', 'clip-distances'],
  ['dual_source_blending', 'dual-source-blending'],
  ['primitive_index', 'primitive-index'],
]);

/** Language extensions that `requires` may name, which are all there without it. */
export const LANGUAGE_FEATURES: readonly string[] = [
  'readonly_and_readwrite_storage_textures',
  'packed_4x8_integer_dot_product',
  'unrestricted_pointer_parameters',
  'pointer_composite_access',
  'uniform_buffer_standard_layout',
  'subgroup_id',
  'subgroup_uniformity',
  'texture_and_sampler_let',
  'texture_formats_tier1',
  'linear_indexing',
  'fragment_depth',
];

/** Triggering rules without a namespace; those with one are another tool's, and ignored. */
const RULES: ReadonlySet<string> = new Set(['derivative_uniformity', 'subgroup_uniformity']);

/** `features` are those of the device; null allows all. */
export function checkDirectives(
  context: Context,
  { directives, diagnosticControls }: Module,
  features: ReadonlySet<string> | null,
): void {
  for (const control of diagnosticControls) checkRule(context, control);
  for (const directive of directives) {
    switch (directive.kind) {
      case 'enable':
        for (const { text, span } of directive.extensions) {
          const feature = ENABLE_EXTENSIONS.get(text);
          if (feature === undefined) context.report(span, `there is no extension '${text}' to enable`);
          else if (features?.has(feature) === false)
            context.report(span, `extension '${text}' needs a device with the feature '${feature}'`);
          context.extensions.add(text);
        }
        break;
      case 'requires':
        for (const { text, span } of directive.features) {
          if (!LANGUAGE_FEATURES.includes(text)) context.report(span, `language feature '${text}' is not supported`);
        }
    }
  }
}

/** A rule that nobody knows is worth a warning, as a typing error may be behind it. */
function checkRule(context: Context, { rule }: DiagnosticControl): void {
  if (rule.text.includes('.') || RULES.has(rule.text)) return;
  const message = `unknown diagnostic rule '${rule.text}'`;
  context.diagnostics.push({ severity: 'warning', message, span: rule.span });
}
