import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tympan from '../../src/index.ts';
import { cases, tolerances } from './cases.ts';
import { launchChromium } from './chromium.ts';
import type { Report } from './page.ts';
import { bundlePage, servePage } from './pageServer.ts';

let browser: Browser;
let report: Report;

beforeAll(async () => {
  const server = await servePage(await bundlePage(join(import.meta.dirname, 'page.ts')));
  browser = await launchChromium();
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
    report = await page.evaluate(() => window.run());
    console.log(`Chromium ${browser.version()} computes on ${report.adapter}`);
  } finally {
    server.close();
  }
  await tympan.init({ device: 'cpu' });
});

afterAll(async () => {
  await browser?.close();
  await tympan.shutdown();
});

describe('the built package in headless Chromium', () => {
  test('finds the software adapter', () => {
    expect(report.kind).toBe('cpu');
  });

  // Both run the same kernels on SwiftShader; the two builds of Dawn may compile them to other instruction orders.
  test.each(Object.entries(cases))('computes %s like Node', async (name, compute) => {
    const expected = Array.from(await compute(tympan));
    const scale = Math.max(...expected.map(Math.abs));
    const got = report.results[name]!;
    expect(got).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(got[i]! - value), `${name}: element ${i}`).toBeLessThanOrEqual(
        (tolerances[name] ?? 1e-6) * scale,
      );
    }
  });

  test('frees what it makes', () => {
    expect(report.leaked).toBe(0);
  });
});
