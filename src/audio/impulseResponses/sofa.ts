import type { FileLike } from '../../tensor/files/byteSource.ts';
import { type AmbisonicFormat, convertAmbisonics } from '../ambisonicFormat.ts';
import { delayed } from './delayed.ts';
import type { Dataset } from './hdf5/dataset.ts';
import { Hdf5File } from './hdf5/hdf5File.ts';
import type { MeasuredResponse, MeasuredRoom, SourcePosition } from './measuredRoom.ts';
import { ResponseFileError } from './responseFileError.ts';
import { readSofaPositions } from './sofaPositions.ts';

export interface SofaOptions {
  /**
   * How the file's ambisonics are ordered and weighted, which SOFA does not say; they come out as AmbiX. Default: channels as they
   * stand in the file, which suits microphones, ears, and AmbiX itself.
   */
  readonly ambisonics?: AmbisonicFormat;
}

const CONVENTIONS = [
  'SingleRoomSRIR',
  'SingleRoomMIMOSRIR',
  'SingleRoomDRIR',
  'SimpleFreeFieldHRIR',
  'FreeFieldHRIR',
  'SimpleHeadphoneIR',
  'MultiSpeakerBRIR',
  'GeneralFIR',
  'GeneralFIR-E',
  'GeneralFIRE',
];

/** An open SOFA file. Memory grows with what one call asks for, not with the file. */
export class SofaReader {
  /** Such as `SingleRoomSRIR`. */
  readonly conventions: string;
  readonly sampleRate: number; // Hz
  readonly channelCount: number;
  /** Where each response's source stood; where the file has several emitters, those of a measurement follow each other. */
  readonly positions: readonly (SourcePosition | undefined)[];
  readonly #file: Hdf5File;
  readonly #responses: ImpulseData;
  readonly #options: SofaOptions;

  /** Use `openSofa`. */
  constructor(
    file: Hdf5File,
    responses: ImpulseData,
    positions: readonly (SourcePosition | undefined)[],
    sampleRate: number,
    options: SofaOptions,
  ) {
    this.conventions = String(file.attributes.get('SOFAConventions'));
    this.sampleRate = sampleRate;
    this.channelCount = responses.receivers;
    this.positions = positions;
    this.#file = file;
    this.#responses = responses;
    this.#options = options;
  }

