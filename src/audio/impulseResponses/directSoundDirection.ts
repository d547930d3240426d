import { type Ambisonics, type Direction, intensityDirection } from '../ambisonics.ts';

const BEFORE = 0.0005; // seconds: the microphone's own ringing ahead of the peak
const AFTER = 0.001; // no reflection at more than 34 cm from microphone and source is that early

/**
 * Where a response's direct sound comes from: the direction of the intensity around the first sample of W that comes within 6 dB of
 * its largest. undefined for silence.
 */
export function directSoundDirection(channels: Ambisonics, sampleRate: number): Direction | undefined {
  const [w] = channels;
  const largest = w.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return undefined;
  const peak = w.findIndex((value) => Math.abs(value) >= largest / 2);
  const [start, end] = [Math.max(0, peak - Math.round(BEFORE * sampleRate)), peak + Math.ceil(AFTER * sampleRate) + 1];
  const [w1, y, z, x] = channels.map((channel) => channel.subarray(start, end));
  const { azimuth, elevation } = intensityDirection([w1!, y!, z!, x!]);
  return { azimuth, elevation };
}
