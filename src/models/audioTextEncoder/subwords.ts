const SHORTEST = 3;
const LONGEST = 5;

/**
 * A sentence as a bag of hashed words and pieces of words: [buckets], unit length, zeros for an empty sentence. "barks" and
 * "barking" share most of their pieces. Bojanowski et al. 2017, "Enriching word vectors with subword information", section
 * 3.2, https://arxiv.org/abs/1607.04606
 */
export function subwordBag(text: string, buckets: number): Float32Array {
  const bag = new Float32Array(buckets);
  for (const word of words(text)) {
    const pieces = piecesOf(word);
    // A long word has more pieces, and says no more than a short one.
    for (const piece of pieces) bag[hash(piece) % buckets]! += 1 / Math.sqrt(pieces.length);
  }
  const norm = Math.hypot(...bag);
  return norm === 0 ? bag : bag.map((value) => value / norm);
}

function words(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The word between marks, and every run of 3 to 5 characters in it. */
function piecesOf(word: string): string[] {
  const marked = [...`<${word}>`];
  const pieces = [marked.join('')];
  for (let length = SHORTEST; length <= LONGEST; length++) {
    for (let at = 0; at + length <= marked.length && length < marked.length; at++) {
      pieces.push(marked.slice(at, at + length).join(''));
    }
  }
  return pieces;
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
