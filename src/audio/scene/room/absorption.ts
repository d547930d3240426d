import { octaveBands } from './octaveBands.ts';

/** Width (x), depth (y) and height (z) of a box, or a place in it, in meters. */
export type Vector3 = readonly [x: number, y: number, z: number];

/** As an unturned listener sees them: front is at the far end of x, left at the far end of y. */
export const walls = ['back', 'front', 'right', 'left', 'floor', 'ceiling'] as const;

export type Wall = (typeof walls)[number];

/** The share of energy a wall absorbs, from 0 to 1: one number, or one for each of `octaveBands`. */
export type Absorption = number | readonly number[];

/** Of each wall, for each band. */
export type WallAbsorption = Readonly<Record<Wall, readonly number[]>>;

const MOST_ABSORPTION = 0.9999; // beyond it Eyring's times are of no room

/** @throws RangeError unless every share lies in [0, 1] and lists have one for each band. */
export function wallAbsorption(absorption: Absorption | Readonly<Record<Wall, Absorption>>): WallAbsorption {
  const given = (wall: Wall) =>
    typeof absorption === 'number' || isList(absorption) ? absorption : (absorption[wall] as Absorption | undefined);
  return perWall((wall) => bandValues(`absorption of ${wall}`, given(wall), 0, 1));
}

/**
 * The time in which a room's energy falls by 60 dB, in seconds, for each band. Eyring 1930, "Reverberation time in 'dead' rooms",
 * with the air after Knudsen: T = 24 ln(10) V / (c (4 m V - S ln(1 - a))), a the walls' mean absorption weighted by area,
 * m the part of energy that the air takes per meter. 0 where everything is absorbed, Infinity where nothing is.
 */
export function eyringTime(size: Vector3, absorption: WallAbsorption, airDecibels: readonly number[], c: number) {
  const { volume, surface, areas } = measures(size);
  return octaveBands.map((_, band) => {
    const absorbed = walls.reduce((sum, wall) => sum + areas[wall] * absorption[wall][band]!, 0);
    const lost = 4 * energyLoss(airDecibels[band]!) * volume - surface * Math.log(1 - absorbed / surface);
    return (24 * Math.LN10 * volume) / (c * lost);
  });
}

/**
 * The absorption that gives a room its reverberation time, the same at all walls: Eyring's formula solved for it. Eyring's and
 * not Sabine's, as Sabine's never gives 0 for a room without walls, and would need more than all for short times.
 *
 * A single number is what every band aims at; where the air alone is faster, as it is in the highest bands of halls, the walls
 * absorb next to nothing and the time is the air's. A list has to be met in each band.
 *
 * @throws RangeError for times that no walls could give.
 */
export function absorptionForTime(
  size: Vector3,
  t60: number | readonly number[],
  airDecibels: readonly number[],
  c: number,
): WallAbsorption {
  const { volume, surface } = measures(size);
  const shares = bandValues('t60', t60, Number.MIN_VALUE, 1e3).map((time, band) => {
    const lost = (24 * Math.LN10 * volume) / (c * time);
    const byWalls = lost - 4 * energyLoss(airDecibels[band]!) * volume;
    if (typeof t60 === 'number' && byWalls < 0 && band > 3) return 0;
    const share = 1 - Math.exp(-byWalls / surface);
    if (byWalls >= 0 && share <= MOST_ABSORPTION) return share;
    const [shortest, longest] = [MOST_ABSORPTION, 0].map((bound) => {
      const same = perWall(() => octaveBands.map(() => bound));
      return eyringTime(size, same, airDecibels, c)[band]!;
    });
    throw new RangeError(
      `simulateRoom: t60 at ${octaveBands[band]} Hz must be from ${shortest!.toPrecision(3)} to ${longest!.toPrecision(3)} s ` +
        `in a room of ${size.join(' x ')} m, got ${time}: change the size${byWalls < 0 ? " or the air ('none' takes nothing)" : ''}`,
    );
  });
  return perWall(() => shares);
}

/** Meters: volume cubed, surface and areas squared. */
export function measures([x, y, z]: Vector3) {
  const areas = { back: y * z, front: y * z, right: x * z, left: x * z, floor: x * y, ceiling: x * y };
  return { volume: x * y * z, surface: 2 * (x * y + y * z + x * z), areas };
}

function perWall(values: (wall: Wall) => readonly number[]): WallAbsorption {
  return {
    back: values('back'),
    front: values('front'),
    right: values('right'),
    left: values('left'),
    floor: values('floor'),
    ceiling: values('ceiling'),
  };
}

/** The part of energy lost per meter, in nepers of power. */
function energyLoss(decibels: number): number {
  return (decibels / 10) * Math.LN10;
}

function bandValues(name: string, value: number | readonly number[] | undefined, low: number, high: number) {
  const values = typeof value === 'number' ? octaveBands.map(() => value) : (value ?? []);
  if (values.length !== octaveBands.length) {
    throw new RangeError(
      `simulateRoom: ${name} must be one number or ${octaveBands.length}, for octaves from 125 to 8000 Hz, got ${value && values.length}`,
    );
  }
  for (const [band, each] of values.entries()) {
    if (!(each >= low && each <= high)) {
      const range = low === 0 ? `from 0 to ${high}` : `more than 0 and at most ${high} s`;
      throw new RangeError(`simulateRoom: ${name} must be ${range}, got ${each} at ${octaveBands[band]} Hz`);
    }
  }
  return values;
}

function isList(value: Absorption | Readonly<Record<Wall, Absorption>>): value is readonly number[] {
  return Array.isArray(value);
}
