import { familyOf, GROUPS, groupOf, isGraphics } from './ctsGroups.ts';
import { REASONS } from './ctsReasons.ts';
import type { CaseRecord } from './ctsRun.ts';
import { oneLine, percent, table } from './document.ts';

export interface CtsResults {
  readonly specs: readonly string[];
  readonly records: readonly CaseRecord[];
  /** How many cases each test file has in all. */
  readonly totals: ReadonlyMap<string, number>;
  readonly cases: number;
  readonly subcases: number;
}

/** The page's section: a table by group and each failing family with its reason. */
export function summarize({ specs, records, totals, cases, subcases }: CtsResults): string {
  const rows = GROUPS.map(({ name }) => {
    const inGroup = specs.filter((spec) => groupOf(spec)?.name === name);
    const these = records.filter(({ query }) => groupOf(specOf(query))?.name === name);
    return row(name.replaceAll(',', ', '), inGroup, these, totals);
  });
  const all = row('**all**', specs, records, totals);
  const sampled = cases < 1e9 || subcases < 1e9;
  return `## WebGPU conformance suite

The compute part of gpuweb/cts, measured by \`npx tsx scripts/conformance/cts.ts --cts <checkout>\`. ${
    sampled
      ? `A sample: at most ${cases} cases of each test and ${subcases} subcases of each case, chosen by a hash of their names.`
      : 'All cases and subcases.'
  }
A case passes when every applicable subcase passes. Not applicable are test files about textures, samplers or graphics stages throughout (left out
of the run), cases that use those at run time (a texture, a sampler, a render pipeline, a vertex or fragment entry point in the
program), and cases that the suite skips by itself, mostly for a feature that the device does not offer.

${table(HEAD, [...rows, all])}

${families(records)}`;
}

const HEAD = [
  'group',
  'test files',
  'of graphics',
  'cases in all',
  'run',
  'skipped',
  'graphics',
  'applicable',
  'pass',
  'fail',
  'hang or crash',
  'pass %',
];

function row(
  name: string,
  specs: readonly string[],
  records: readonly CaseRecord[],
  totals: ReadonlyMap<string, number>,
): (string | number)[] {
  const count = (status: string) => records.filter((record) => record.status === status).length;
  const [pass, fail, lost] = [count('pass'), count('fail'), count('lost')];
  return [
    name,
    specs.length,
    specs.filter(isGraphics).length,
    specs.reduce((sum, spec) => sum + (totals.get(spec) ?? 0), 0),
    records.length,
    count('skip'),
    count('outside'),
    pass + fail + lost,
    pass,
    fail,
    lost,
    percent(pass, pass + fail + lost),
  ];
}

function specOf(query: string): string {
  return familyOf(query).replaceAll(',', '/');
}

function families(records: readonly CaseRecord[]): string {
  const failing = new Map<string, CaseRecord[]>();
  for (const record of records) {
    if (record.status !== 'fail' && record.status !== 'lost') continue;
    const family = familyOf(record.query);
    failing.set(family, [...(failing.get(family) ?? []), record]);
  }
  if (failing.size === 0) return 'Nothing applicable fails.';
  const lines = [...failing]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([family, cases]) => {
      const of =
        records.filter(({ query, status }) => familyOf(query) === family && status === 'pass').length + cases.length;
      return `- \`${family}\`: ${cases.length} of ${of}: ${REASONS[family] ?? oneLine(cases[0]?.reason ?? '', 200)}`;
    });
  return [
    'Failing families, with how many of their applicable cases fail and why, or what the first says:',
    '',
    ...lines,
  ].join('\n');
}
