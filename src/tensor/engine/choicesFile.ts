import type { Device } from './device/device.ts';

/**
 * Tuned choices live in the user's cache, one small JSON file per device: `<cache>/tympan/choices-<device>.json`. A page
 * has none: it may keep the result of `tune()` where it likes, and give it to `applyChoices`.
 */
export function choicesPath(device: Device): string | undefined {
  if (typeof process === 'undefined' || !process.versions?.node) return undefined;
  const { join } = process.getBuiltinModule('node:path');
  const { homedir } = process.getBuiltinModule('node:os');
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'tympan', `choices-${device.name.replace(/[^\w.-]+/g, '_')}.json`);
}

/** Uses what an earlier `tune()` found on this device. A file that is missing or damaged changes nothing. */
export function loadChoices(device: Device): void {
  const path = choicesPath(device);
  if (path === undefined) return;
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    const choices: unknown = JSON.parse(readFileSync(path, 'utf8'));
    for (const [key, variant] of Object.entries(choices as object)) device.choices.chosen.set(key, String(variant));
  } catch {} // not tuned yet: the static choices serve
}

/** Keeps the device's choices for the next process. The file appears whole or not at all. */
export function saveChoices(device: Device): void {
  const path = choicesPath(device);
  if (path === undefined) return;
  const { mkdirSync, renameSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const { dirname } = process.getBuiltinModule('node:path');
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(Object.fromEntries(device.choices.chosen), null, 2)}\n`);
  renameSync(temporary, path);
}
