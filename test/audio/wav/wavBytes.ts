/** Bytes of a hand-written file: text stays text, hex pairs are bytes; white space separates. `'RIFF' 24 00 00 00 'WAVE'` */
export function wavBytes(description: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const [, text, hex] of description.matchAll(/'([^']*)'|([0-9a-f]{2})(?=\s|$)|\S+/g)) {
    if (text !== undefined) bytes.push(...[...text].map((character) => character.charCodeAt(0)));
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else throw new Error(`wavBytes: cannot read ${description}`);
  }
  return Uint8Array.from(bytes);
}

/** A fmt chunk of 16-bit mono PCM at 8000 Hz. */
export const MONO16 = `'fmt ' 10 00 00 00  01 00 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00`;

/** A RIFF file with the size it really has around these chunks. */
export function riff(chunks: string): Uint8Array<ArrayBuffer> {
  const contents = wavBytes(`'WAVE' ${chunks}`);
  const file = new Uint8Array(8 + contents.byteLength);
  file.set(wavBytes(`'RIFF'`));
  new DataView(file.buffer).setUint32(4, contents.byteLength, true);
  file.set(contents, 8);
  return file;
}
