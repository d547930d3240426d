/** A module with `fill(address, value, bytes)` and `copy(destination, source, bytes)`: several times as fast as typed arrays on shared memory. */
export function bulkModule(shared: boolean): WebAssembly.Module {
  return new WebAssembly.Module(
    new Uint8Array([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...[1, 7, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0], // type (i32, i32, i32) -> ()
      // import env.memory, at most 65536 pages
      ...[2, 18, 1, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, shared ? 3 : 1, 0, 0x80, 0x80, 0x04],
      ...[3, 3, 2, 0, 0],
      ...[7, 15, 2, 4, 0x66, 0x69, 0x6c, 0x6c, 0, 0, 4, 0x63, 0x6f, 0x70, 0x79, 0, 1], // export fill, copy
      ...[10, 26, 2],
      ...[11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 11, 0, 0x0b], // memory.fill
      ...[12, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 10, 0, 0, 0x0b], // memory.copy
    ]),
  );
}
