import { expect, test } from 'vitest';
import { ResponseFileError } from '../../../src/audio/impulseResponses/responseFileError.ts';
import { readSofa } from '../../../src/audio/impulseResponses/sofa.ts';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { type Hdf5Format, hdf5Bytes, roomSofa } from '../../fixtures/sofa/makeSofa.ts';

/** Where bytes lie that are not 0: damage to padding changes nothing. */
function structure(bytes: Uint8Array): number[] {
  return [...bytes.keys()].filter((at) => bytes[at] !== 0 || bytes[at - 1] !== 0 || bytes[at + 1] !== 0);
}

function damaged(bytes: Uint8Array, places: readonly number[], random: RandomStream): Uint8Array {
  const kind = random.integer(8);
  if (kind === 0) return bytes.slice(0, random.integer(bytes.length));
  const out = bytes.slice();
  if (kind === 1) {
    const [from, to, count] = [random.pick(places), random.pick(places), 1 + random.integer(64)];
    out.copyWithin(to, from, from + count);
    return out;
  }
  for (let n = 0; n <= random.integer(6); n++) {
    const at = random.pick(places);
    out[at] = random.pick([
      0,
      1,
      255,
      out[at]! + 1,
      out[at]! - 1,
      out[at]! ^ (1 << random.integer(8)),
      random.integer(256),
    ]);
  }
  return out;
}

test.each<[string, Hdf5Format]>([
  ['of the first kind', { versions: ['earliest', 'latest'], trackOrder: false }],
  ['of HDF5 1.10', { versions: 'v110', trackOrder: true }],
  ['of the newest kind', { versions: 'latest', trackOrder: false }],
])('a thousand damaged SOFA files %s are read or refused with a reason', async (_, format) => {
  const bytes = await hdf5Bytes(roomSofa(), format);
  const places = structure(bytes);
  const random = new RandomStream(1);
  let refused = 0;
  for (let n = 0; n < 1000; n++) {
    try {
      const { responses } = await readSofa(damaged(bytes, places, random));
      expect(responses.length).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof ResponseFileError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(300);
});
