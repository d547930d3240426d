import { cached } from '../../tensor/engine/deviceCache.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** An axis cut into bands of different widths that lie one after the other. */
export interface Bands {
  readonly widths: readonly number[];
  /** Where each band starts, and the end of the last. */
  readonly starts: readonly number[];
  readonly total: number;
  /** Names the widths. */
  readonly key: string;
}

export interface BandOptions {
  /** Elements of each band. */
  readonly widths: readonly number[];
}

const known = new Map<string, Bands>();

/** Throws RangeError when a width is not a positive integer, or there is none. */
export function bandsOf(op: string, widths: readonly number[]): Bands {
  const key = widths.join();
  const found = known.get(key);
  if (found) return found;
  if (widths.length === 0 || !widths.every((width) => Number.isInteger(width) && width > 0)) {
    throw new RangeError(`${op}: widths must be positive integers, got [${widths.join(', ')}]`);
  }
  const starts = [0];
  for (const width of widths) starts.push(starts[starts.length - 1]! + width);
  const bands = { widths: [...widths], starts, total: starts[starts.length - 1]!, key };
  known.set(key, bands);
  return bands;
}

/** On the device: the start of each band and the end of the last, then the band of each element. */
export function bandTable(like: Tensor, { widths, starts, key }: Bands): Tensor {
  const table = cached(like, `bands/${key}`, () => {
    const bandOf = widths.flatMap((width, band) => Array.from({ length: width }, () => band));
    return new Float32Array(Uint32Array.from([...starts, ...bandOf]).buffer);
  });
  // The same words as integers.
  return table.make(table.storage.retain(), table.shape, 'u32');
}

/**
 * `bandUnit`: the band of one row that an invocation works on, alone or with the other lanes of `Lanes`. The kernel has the
 * parameters `rows`, `bands`, `total` and the buffer `table`. Rows of one band follow one another, so that neighbors work
 * on one width.
 */
export const BAND_UNIT_WGSL = /* wgsl */ `
struct BandUnit {
  exists: bool,
  at: u32, // of the band in a tensor [rows, bands]
  band: u32,
  width: u32,
  first: u32, // this lane's elements of the band: first, first + LANES, ... before end
  end: u32,
  row: u32, // where the row starts in a tensor [rows, total]
}

fn bandUnit(group: vec3u, lane: u32) -> BandUnit {
  let unit = linearGroup(group) * (WORKGROUP / LANES) + lane / LANES;
  let exists = unit < params.rows * params.bands;
  let row = unit % max(params.rows, 1u);
  let band = select(0u, unit / max(params.rows, 1u), exists);
  let start = table[band];
  let end = table[band + 1u];
  return BandUnit(exists, row * params.bands + band, band, end - start,
    start + lane % LANES, select(0u, end, exists), row * params.total);
}`;

/** Throws ShapeError unless x is [..., total]. */
export function expectJoint(op: string, x: Shape, total: number): void {
  if (x.at(-1) !== total) {
    throw new ShapeError(`${op}: x must be [..., ${total}], the sum of widths, got ${formatShape(x)}`);
  }
}
