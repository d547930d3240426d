import { oneLine, percent, table } from './document.ts';
import type { Verdict } from './tintCompare.ts';
import type { Outside } from './tintCorpus.ts';
import { UNDETERMINED } from './tintUndetermined.ts';

const OUTSIDE: readonly Outside[] = [
  'texture or sampler',
  'graphics stages only',
  'vendor extension',
  'feature not offered',
];

/** The page's section: a table by folder and the reasons of what fails. */
export function summarize(verdicts: readonly Verdict[], disagreements: number): string {
  const groups = [...new Set(verdicts.map(({ group }) => group))].sort();
  const rows = [
    ...groups.map((group) =>
      row(
        group,
        verdicts.filter((verdict) => verdict.group === group),
      ),
    ),
    row('**all**', verdicts),
  ];
  const failing = verdicts.filter(({ outside, failures }) => !outside && failures.length > 0);
  return `## Tint corpus

The WGSL programs of Dawn's \`test/tint\`, measured by \`npx tsx scripts/conformance/tint.ts --dawn <checkout>\`. A program is not applicable when it
declares a texture, a sampler or another resource that is no buffer, has entry points but none of them a compute stage, enables a vendor extension
(\`chromium_…\`), or enables a feature that the device does not offer. Every other program is compiled; it must be accepted or
refused as Dawn's null back end does (Tint's own recorded output says otherwise of ${disagreements} programs). Each compute entry point of the accepted
ones is run as one workgroup on the same data, overrides without a default set to 1, and every scalar of every writable buffer compared with what
Dawn on SwiftShader computed: integers bit for bit, floats within 2⁻¹¹ absolute or relative (the widest error that WGSL grants a
built-in), NaN and infinity as indeterminate. Not compared: programs with f16, which SwiftShader lacks, with subgroups, whose results
depend on the subgroup's size, those that SwiftShader did not finish, and ${Object.keys(UNDETERMINED).length} whose results WGSL leaves open
(scripts/conformance/tintUndetermined.ts says why).

${table(HEAD, rows)}

Not applicable, by reason: ${OUTSIDE.map((reason) => `${reason} ${verdicts.filter(({ outside }) => outside === reason).length}`).join(', ')}. Of
these programs ${verdicts.filter(({ outside, validityRight }) => outside && validityRight).length} are accepted or refused rightly all the same.

${reasons(failing)}`;
}

const HEAD = [
  'folder',
  'programs',
  'n/a',
  'applicable',
  'right',
  'wrong',
  'right %',
  'run',
  'agree',
  '(no output)',
  'differ',
  'fail',
  'agree %',
];

function row(name: string, verdicts: readonly Verdict[]): (string | number)[] {
  const applicable = verdicts.filter(({ outside }) => !outside);
  const right = applicable.filter(({ validityRight }) => validityRight).length;
  const runs = applicable.flatMap(({ runs }) => runs);
  const count = (kind: string) => runs.filter((run) => run === kind).length;
  const silent = count('agreed without output');
  const agreed = count('agreed') + silent;
  const compared = agreed + count('differed') + count('failed');
  return [
    name,
    verdicts.length,
    verdicts.length - applicable.length,
    applicable.length,
    right,
    applicable.length - right,
    percent(right, applicable.length),
    compared,
    agreed,
    silent,
    count('differed'),
    count('failed'),
    percent(agreed, compared),
  ];
}

/** Failures by their reason, with names and numbers taken out of it; the most frequent first. */
function reasons(failing: readonly Verdict[]): string {
  if (failing.length === 0) return 'Nothing applicable fails.';
  const families = new Map<string, string[]>();
  for (const { file, failures } of failing) {
    const family = oneLine(
      (failures[0] ?? '')
        .replaceAll(/\b\d+:\d+: /g, '')
        .replaceAll(/'[^']*'/g, "'…'")
        .replaceAll(/-?\b\d[\w.+-]*/g, 'n'),
    );
    families.set(family, [...(families.get(family) ?? []), file]);
  }
  const sorted = [...families].sort(([, a], [, b]) => b.length - a.length);
  const lines = sorted.slice(0, 40).map(([family, files]) => `- ${files.length}: ${family} (\`${files[0]}\`)`);
  return ['What fails, by reason (with one program of each):', '', ...lines].join('\n');
}
