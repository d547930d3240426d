/** CRC-32 of zip (polynomial 0xedb88320, reflected) over pieces: start with 0 and pass on each result. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  const [t0, t1, t2, t3] = tables();
  let crc = ~previous;
  let i = 0;
  // Four bytes per step through four tables, twice as fast as one.
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc = t3[crc & 0xff]! ^ t2[(crc >>> 8) & 0xff]! ^ t1[(crc >>> 16) & 0xff]! ^ t0[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = t0[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Tables = [Int32Array, Int32Array, Int32Array, Int32Array];
let cached: Tables | undefined;

// Table k holds the CRC of a byte followed by k zero bytes.
function tables(): Tables {
  if (cached !== undefined) return cached;
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
  const shifted = (table: Int32Array) => table.map((crc) => first[crc & 0xff]! ^ (crc >>> 8));
  const second = shifted(first);
  const third = shifted(second);
  cached = [first, second, third, shifted(third)];
  return cached;
}
