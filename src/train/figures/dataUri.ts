/** Bytes inside a page, so that it needs no other file. */
export function dataUri(mediaType: string, bytes: Uint8Array): string {
  let text = '';
  // A call takes some 100,000 arguments at most.
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return `data:${mediaType};base64,${btoa(text)}`;
}

const PIECE = 2 ** 15;
