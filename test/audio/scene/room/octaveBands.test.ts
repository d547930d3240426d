import { expect, test } from 'vitest';
import { bandsBelow, octaveFilters } from '../../../../src/audio/scene/room/octaveBands.ts';

test.each([1, 1 / 3])('filters with transitions of %d octaves add up to 1 and are 1 at their centers', (transition) => {
  const centers = bandsBelow(16000);
  const filters = octaveFilters(centers, 1024, 16000, transition);
  for (let bin = 0; bin <= 512; bin++) {
    expect(filters.reduce((sum, filter) => sum + filter[bin]!, 0)).toBeCloseTo(1, 12);
    for (const filter of filters) expect(filter[bin]).toBeGreaterThanOrEqual(0);
  }
  for (const [band, center] of centers.entries()) expect(filters[band]![(center * 1024) / 16000]).toBeCloseTo(1, 12);
});

test('bands whose lower half lies above half the sample rate are left out', () => {
  expect(bandsBelow(8000)).toEqual([125, 250, 500, 1000, 2000, 4000]);
  expect(bandsBelow(48000)).toHaveLength(7);
});
