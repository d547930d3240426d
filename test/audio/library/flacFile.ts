/**
 * A FLAC file of 16-bit samples, uncompressed ("verbatim" subframes), for tests. RFC 9639.
 *
 * @param channels whole numbers in [-32768, 32767], one list per channel.
 */
export function flacFile(channels: readonly (readonly number[])[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const frames = channels[0]!.length;
  const blocks = Math.ceil(frames / BLOCK);
  const parts = [new TextEncoder().encode('fLaC'), streamInfo(channels.length, frames, sampleRate)];
  for (let block = 0; block < blocks; block++) {
    parts.push(
      frame(
        channels.map((channel) => channel.slice(block * BLOCK, (block + 1) * BLOCK)),
        block,
        sampleRate,
      ),
    );
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const BLOCK = 1024;
const RATES = [0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]; // by their codes

function streamInfo(channels: number, frames: number, sampleRate: number): Uint8Array {
  const bits = new Bits();
  bits.write(1, 1); // the last block of metadata
  bits.write(0, 7);
  bits.write(34, 24);
  bits.write(BLOCK, 16);
  bits.write(BLOCK, 16);
  bits.write(0, 24);
  bits.write(0, 24);
  bits.write(sampleRate, 20);
  bits.write(channels - 1, 3);
  bits.write(15, 5);
  bits.write(0, 4);
  bits.write(frames, 32);
  for (let i = 0; i < 4; i++) bits.write(0, 32); // MD5 of the samples: unknown
  return bits.bytes();
}

function frame(channels: readonly (readonly number[])[], number: number, sampleRate: number): Uint8Array {
  const bits = new Bits();
  const samples = channels[0]!.length;
  bits.write(0b11111111111110, 14);
  bits.write(0, 2);
  bits.write(0b0111, 4); // the number of samples follows in 16 bits
  bits.write(RATES.indexOf(sampleRate), 4);
  bits.write(channels.length - 1, 4);
  bits.write(0b100, 3); // 16 bits
  bits.write(0, 1);
  bits.write(number, 8); // below 128, so that it is one byte of UTF-8
  bits.write(samples - 1, 16);
  bits.write(crc(bits.bytes(), 0x07, 8), 8);
  for (const channel of channels) {
    bits.write(0b00000010, 8);
    for (const sample of channel) bits.write(sample & 0xffff, 16);
  }
  bits.write(crc(bits.bytes(), 0x8005, 16), 16);
  return bits.bytes();
}

function crc(bytes: Uint8Array, polynomial: number, width: number): number {
  const top = 2 ** (width - 1);
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) {
      value = (value & top ? (value << 1) ^ polynomial : value << 1) & (2 * top - 1);
    }
  }
  return value;
}

class Bits {
  readonly #bits: number[] = [];

  write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.#bits.push(Math.floor(value / 2 ** bit) % 2);
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#bits.length / 8);
    for (const [i, bit] of this.#bits.entries()) bytes[i >> 3]! |= bit << (7 - (i & 7));
    return bytes;
  }
}
