import { inflateSync } from 'node:zlib';

/** Pixels of an 8-bit RGB file whose rows are all filtered with type 2, which is what `encodePng` writes. */
export function decodePng(file: Uint8Array): { width: number; height: number; pixels: Uint8Array } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const rows = inflateSync(file.subarray(41, 41 + view.getUint32(33)));
  const rowBytes = 3 * width;
  const pixels = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    if (rows[y * (rowBytes + 1)] !== 2) throw new Error(`decodePng: row ${y} has another filter`);
    for (let x = 0; x < rowBytes; x++) {
      const above = y > 0 ? pixels[(y - 1) * rowBytes + x]! : 0;
      pixels[y * rowBytes + x] = rows[y * (rowBytes + 1) + 1 + x]! + above;
    }
  }
  return { width, height, pixels };
}
