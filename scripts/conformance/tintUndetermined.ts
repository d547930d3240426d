const ENDLESS = 'a loop without an end: WGSL lets an implementation assume that loops end';

/**
 * Programs of the Tint corpus whose results WGSL leaves open, with why: both devices may be right with different ones.
 */
export const UNDETERMINED: Readonly<Record<string, string>> = {
  'bug/tint/354627692.wgsl': ENDLESS,
  'bug/tint/379684039-2.wgsl': ENDLESS,
  'bug/tint/914.wgsl': 'a race: invocations write one element of mm_Bsub with different values',
  'shadowing/loop.wgsl': ENDLESS,
  'statements/for/condition/array_ctor.wgsl': ENDLESS,
  'statements/for/condition/basic.wgsl': ENDLESS,
  'statements/for/condition/struct_ctor.wgsl': ENDLESS,
  'statements/increment/for_loop_initializer.wgsl': ENDLESS,
};
