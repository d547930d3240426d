/** One array out of pieces, in order. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let end = 0;
  for (const piece of pieces) {
    joined.set(piece, end);
    end += piece.byteLength;
  }
  return joined;
}
