import type { CompressedFormat } from './fileFormat.ts';

/** How many samples per channel a file says that it has; undefined where it does not say. */
export function declaredLength(format: CompressedFormat, bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'flac' && bytes[0] === 'f'.charCodeAt(0)) return flacLength(view);
  return format === 'opus' ? opusLength(view) : undefined;
}

// Streaminfo is the first block of metadata: the last 36 bits of its bytes 10 to 17 count the samples, 0 for unknown. RFC 9639, 8.2.
function flacLength(view: DataView): number | undefined {
  if (view.byteLength < 26) return undefined;
  return (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22) || undefined;
}

// The position of the last page counts the samples at 48 kHz from before the ones that are to be skipped. RFC 7845, 4.
function opusLength(view: DataView): number | undefined {
  const packet = 27 + view.getUint8(26);
  const skipped = view.getUint16(packet + 10, true);
  for (let at = view.byteLength - 27; at > packet; at--) {
    if (view.getUint32(at) !== OGG_PAGE) continue;
    const position = Number(view.getBigInt64(at + 6, true));
    if (position >= skipped) return position - skipped;
  }
  return undefined;
}

const OGG_PAGE = 0x4f676753; // OggS
