import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tympan from '../../src/index.ts';
import { cases, tolerances } from './cases.ts';
import { launchChromium } from './chromium.ts';
import type { Report } from './page.ts';
import { bundlePage, servePage } from './pageServer.ts';

let script: string;

beforeAll(async () => {
  script = await bundlePage(join(import.meta.dirname, 'page.ts'));
  await tympan.init({ device: 'cpu' });
});

afterAll(async () => {
  await tympan.shutdown();
});

async function runPage(which: 'navigator.gpu' | 'softgpu', isolated: boolean): Promise<Report> {
  const server = await servePage(script, { isolated });
  const browser = await launchChromium(); // one for each page: with a single process, it ends with its first page
  try {
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error.stack ?? error)));
    await page.goto(server.url);
    await page
      .waitForFunction(() => 'run' in window)
      .catch(() => {
        throw new Error(`the page does not load: ${failures.join('\n') || 'no error reported'}`);
      });
    const report = await page.evaluate((device) => window.run(device), which);
    console.log(`Chromium ${browser.version()} computes on ${report.adapter}`);
    return report;
  } finally {
    await browser.close();
    server.close();
  }
}

describe.each([
  ['navigator.gpu', false, /swiftshader/i],
  ['softgpu', false, /softgpu/],
  ['softgpu', true, /softgpu/],
] as const)('the built package in headless Chromium on %s, isolated: %s', (which, isolated, name) => {
  let report: Report;

  beforeAll(async () => {
    report = await runPage(which, isolated);
  });

  test('finds its device', () => {
    expect(report.adapter).toMatch(name);
    expect(report.kind).toBe('cpu');
    expect(report.isolated).toBe(isolated);
  });

  // Other devices take other instruction orders, and other rounding of the transcendental functions.
  test.each(Object.entries(cases))('computes %s like Node', async (caseName, compute) => {
    const expected = Array.from(await compute(tympan));
    const scale = Math.max(...expected.map(Math.abs));
    const got = report.results[caseName]!;
    expect(got).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(got[i]! - value), `${caseName}: element ${i}`).toBeLessThanOrEqual(
        (tolerances[caseName] ?? 1e-6) * scale,
      );
    }
  });

  test('frees what it makes', () => {
    expect(report.leaked).toBe(0);
  });
});
