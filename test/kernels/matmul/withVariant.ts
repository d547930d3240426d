import { defaultDevice } from '../../../src/tensor/engine/device/init.ts';

/** Runs with one variant chosen for every problem of a family, whatever its size. */
export async function withVariant(family: string, variant: string, run: () => Promise<void>): Promise<void> {
  const { choices } = defaultDevice();
  const { get } = choices.chosen;
  choices.chosen.get = (key) => (key.startsWith(`${family}/`) ? variant : get.call(choices.chosen, key));
  try {
    await run();
  } finally {
    choices.chosen.get = get;
  }
}
