/**
 * Counts the tests of a run from vitest's JSON report:
 * `tsx scripts/testCounts.ts report.json [exitCode [step...]]`, with vitest's exit code and the steps that failed before
 * the tests.
 *
 * Prints what failed or did not run, then one last line `N passed, N failed`. What did not run counts as failed. The
 * exit code is 1 when anything failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface TestCounts {
  readonly passed: number;
  /** One line per failure. */
  readonly failures: readonly string[];
}

/** `files` are all test files there are, by the names that the report uses. */
export function countTests(report: TestReport, files: readonly string[]): TestCounts {
  let passed = 0;
  const failures: string[] = [];
  for (const { name, message, assertionResults } of report.testResults) {
    if (assertionResults.length === 0) failures.push(`${name}: no test ran: ${message || 'the file has none'}`);
    for (const { fullName, status } of assertionResults) {
      if (status === 'passed') passed++;
      else failures.push(`${name}: ${fullName}: ${status === 'failed' ? 'failed' : `not run (${status})`}`);
    }
  }
  const reported = new Set(report.testResults.map(({ name }) => name));
  for (const file of files) if (!reported.has(file)) failures.push(`${file}: not run`);
  if (!report.success && failures.length === 0) failures.push('the run failed outside of any test');
  return { passed, failures };
}

function readReport(path: string, root: string): TestReport {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as TestReport;
    return { ...report, testResults: report.testResults.map((file) => ({ ...file, name: relative(root, file.name) })) };
  } catch (error) {
    console.log(`the test run left no report: ${(error as Error).message}`);
    return { success: false, testResults: [] };
  }
}

function main([path, exitCode = '0', ...failedSteps]: readonly string[]): void {
  if (path === undefined) throw new Error('usage: tsx scripts/testCounts.ts report.json [exitCode [step...]]');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('test', file));
  const report = readReport(path, root);
  const { passed, failures } = countTests({ ...report, success: report.success && exitCode === '0' }, files);
  const all = [...failures, ...failedSteps.map((step) => `${step}: failed`)];
  for (const failure of all) console.log(failure);
  console.log(`${passed} passed, ${all.length} failed`);
  process.exitCode = all.length > 0 ? 1 : 0;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
