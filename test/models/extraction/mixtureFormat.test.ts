import { expect, test } from 'vitest';
import { encodeAmbisonics, sn3dToN3d, toFuma } from '../../../src/audio/ambisonics.ts';
import { mapChannels } from '../../../src/models/extraction/mixtureFormat.ts';
import { expectClose } from '../../setup/checkOp.ts';
import { noise } from './fakeModel.ts';

const scene = encodeAmbisonics(noise(50), { azimuth: 70, elevation: -20 });

function expectScene(mapped: readonly Float32Array[], channels = 4): void {
  expect(mapped.length).toBe(channels);
  for (const [c, channel] of mapped.entries()) expectClose(channel, scene[c]!, 1e-6);
}

test('every order and norm of ambisonics becomes W, Y, Z, X in SN3D', () => {
  expectScene(mapChannels('a.wav', 4, 4).apply(scene));
  expectScene(mapChannels('a.wav', 4, 4, { norm: 'n3d' }).apply(sn3dToN3d(scene)));
  expectScene(mapChannels('a.wav', 4, 4, { order: 'fuma' }).apply(toFuma(scene)));
  const [w, y, z, x] = scene;
  expectScene(mapChannels('a.wav', 4, 4, { order: 'fuma', norm: 'sn3d' }).apply([w, x, y, z]));
  const [lowered] = toFuma(scene);
  expectScene(mapChannels('a.wav', 4, 4, { norm: 'fuma' }).apply([lowered, y, z, x]));
});

test('of higher orders the first is taken, and W of anything by a model of one channel', () => {
  const higher = [...scene, ...Array.from({ length: 12 }, (_, c) => noise(50, c))];
  expectScene(mapChannels('a.wav', 16, 4).apply(higher));
  expectScene(mapChannels('a.wav', 9, 1).apply(higher.slice(0, 9)), 1);
  expectScene(mapChannels('a.wav', 4, 1, { order: 'fuma' }).apply(toFuma(scene)), 1);
});

test('mono is W and of stereo the mean is; a model that wants directions gets none, with a warning', () => {
  const [left, right] = [noise(50, 1), noise(50, 2)];
  const mean = left.map((sample, n) => (sample + right[n]!) / 2);
  const stereo = mapChannels('a.wav', 2, 4);
  const [w, ...rest] = stereo.apply([left, right]);
  expectClose(w!, mean, 1e-6);
  expect(rest.every((channel) => channel.every((sample) => sample === 0))).toBe(true);
  expect(stereo.warning).toMatchInlineSnapshot(
    `"a.wav is stereo: it is taken as W, without the directions that the model was trained with"`,
  );
  const mono = mapChannels('a.wav', 1, 1);
  expect(mono.apply([left])).toEqual([left]);
  expect(mono.warning).toBeUndefined();
});

test('channels may be chosen, and a model of another array takes just its own', () => {
  expectScene(mapChannels('a.wav', 6, 4, { channels: [3, 4, 5, 6] }).apply([noise(50), noise(50), ...scene]));
  expect(mapChannels('a.wav', 6, 6).apply(Array.from({ length: 6 }, (_, c) => noise(5, c))).length).toBe(6);
});

test('channels that fit nothing are refused with the way out', () => {
  expect(() => mapChannels('a.wav', 6, 4)).toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: a.wav: has 6 channels: the model takes mono, stereo, or ambisonics of 4, 9, 16, … channels; choose some with channels, counted from 1]`,
  );
  expect(() => mapChannels('a.wav', 3, 1)).toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: a.wav: has 3 channels: the model takes mono, stereo, or ambisonics of 4, 9, 16, … channels; choose some with channels, counted from 1]`,
  );
  expect(() => mapChannels('a.wav', 4, 6)).toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: a.wav: has 4 channels: the model takes 6; choose some with channels, counted from 1]`,
  );
  expect(() => mapChannels('a.wav', 6, 4, { channels: [1, 2, 3] })).toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: a.wav: has 6 channels, of which 3 are taken: the model takes mono, stereo, or ambisonics of 4, 9, 16, … channels; choose some with channels, counted from 1]`,
  );
  expect(() => mapChannels('a.wav', 6, 4, { channels: [0, 1, 2, 3] })).toThrowErrorMatchingInlineSnapshot(
    `[MixtureError: a.wav: channels must be numbers from 1 to 6, which it has, got 0]`,
  );
});
