import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openLibrary } from '../../src/audio/library/clipLibrary.ts';
import type { LibraryConfig } from '../../src/audio/library/libraryConfig.ts';

const page = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8').split('\n## Mixtures')[0]!;
const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json!) as object);
const configs = blocks.filter((block) => 'kind' in block) as LibraryConfig[];

test.each(configs)('docs/data.md: $kind is a configuration that opens where the files are', async (config) => {
  const opened = await openLibrary(config).catch((error: unknown) => String(error));
  if (typeof opened === 'string') expect(opened).toContain('there is no folder');
  else expect(opened.clips.length).toBeGreaterThan(0);
});
