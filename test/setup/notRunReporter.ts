import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** Names every test that did not run: a check that is silently left out looks like one that holds. */
class NotRunReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined; // then leaving tests out was asked for
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#filtered) return;
    const names = modules.flatMap(notRun);
    if (names.length > 0) console.log(`${names.length} not run:\n${names.map((name) => `  ${name}`).join('\n')}\n`);
  }
}

function notRun(module: TestModule): string[] {
  if (module.children.size === 0) return [`${module.relativeModuleId} (the whole file)`];
  const names: string[] = [];
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === 'passed' || result.state === 'failed') continue;
    const note = 'note' in result && result.note ? ` (${result.note})` : '';
    names.push(`${module.relativeModuleId} > ${test.fullName}${note}`);
  }
  return names;
}

// Vitest takes a reporter given by its path from the default export alone.
export default NotRunReporter;
