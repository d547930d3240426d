/** The air of a room. */
export interface Air {
  /** In degrees Celsius, from -20 to 50. Default 20. */
  readonly temperature?: number;
  /** Relative, in percent, from 10 to 100. Default 50. */
  readonly humidity?: number;
  /** In kilopascals, from 50 to 200. Default 101.325. */
  readonly pressure?: number;
}

const KELVIN = 273.15;
const REFERENCE_TEMPERATURE = 293.15; // in kelvin
const TRIPLE_POINT = 273.16; // of water, in kelvin
const REFERENCE_PRESSURE = 101.325; // in kilopascals

/** In meters per second. ISO 9613-1:1993, equation A.5. */
export function speedOfSound(temperature = 20): number {
  return 343.2 * Math.sqrt((temperature + KELVIN) / REFERENCE_TEMPERATURE);
}

/**
 * How much a pure tone loses to the air, in decibels per meter. ISO 9613-1:1993, equations 3 to 5 and B.3: the classical
 * absorption and the relaxation of oxygen and nitrogen.
 *
 * @throws RangeError for air outside the stated ranges.
 */
export function airAttenuation(frequency: number, air: Air = {}): number {
  expectAir('airAttenuation', air);
  const { temperature = 20, humidity = 50, pressure = REFERENCE_PRESSURE } = air;
  const kelvin = temperature + KELVIN;
  const ratio = kelvin / REFERENCE_TEMPERATURE;
  const pressureRatio = pressure / REFERENCE_PRESSURE;
  const saturation = 10 ** (-6.8346 * (TRIPLE_POINT / kelvin) ** 1.261 + 4.6151);
  const water = (humidity * saturation) / pressureRatio; // molar concentration in percent
  const oxygen = pressureRatio * (24 + (4.04e4 * water * (0.02 + water)) / (0.391 + water)); // relaxation, in Hz
  const nitrogen = pressureRatio * ratio ** -0.5 * (9 + 280 * water * Math.exp(-4.17 * (ratio ** (-1 / 3) - 1)));
  const classical = (1.84e-11 * Math.sqrt(ratio)) / pressureRatio;
  const relaxation =
    (0.01275 * Math.exp(-2239.1 / kelvin)) / (oxygen + frequency ** 2 / oxygen) +
    (0.1068 * Math.exp(-3352 / kelvin)) / (nitrogen + frequency ** 2 / nitrogen);
  return 8.686 * frequency ** 2 * (classical + ratio ** -2.5 * relaxation);
}

/** @throws RangeError for air outside the ranges stated at `Air`. */
export function expectAir(operation: string, { temperature = 20, humidity = 50, pressure = 101.325 }: Air): void {
  const ranges = { temperature: [temperature, -20, 50], humidity: [humidity, 10, 100], pressure: [pressure, 50, 200] };
  for (const [name, [value, low, high]] of Object.entries(ranges)) {
    if (!(value! >= low! && value! <= high!)) {
      throw new RangeError(`${operation}: ${name} of the air must be from ${low} to ${high}, got ${value}`);
    }
  }
}
