import fc from 'fast-check';
import { expect, vi } from 'vitest';
import { FileError } from '../../../src/tensor/files/fileError.ts';
import { TensorFileError } from '../../../src/tensor/files/tensorFileErrors.ts';

/** A valid file with bytes overwritten, cut off, repeated or inserted. */
export function arbitraryDamage(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const interesting = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
  const edit = fc.record({
    kind: fc.constantFrom('overwrite', 'overwrite', 'overwrite', 'cut', 'insert', 'repeat'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.array(interesting, { minLength: 1, maxLength: 8 }),
    ),
  });
  return fc.tuple(valid, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([file, edits]) => {
    let bytes = [...file];
    for (const { kind, at, bytes: inserted } of edits) {
      const position = Math.floor(at * bytes.length);
      if (kind === 'overwrite') bytes.splice(position, inserted.length, ...inserted);
      else if (kind === 'insert') bytes.splice(position, 0, ...inserted);
      else if (kind === 'repeat') bytes = [...bytes.slice(0, position), ...bytes];
      else bytes = bytes.slice(0, position);
    }
    return Uint8Array.from(bytes);
  });
}

/**
 * Runs a reader on bytes nobody vouches for. It must either succeed or throw an error that names file and field, and must never
 * allocate more than the bytes can inflate to.
 *
 * @returns what it read, or null when it refused.
 */
export async function readOrRefuse<T>(bytes: Uint8Array, read: (bytes: Uint8Array) => Promise<T>): Promise<T | null> {
  const largest = recordAllocations();
  try {
    return await read(bytes);
  } catch (error) {
    if (!(error instanceof TensorFileError)) throw error;
    expect(error.file).toBe('<bytes>');
    expect(error.field).toBeTruthy();
    expect(error.message).toContain('<bytes>');
    expect(error.message.length).toBeLessThan(1000);
    expect(error).not.toBeInstanceOf(FileError);
    return null;
  } finally {
    vi.unstubAllGlobals();
    // 1032 is deflate's largest ratio; 65,535 an npy header's length.
    expect(largest()).toBeLessThanOrEqual(1032 * bytes.byteLength + 65_536);
  }
}

/** Watches the size of every Uint8Array that is made by length, until `vi.unstubAllGlobals()`. */
export function recordAllocations(): () => number {
  let largest = 0;
  const Original = Uint8Array;
  const Recorder: Uint8ArrayConstructor = new Proxy(Original, {
    construct(target, args, newTarget) {
      if (typeof args[0] === 'number') largest = Math.max(largest, args[0]);
      return Reflect.construct(target, args, newTarget === Recorder ? target : newTarget);
    },
  });
  vi.stubGlobal('Uint8Array', Recorder);
  return () => largest;
}
