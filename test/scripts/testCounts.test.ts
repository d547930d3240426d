import { expect, test } from 'vitest';
import { countTests, type TestReport } from '../../scripts/testCounts.ts';

function report(success: boolean, statuses: Readonly<Record<string, readonly string[]>>): TestReport {
  return {
    success,
    testResults: Object.entries(statuses).map(([name, list]) => ({
      name,
      status: 'passed',
      message: '',
      assertionResults: list.map((status, i) => ({ fullName: `test ${i}`, status })),
    })),
  };
}

test('a run where everything passed has no failures', () => {
  expect(countTests(report(true, { a: ['passed', 'passed'], b: ['passed'] }), ['a', 'b'])).toEqual({
    passed: 3,
    failures: [],
  });
});

test('failed, skipped, to-do and never started tests are failures by name', () => {
  expect(countTests(report(false, { a: ['passed', 'failed', 'skipped', 'todo', 'pending'] }), ['a'])).toEqual({
    passed: 1,
    failures: [
      'a: test 1: failed',
      'a: test 2: not run (skipped)',
      'a: test 3: not run (todo)',
      'a: test 4: not run (pending)',
    ],
  });
});

test('a file without tests and a file that the report does not know are failures', () => {
  expect(countTests(report(true, { a: [] }), ['a', 'b']).failures).toEqual([
    'a: no test ran: the file has none',
    'b: not run',
  ]);
});

test('an error outside of any test is a failure', () => {
  expect(countTests(report(false, { a: ['passed'] }), ['a']).failures).toEqual(['the run failed outside of any test']);
});