  /** Response number `index`, its delay in front. @throws RangeError for an index past the last one. */
  async read(index: number): Promise<MeasuredResponse> {
    if (!Number.isInteger(index) || index < 0 || index >= this.positions.length) {
      throw new RangeError(
        `read: ${this.#file.name}: index must be from 0 to ${this.positions.length - 1}, got ${index}`,
      );
    }
    const channels = await readChannels(this.#responses, index);
    const { ambisonics } = this.#options;
    const position = this.positions[index];
    return { channels: ambisonics ? convertAmbisonics(channels, ambisonics) : channels, ...(position && { position }) };
  }

  /** Lets go of the file; closing twice is harmless. */
  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Opens a SOFA file (AES69: netCDF-4, which is HDF5) with impulse responses: the conventions for rooms, heads and `GeneralFIR`.
 * Transfer functions and filters of second order are not read.
 *
 * @param file a path or file URL (Node), the file's bytes, or a Blob.
 * @throws ResponseFileError for a file that is damaged, no SOFA file or of other conventions; FileError when it cannot be opened;
 *   RangeError for an ambisonic format that does not fit the channels.
 */
export async function openSofa(file: FileLike, options: SofaOptions = {}): Promise<SofaReader> {
  const hdf5 = await Hdf5File.open(file);
  try {
    expectConventions(hdf5);
    const responses = await openImpulseData(hdf5);
    const positions = await readSofaPositions(hdf5, responses.measurements, responses.emitters);
    if (options.ambisonics) {
      convertAmbisonics(
        Array.from({ length: responses.receivers }, () => new Float32Array(0)),
        options.ambisonics,
      );
    }
    return new SofaReader(hdf5, responses, positions, await readSampleRate(hdf5), options);
  } catch (error) {
    await hdf5.close();
    throw error;
  }
}

/** Reads all responses of a SOFA file. See `openSofa` for the errors, and for files that do not fit into memory. */
export async function readSofa(file: FileLike, options: SofaOptions = {}): Promise<MeasuredRoom> {
  const reader = await openSofa(file, options);
  try {
    const responses: MeasuredResponse[] = [];
    for (let n = 0; n < reader.positions.length; n++) responses.push(await reader.read(n));
    return { sampleRate: reader.sampleRate, responses };
  } finally {
    await reader.close();
  }
}

function expectConventions({ attributes, name }: Hdf5File): void {
  if (attributes.get('Conventions') !== 'SOFA') {
    throw new ResponseFileError(name, 'Conventions', `must be SOFA, got ${attributes.get('Conventions') ?? 'none'}`);
  }
  const [conventions, type] = [attributes.get('SOFAConventions'), attributes.get('DataType')];
  if (!CONVENTIONS.some((each) => each === conventions) || !String(type).startsWith('FIR')) {
    const known = `must be one of ${CONVENTIONS.join(', ')} with data of type FIR or FIR-E`;
    throw new ResponseFileError(name, 'SOFAConventions', `${known}, got ${conventions} with ${type}`);
  }
}

/** The numbers of a file's responses, M measurements of E emitters at R receivers. */
interface ImpulseData {
  readonly dataset: Dataset;
  readonly measurements: number;
  readonly receivers: number;
  readonly emitters: number;
  readonly samples: number;
  /** Whether emitters count faster than samples: M, R, N, E. Files before 2.0 have M, R, E, N. */
  readonly emittersLast: boolean;
  /** In samples, from 0: [measurements or 1][receivers][emitters or 1]. */
  readonly delay: Float64Array;
  readonly longestDelay: number;
  readonly fail: (field: string, reason: string) => ResponseFileError;
}

const MOST_DELAY = 100_000; // samples: sound on its way for 700 m at 48 kHz

async function openImpulseData(file: Hdf5File): Promise<ImpulseData> {
  const fail = (field: string, reason: string) => new ResponseFileError(file.name, field, reason);
  const dataset = await file.dataset('Data.IR');
  const shape = dataset?.shape ?? [];
  const [measurements = 0, receivers = 0] = shape;
  const emittersLast = file.attributes.get('DataType') === 'FIR-E';
  const [third = 0, fourth = 0] = shape.slice(2);
  const [samples, emitters] = shape.length === 3 ? [third, 1] : emittersLast ? [third, fourth] : [fourth, third];
  const positive = [measurements, receivers, samples, emitters].every((extent) => extent >= 1);
  if (!dataset || shape.length < 3 || shape.length > 4 || !positive) {
    throw fail('Data.IR', `must be measurements x receivers x samples, got [${shape.join(', ')}]`);
  }
  const stored = (await (await file.dataset('Data.Delay'))?.values()) ?? new Float64Array(receivers);
  const sizes = [receivers, measurements * receivers, measurements * receivers * emitters];
  if (!sizes.includes(stored.length) || !stored.every((value) => Math.abs(value) <= MOST_DELAY)) {
    throw fail('Data.Delay', `must be ${sizes.join(' or ')} numbers from -${MOST_DELAY} to ${MOST_DELAY} samples`);
  }
  // Some files count from the middle of the head: all responses begin later then.
  const earliest = stored.reduce((least, value) => Math.min(least, value), 0);
  const delay = stored.map((value) => value - earliest);
  const longestDelay = delay.reduce((most, value) => Math.max(most, value), 0);
  return { dataset, measurements, receivers, emitters, samples, emittersLast, delay, longestDelay, fail };
}

async function readChannels(data: ImpulseData, index: number): Promise<Float32Array[]> {
  const { dataset, receivers, emitters, samples, emittersLast, delay, longestDelay, measurements, fail } = data;
  const [measurement, emitter] = [Math.floor(index / emitters), index % emitters];
  const values = await dataset.rows(measurement, 1);
  const perReceiver = samples * emitters;
  const [first, step] = emittersLast ? [emitter, emitters] : [emitter * samples, 1];
  const delays = Array.from({ length: receivers }, (_, r) => {
    if (delay.length === receivers) return delay[r]!;
    const each = delay.length / (measurements * receivers);
    return delay[(measurement * receivers + r) * each + (each > 1 ? emitter : 0)]!;
  });
  return delays.map((samplesLate, r) => {
    const response = new Float64Array(samples);
    for (let n = 0; n < samples; n++) response[n] = values[r * perReceiver + first + n * step]!;
    if (!response.every(Number.isFinite)) throw fail('Data.IR', `must be finite, got others in response ${index}`);
    return delayed(response, samplesLate, longestDelay);
  });
}

async function readSampleRate(file: Hdf5File): Promise<number> {
  const rates = (await (await file.dataset('Data.SamplingRate'))?.values()) ?? [];
  const [rate = Number.NaN] = rates;
  if (rate >= 1 && rate <= 1e6 && rates.every((each) => each === rate)) return rate;
  throw new ResponseFileError(
    file.name,
    'Data.SamplingRate',
    `must be one rate from 1 to 1000000 Hz, got ${[...rates.slice(0, 3)].join(', ') || 'none'}`,
  );
}
