import { compareBuffers, initialData, planBuffer, withChanges } from './bufferData.ts';
import { enabledBy, expectedValid, groupOf, type Outside, outsideOf, readProgram } from './tintCorpus.ts';
import type { EntryPointRecord, ProgramRecord } from './tintRun.ts';
import { UNDETERMINED } from './tintUndetermined.ts';
import { bindingsOf, type Declarations, readDeclarations } from './wgslDeclarations.ts';

/** How one program fared against the reference. */
export interface Verdict {
  readonly file: string;
  readonly group: string;
  readonly outside: Outside | undefined;
  /** Accepted or refused as Dawn does. */
  readonly validityRight: boolean;
  readonly runs: readonly RunVerdict[];
  /** What is wrong, one line each. */
  readonly failures: readonly string[];
}

export type RunVerdict = 'agreed' | 'agreed without output' | 'differed' | 'failed' | 'not comparable';

export function judge(
  checkout: string,
  reference: ProgramRecord,
  actual: ProgramRecord | undefined,
  features: ReadonlySet<string>,
): Verdict {
  const { file } = reference;
  const source = readProgram(checkout, file);
  const declarations = readDeclarations(source);
  const outside = outsideOf(source, declarations, features) ?? outsideByMessage(reference);
  const failures: string[] = [];
  const validityRight = actual !== undefined && actual.valid === reference.valid;
  if (!actual) failures.push('not run');
  else if (actual.lost && !reference.lost && !(file in UNDETERMINED)) failures.push(actual.lost);
  if (actual && !validityRight)
    failures.push(actual.valid ? `accepted, but Dawn says: ${reference.message}` : `refused: ${actual.message}`);
  const comparable = !outside && reference.valid && actual?.valid && !reference.lost && !(file in UNDETERMINED);
  const runs = comparable
    ? reference.entryPoints.map((entry) => judgeRun(entry, actual, declarations, source, failures))
    : [];
  return { file, group: groupOf(file), outside, validityRight, runs, failures };
}

/** Extensions that Dawn itself keeps for itself: its message says so. */
function outsideByMessage({ message = '' }: ProgramRecord): Outside | undefined {
  return /language feature|not allowed in the current environment/.test(message) ? 'vendor extension' : undefined;
}

/** Refusals that are limits of Dawn's SPIR-V writer. */
const OF_THE_BACK_END = /while generating SPIR-V/;

function judgeRun(
  expected: EntryPointRecord,
  { entryPoints }: ProgramRecord,
  declarations: Declarations,
  source: string,
  failures: string[],
): RunVerdict {
  const actual = entryPoints.find(({ name }) => name === expected.name);
  const limit = expected.status === 'refused' && OF_THE_BACK_END.test(expected.message ?? '');
  if (limit || expected.status === 'unsupported' || enabledBy(source).includes('subgroups')) {
    return 'not comparable';
  }
  if (!actual) {
    failures.push(`${expected.name}: was not run`);
    return 'failed';
  }
  if (actual.status !== expected.status) {
    failures.push(
      `${expected.name}: ${actual.status} (${actual.message ?? ''}), on Dawn ${expected.status} (${expected.message ?? ''})`,
    );
    return 'failed';
  }
  if (expected.status !== 'ran') return 'agreed without output';
  for (const binding of bindingsOf(declarations, expected.name)) {
    const output = (record: EntryPointRecord) =>
      record.outputs?.find((found) => found.group === binding.group && found.binding === binding.binding);
    const [there, here] = [output(expected), output(actual)];
    if (!there || !here) continue;
    const plan = planBuffer(binding, declarations);
    const before = initialData(plan);
    const { difference } = compareBuffers(plan, withChanges(before, there.changes), withChanges(before, here.changes));
    if (difference) {
      failures.push(`${expected.name}: ${binding.name}: ${difference}`);
      return 'differed';
    }
  }
  return expected.outputs?.some(({ changes }) => changes.length > 0) ? 'agreed' : 'agreed without output';
}

/** Programs of which Tint's recorded output and Dawn's compilation disagree on whether they are valid. */
export function disagreements(checkout: string, records: readonly ProgramRecord[]): string[] {
  return records
    .filter(({ file, valid, lost }) => !lost && (expectedValid(checkout, file) ?? valid) !== valid)
    .map(({ file }) => file);
}
