import { type Found, findDawn } from './dawn.ts';

// SwiftShader writes out the initial value of workgroup memory element by element: a kernel with 16 KiB of it compiles
// for two seconds, and for a quarter of one where the kernel clears it in a loop.
const CLEAR_IN_A_LOOP = 'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

/**
 * Dawn on SwiftShader, Vulkan in software: what softgpu is compared with, and a second opinion where no GPU is.
 *
 * The npm package `@sparticuz/chromium` carries SwiftShader and a Vulkan loader
 * as one compressed archive. They are unpacked once into the user's cache.
 */
export async function openSwiftShader(): Promise<Found> {
  if (typeof process === 'undefined' || process.platform !== 'linux' || process.arch !== 'x64') {
    return { reason: 'SwiftShader from @sparticuz/chromium runs on Linux x64 only' };
  }
  const directory = unpackSwiftShader();
  if ('reason' in directory) return directory;
  loadVulkan(directory.path);
  const found = await findDawn([CLEAR_IN_A_LOOP]);
  return 'reason' in found ? { reason: `SwiftShader is unpacked, yet ${found.reason}` } : found;
}

/** Where the driver lies, unpacked if need be. */
export function unpackSwiftShader(): { readonly path: string } | { readonly reason: string } {
  const fs = process.getBuiltinModule('node:fs');
  const os = process.getBuiltinModule('node:os');
  const path = process.getBuiltinModule('node:path');
  const archive = findArchive();
  if (archive === undefined) {
    return {
      reason: 'TYMPAN_DEVICE=swiftshader needs the driver: `npm install @sparticuz/chromium` brings it',
    };
  }
  const size = fs.statSync(archive).size;
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const target = path.join(cache, 'tympan', `swiftshader-${size}`);
  if (fs.existsSync(path.join(target, 'vk_swiftshader_icd.json'))) return { path: target };
  const { brotliDecompressSync } = process.getBuiltinModule('node:zlib');
  const temporary = `${target}.${process.pid}`;
  fs.mkdirSync(temporary, { recursive: true });
  for (const { name, bytes } of tarEntries(brotliDecompressSync(fs.readFileSync(archive)))) {
    fs.writeFileSync(path.join(temporary, path.basename(name)), bytes);
  }
  try {
    fs.renameSync(temporary, target);
  } catch {
    fs.rmSync(temporary, { recursive: true, force: true }); // another process was faster
  }
  return { path: target };
}

function findArchive(): string | undefined {
  const fs = process.getBuiltinModule('node:fs');
  const path = process.getBuiltinModule('node:path');
  const { createRequire } = process.getBuiltinModule('node:module');
  for (const from of [path.join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      const entry = createRequire(from).resolve('@sparticuz/chromium');
      const root = entry.slice(0, entry.lastIndexOf('chromium') + 'chromium'.length);
      const archive = path.join(root, 'bin', 'swiftshader.tar.br');
      if (fs.existsSync(archive)) return archive;
    } catch {} // not installed beside this one: try the next
  }
  return undefined;
}

/** The regular files of an uncompressed tar archive: 512-byte headers, size in octal at byte 124. */
function* tarEntries(tar: Uint8Array): Generator<{ name: string; bytes: Uint8Array }> {
  const text = new TextDecoder();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const name = text.decode(tar.subarray(at, at + 100)).replace(/\0.*$/s, '');
    const size = Number.parseInt(text.decode(tar.subarray(at + 124, at + 136)), 8) || 0;
    const type = tar[at + 156];
    if (type === 0x30 || type === 0) yield { name, bytes: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
const RTLD_NODELETE = 0x1000;

/**
 * Makes the loader and the driver findable without restarting the process.
 * Dawn opens `libvulkan.so.1` by that name, and the dynamic linker answers with
 * a library of that name that is already in the process; `process.dlopen` puts it there.
 */
function loadVulkan(directory: string): void {
  process.env['VK_DRIVER_FILES'] = `${directory}/vk_swiftshader_icd.json`;
  try {
    process.dlopen({ exports: {} }, `${directory}/libvulkan.so.1`, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  } catch {} // it is no Node addon and Node says so, but the library stays loaded
}
