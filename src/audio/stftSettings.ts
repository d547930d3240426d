import type { PadMode } from '../kernels/fourier/framing.ts';
import { resolveStft } from '../kernels/fourier/stft.ts';
import type { WindowName } from '../kernels/fourier/window.ts';

/** How a model looks at sound: everything `stft` and `istft` need, and the rate it is meant for. Plain data, for config files. */
export interface StftSettings {
  /** Hz */
  readonly sampleRate: number;
  /** Samples per frame. */
  readonly nFft: number;
  /** Samples from one frame to the next. */
  readonly hopLength: number;
  /** Samples of the window, in the middle of the frame. */
  readonly winLength: number;
  readonly window: WindowName;
  readonly center: boolean;
  readonly padMode: PadMode;
}

/** What must be said; the rest has defaults. */
export type StftSettingsInput = Pick<StftSettings, 'sampleRate' | 'nFft' | 'hopLength'> & Partial<StftSettings>;

/**
 * Complete, checked settings. Defaults: winLength = nFft, periodic Hann window, centered, reflect padding.
 *
 * @throws TypeError for settings that are no object, or of which a value has the wrong type.
 * @throws RangeError for a number that is no positive integer, a winLength over nFft, a hopLength over winLength (samples
 *   between the windows would be lost), or an unknown window or padMode.
 */
export function stftSettings(input: StftSettingsInput): StftSettings {
  if (typeof input !== 'object' || input === null) {
    throw new TypeError(
      `stftSettings: settings must be an object with sampleRate, nFft and hopLength, got ${String(input)}`,
    );
  }
  const { sampleRate } = input;
  if (!Number.isInteger(sampleRate) || sampleRate < 1) {
    throw new RangeError(`stftSettings: sampleRate must be a positive integer of Hz, got ${String(sampleRate)}`);
  }
  const { window: given } = input;
  if (given !== undefined && typeof given !== 'string') {
    throw new TypeError(
      `stftSettings: window must be the name of a window, got ${typeof given}: pass a window of your own to stft`,
    );
  }
  if (input.center !== undefined && typeof input.center !== 'boolean') {
    throw new TypeError(`stftSettings: center must be true or false, got ${String(input.center)}`);
  }
  const { nFft, hopLength, winLength, center, padMode } = resolveStft('stftSettings', input);
  if (hopLength > winLength) {
    throw new RangeError(
      `stftSettings: hopLength must be at most winLength = ${winLength}, got ${hopLength}: samples between two windows would be lost`,
    );
  }
  return Object.freeze({ sampleRate, nFft, hopLength, winLength, window: given ?? 'hann', center, padMode });
}

/** BSAST: 10 s are 313 frames of 1025 bins, 32 ms apart. */
export const bsast32k: StftSettings = /* @__PURE__ */ stftSettings({ sampleRate: 32_000, nFft: 2048, hopLength: 1024 });

/** CLAP's audio towers: 10 ms from frame to frame. */
export const clap48k: StftSettings = /* @__PURE__ */ stftSettings({ sampleRate: 48_000, nFft: 1024, hopLength: 480 });

/** Frames that `stft` makes of a signal; 0 where it is too short for one. */
export function frameCount({ nFft, hopLength, center }: StftSettings, samples: number): number {
  const pad = center ? Math.floor(nFft / 2) : 0;
  return Math.max(0, Math.floor((samples + 2 * pad - nFft) / hopLength) + 1);
}

/** Bins per frame. */
export function binCount({ nFft }: StftSettings): number {
  return Math.floor(nFft / 2) + 1;
}
