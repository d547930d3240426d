import { saveChoices } from './choicesFile.ts';
import type { Device } from './device/device.ts';

/** Which variant of each kernel family runs, by device and problem class. */
export interface Choices {
  readonly chosen: Map<string, string>;
  /** While tuning: every question that was asked, with its candidates. */
  asked: Map<string, readonly string[]> | undefined;
}

/**
 * The variant to run for one class of problem: what tuning found on this device, else `fallback`, a good static choice
 * for the kind of device. `key` names family and class, for example `matmul/tall`.
 */
export function choose<V extends string>(device: Device, key: string, candidates: readonly V[], fallback: V): V {
  device.choices.asked?.set(key, candidates);
  const chosen = device.choices.chosen.get(key);
  return candidates.find((candidate) => candidate === chosen) ?? fallback;
}

/**
 * Times `step` with each variant of each kernel family it uses and keeps the fastest, one family after another. In Node
 * `init()` finds the choices again in the user's cache; elsewhere `applyChoices` puts back what this returned.
 */
export async function tune(device: Device, step: () => void, repeats = 3): Promise<ReadonlyMap<string, string>> {
  const { choices } = device;
  const asked = new Map<string, readonly string[]>();
  choices.asked = asked;
  try {
    step();
  } finally {
    choices.asked = undefined;
  }
  for (const [key, candidates] of asked) {
    const times = new Map<string, number>();
    for (const candidate of candidates) {
      choices.chosen.set(key, candidate);
      times.set(candidate, await medianTime(device, step, repeats));
    }
    const [best] = [...times].reduce((a, b) => (b[1] < a[1] ? b : a));
    choices.chosen.set(key, best);
  }
  saveChoices(device);
  return choices.chosen;
}

/** Uses choices of an earlier `tune` on the same device. Unknown keys and variants are harmless: they are never asked for. */
export function applyChoices(device: Device, choices: Readonly<Record<string, string>>): void {
  for (const [key, variant] of Object.entries(choices)) device.choices.chosen.set(key, variant);
}

async function medianTime(device: Device, step: () => void, repeats: number): Promise<number> {
  step(); // compiles
  await device.synchronize();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    step();
    await device.synchronize();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)]!;
}
