import type { Block } from './block.ts';

/** Elements that are read: numbers, texts of one length, and texts that lie in a heap. `other`: anything else. */
export interface Datatype {
  readonly kind: 'integer' | 'float' | 'text' | 'heapText' | 'other';
  /** Bytes of an element. */
  readonly size: number;
  readonly bigEndian: boolean;
  readonly signed: boolean;
}

/** HDF5 File Format Specification 3.0, IV.A.2.d. */
export function readDatatype(block: Block): Datatype {
  const type = block.u8() & 15;
  const bits = block.u8();
  const size = block.skip(2).u32();
  if (size === 0) throw block.fail('has elements of 0 bytes');
  const bigEndian = (bits & 1) !== 0;
  const as = (kind: Datatype['kind'], signed = false): Datatype => ({ kind, size, bigEndian, signed });
  if (type === 0) return as([1, 2, 4, 8].includes(size) ? 'integer' : 'other', (bits & 8) !== 0);
  if (type === 1) return as(size === 4 || size === 8 ? 'float' : 'other', true);
  if (type === 3) return as('text');
  if (type === 9 && (bits & 15) === 1) return as('heapText');
  return as('other');
}

/** Numbers from their bytes. */
export function decodeNumbers(bytes: Uint8Array, { kind, size, bigEndian, signed }: Datatype): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(Math.floor(bytes.length / size));
  const read = reader(view, kind, size, signed);
  for (let n = 0; n < values.length; n++) values[n] = read(n * size, !bigEndian);
  return values;
}

function reader(view: DataView, kind: Datatype['kind'], size: number, signed: boolean) {
  if (kind === 'float') return size === 8 ? view.getFloat64.bind(view) : view.getFloat32.bind(view);
  if (size === 1) return signed ? view.getInt8.bind(view) : view.getUint8.bind(view);
  if (size === 2) return signed ? view.getInt16.bind(view) : view.getUint16.bind(view);
  if (size === 4) return signed ? view.getInt32.bind(view) : view.getUint32.bind(view);
  return (at: number, little: boolean) => Number(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
}

/** A text from its bytes: up to the first zero, without spaces at its end. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}
