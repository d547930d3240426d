export type CompressedFormat = 'flac' | 'vorbis' | 'opus' | 'mp3';

/** What a file is by its first bytes; undefined if it is nothing that can be read. */
export function formatOf(head: Uint8Array): CompressedFormat | 'wav' | undefined {
  if (['RIFF', 'RF64', 'BW64', 'RIFX'].some((tag) => has(head, 0, tag))) return 'wav';
  if (has(head, 0, 'fLaC')) return 'flac';
  if (has(head, 0, 'OggS')) return oggFormat(head);
  if (has(head, 0, 'ID3')) return behindId3(head);
  return isMp3Frame(head, 0) ? 'mp3' : undefined;
}

// The first packet of a stream names its codec; it lies behind the page's header of 27 bytes and its table of segments. RFC 3533.
function oggFormat(head: Uint8Array): CompressedFormat | undefined {
  const packet = 27 + (head[26] ?? 0);
  if (has(head, packet, '\x01vorbis')) return 'vorbis';
  if (has(head, packet, 'OpusHead')) return 'opus';
  return has(head, packet, '\x7FFLAC') ? 'flac' : undefined;
}

// Four bytes of seven bits each are the size of the tag. https://id3.org/id3v2.4.0-structure
function behindId3(head: Uint8Array): CompressedFormat {
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return has(head, 10 + size, 'fLaC') ? 'flac' : 'mp3';
}

// Eleven bits of ones, then a layer, a bit rate and a sample rate that are not the reserved ones. ISO 11172-3, 2.4.2.3.
function isMp3Frame(head: Uint8Array, at: number): boolean {
  const [first = 0, second = 0, third = 0] = head.subarray(at, at + 3);
  return (
    first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && third >> 4 !== 15 && (third & 0x0c) !== 0x0c
  );
}

function has(bytes: Uint8Array, at: number, tag: string): boolean {
  return [...tag].every((character, i) => bytes[at + i] === character.charCodeAt(0));
}
