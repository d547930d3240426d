/** A mark on an axis. */
export interface Tick {
  value: number;
  label: string;
}

/** Marks at round numbers from `from` to `to`, at most `most` of them, 1, 2 or 5 times a power of ten apart. */
export function linearTicks(from: number, to: number, most: number): Tick[] {
  const least = (to - from) / Math.max(most - 1, 1);
  if (!(least > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= least * (1 - 1e-9))!;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    value: (first + i) * step,
    label: ((first + i) * step).toFixed(decimals),
  }));
}

/** Marks at 1, 2 and 5 times the powers of ten between two positive numbers. */
export function logTicks(from: number, to: number): Tick[] {
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    for (const digit of [1, 2, 5]) {
      const value = digit * 10 ** power;
      if (value >= from && value <= to) ticks.push({ value, label: value.toFixed(Math.max(0, -power)) });
    }
  }
  return ticks;
}

/** How frequencies are laid out between the lower and the upper edge of a plot. */
export interface FrequencyAxis {
  /** Lowest and highest frequency in Hz. */
  from: number;
  to: number;
  /** 0 at the lower edge, 1 at the upper. */
  position(hz: number): number;
  hz(position: number): number;
  /** In kHz. */
  ticks: Tick[];
}

/** From 50 Hz (or a hundredth of the range, if less) or from 0 to half the sample rate. */
export function frequencyAxis(scale: 'log' | 'linear', sampleRate: number): FrequencyAxis {
  const to = sampleRate / 2;
  if (scale === 'linear') {
    const ticks = linearTicks(0, to / 1000, 7);
    return { from: 0, to, position: (hz) => hz / to, hz: (position) => position * to, ticks };
  }
  const from = Math.min(50, to / 100);
  const octaves = Math.log(to / from);
  return {
    from,
    to,
    position: (hz) => Math.log(hz / from) / octaves,
    hz: (position) => from * Math.exp(position * octaves),
    ticks: logTicks(from / 1000, to / 1000),
  };
}
