import { cat, cow, dog, fly, frog } from './classes/animals.ts';
import { bell, churchBell, clock, telephone, windChimes } from './classes/bells.ts';
import { bird, crickets, owl } from './classes/birds.ts';
import { creak } from './classes/creak.ts';
import { drill, engine, helicopter, saw, vacuumCleaner } from './classes/engines.ts';
import { coins, glass, hammer, keyboard, knock, typewriter } from './classes/impacts.ts';
import { drums, flute, guitar } from './classes/music.ts';
import { clap, footsteps, speech } from './classes/people.ts';
import { alarm, carHorn, siren, trainHorn, whistle } from './classes/signals.ts';
import { bubbling, drip, rain, waves } from './classes/water.ts';
import { fire, thunder, wind } from './classes/weather.ts';
import type { SoundClass } from './soundClass.ts';

export type { SoundClass, SoundClip, SoundOptions, SoundParameters } from './soundClass.ts';

/** Every kind of sound that the library can make by itself, in alphabetical order. */
export const soundClasses: readonly SoundClass[] = [
  alarm,
  bell,
  bird,
  bubbling,
  carHorn,
  cat,
  churchBell,
  clock,
  coins,
  cow,
  creak,
  crickets,
  dog,
  drill,
  drums,
  engine,
  fire,
  flute,
  fly,
  footsteps,
  frog,
  glass,
  guitar,
  hammer,
  clap,
  helicopter,
  keyboard,
  knock,
  owl,
  rain,
  saw,
  siren,
  speech,
  telephone,
  thunder,
  trainHorn,
  typewriter,
  vacuumCleaner,
  drip,
  waves,
  whistle,
  wind,
  windChimes,
];

/** The class of that name, such as `dog`. @throws RangeError that lists the names. */
export function soundClass(name: string): SoundClass {
  const found = soundClasses.find((one) => one.name === name);
  if (found) return found;
  throw new RangeError(`soundClass: no class '${name}'; there are ${soundClasses.map((one) => one.name).join(', ')}`);
}
