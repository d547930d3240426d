import { zlibSync } from 'fflate';

/**
 * A PNG file of 8-bit RGB pixels, row by row from the top. PNG specification, 3rd edition, https://www.w3.org/TR/png-3/
 *
 * @throws RangeError unless there are 3 * width * height bytes in a picture of at least 1 × 1 pixels.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const isSize = (size: number) => Number.isInteger(size) && size >= 1 && size < 2 ** 31;
  if (!isSize(width) || !isSize(height)) {
    throw new RangeError(`encodePng: width and height must be whole numbers from 1, got ${width} and ${height}`);
  }
  if (pixels.length !== 3 * width * height) {
    throw new RangeError(`encodePng: pixels must be 3 * ${width} * ${height} bytes, got ${pixels.length}`);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2], 8); // bits per sample, RGB; compression, filter method and interlace are 0
  const parts = [
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(filterRows(pixels, 3 * width, height))),
    chunk('IEND', new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

// Every row as its difference from the one above (filter type 2): areas of one color become zeros.
function filterRows(pixels: Uint8Array, rowBytes: number, height: number): Uint8Array {
  const filtered = new Uint8Array((rowBytes + 1) * height);
  for (let y = 0; y < height; y++) {
    const out = y * (rowBytes + 1);
    filtered[out] = 2;
    for (let x = 0; x < rowBytes; x++) {
      const above = y > 0 ? pixels[(y - 1) * rowBytes + x]! : 0;
      filtered[out + 1 + x] = pixels[y * rowBytes + x]! - above;
    }
  }
  return filtered;
}

/** Length, type, contents, and the checksum of type and contents. */
function chunk(type: string, contents: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + contents.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, contents.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(contents, 8);
  view.setUint32(8 + contents.length, crc32(bytes.subarray(4, 8 + contents.length)));
  return bytes;
}

/** The CRC of ISO 3309 that PNG uses: reflected polynomial 0xedb88320, a byte at a time. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CRC_TABLE = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
