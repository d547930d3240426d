import { type Handle, MPICH_ABI, type MpiAbi, openMpiAbi } from './abi.ts';
import type { Launcher } from './launcher.ts';
import { MpiError, MpiUnavailableError } from './mpiErrors.ts';

type Argument = Handle | string | ArrayBufferView | null;

interface NativeFunction {
  (...args: readonly Argument[]): number;
  async(...args: readonly [...(readonly Argument[]), (error: Error | null, code: number) => void]): void;
}

interface NativeLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
  symbol(name: string): bigint;
}

/** The part of the npm package koffi (a foreign function interface) that is used here. */
interface Koffi {
  load(path: string | null, options?: { lazy: boolean; global: boolean }): NativeLibrary;
}

/** A loaded MPI library: its constants, and its functions as `call` and `callAsync` take them. */
export interface LibMpi {
  readonly abi: MpiAbi;
  /** What the library says of itself, first line. */
  readonly version: string;
  /** Calls an MPI function on this thread. @throws MpiError when it returns anything but MPI_SUCCESS. */
  call(name: MpiFunction, ...args: readonly Argument[]): void;
  /** The same on a thread of its own. */
  callAsync(name: MpiFunction, ...args: readonly Argument[]): Promise<void>;
}

// `mpi.h`, with `handle` for the types that the ABIs disagree on.
const SIGNATURES = {
  MPI_Abort: ['handle', 'int'],
  MPI_Allreduce: ['void *', 'void *', 'int', 'handle', 'handle', 'handle'],
  MPI_Barrier: ['handle'],
  MPI_Bcast: ['void *', 'int', 'handle', 'int', 'handle'],
  MPI_Comm_rank: ['handle', 'void *'],
  MPI_Comm_set_errhandler: ['handle', 'handle'],
  MPI_Comm_size: ['handle', 'void *'],
  MPI_Comm_split_type: ['handle', 'int', 'int', 'handle', 'void *'],
  MPI_Error_string: ['int', 'void *', 'void *'],
  MPI_Finalize: [],
  MPI_Get_library_version: ['void *', 'void *'],
  MPI_Init_thread: ['void *', 'void *', 'int', 'void *'],
  MPI_Initialized: ['void *'],
} as const;

export type MpiFunction = keyof typeof SIGNATURES;

/** The variable that names the library's file where the usual names do not find it. */
const LIBRARY_VARIABLE = 'TYMPAN_MPI_LIBRARY';

const LIBRARIES: Readonly<Record<'openMpi' | 'mpich', readonly string[]>> = {
  openMpi: ['libmpi.so.40', 'libmpi.40.dylib', '/opt/homebrew/lib/libmpi.40.dylib'],
  mpich: ['libmpi.so.12', 'libmpich.so.12', 'libmpi.12.dylib', '/opt/homebrew/lib/libmpi.12.dylib'],
};

const INSTALL = 'install Open MPI (Debian, Ubuntu: apt-get install openmpi-bin libopenmpi3)';

export interface LibMpiPlaces {
  /** The npm package to call C through. */
  readonly ffi?: string;
  /** Files to try, in order. */
  readonly libraries?: readonly string[];
}

/**
 * Loads the MPI library that fits the launcher.
 *
 * @throws MpiUnavailableError when koffi or the library is missing, or when the library is neither Open MPI nor of MPICH's ABI.
 */
export async function loadLibMpi(
  launcher: Launcher,
  { ffi = 'koffi', libraries = librariesFor(launcher) }: LibMpiPlaces = {},
): Promise<LibMpi> {
  const library = openLibrary(await importKoffi(ffi, launcher), libraries, launcher);
  const version = versionOf(library);
  return bind(library, abiOf(library, version), version);
}

function librariesFor({ family }: Launcher): string[] {
  const named = process.env[LIBRARY_VARIABLE];
  if (named) return [named];
  const families = family === 'either' ? (['openMpi', 'mpich'] as const) : [family];
  return [...families.flatMap((each) => LIBRARIES[each]), 'libmpi.so'];
}

// The name comes as a variable, so that browser bundlers do not follow it.
async function importKoffi(name: string, launcher: Launcher): Promise<Koffi> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Koffi;
  } catch (error) {
    throw new MpiUnavailableError(
      `openCommunicator: ${launcher.name} started this process, but the npm package ${name}, through which the MPI library ` +
        `is called, does not load: ${messageOf(error)}; npm install ${name}`,
    );
  }
}

function openLibrary(koffi: Koffi, libraries: readonly string[], launcher: Launcher): NativeLibrary {
  const failures: string[] = [];
  for (const path of libraries) {
    try {
      // Open MPI's plug-ins look up symbols of the library that loads them: they must be global.
      const library = koffi.load(path, { lazy: true, global: true });
      library.symbol('MPI_Get_library_version'); // throws where this is some other library
      keepLoaded(koffi, path);
      return library;
    } catch (error) {
      failures.push(`${path}: ${messageOf(error)}`);
    }
  }
  throw new MpiUnavailableError(
    `openCommunicator: ${launcher.name} started this process, but no MPI library loads; ${INSTALL}, or name the file of ` +
      `its libmpi in ${LIBRARY_VARIABLE}; tried\n  ${failures.join('\n  ')}`,
  );
}

/**
 * Opens the library a second time, for good. Open MPI redirects munmap and its like to itself; koffi closes what it loaded
 * when Node ends, and V8, which frees its memory afterwards, would call into nothing.
 */
function keepLoaded(koffi: Koffi, path: string): void {
  const lazyGlobal = process.platform === 'linux' ? 0x101 : 0x9; // RTLD_LAZY | RTLD_GLOBAL
  koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(path, lazyGlobal);
}

function versionOf(library: NativeLibrary): string {
  const text = new Uint8Array(8192); // MPI_MAX_LIBRARY_VERSION_STRING, the larger of the two
  const length = new Int32Array(1);
  library.func('MPI_Get_library_version', 'int', SIGNATURES.MPI_Get_library_version)(text, length);
  return textOf(text, length).split('\n')[0]!.trim();
}

function abiOf(library: NativeLibrary, version: string): MpiAbi {
  if (version.startsWith('Open MPI')) return openMpiAbi((symbol) => library.symbol(symbol));
  if (/MPICH|MVAPICH|Intel\(R\) MPI/i.test(version)) return MPICH_ABI;
  throw new MpiUnavailableError(
    `openCommunicator: the MPI library says that it is "${version}"; supported are Open MPI and libraries of MPICH's ABI`,
  );
}

function bind(library: NativeLibrary, abi: MpiAbi, version: string): LibMpi {
  const functions = new Map<MpiFunction, NativeFunction>();
  const native = (name: MpiFunction): NativeFunction => {
    const known = functions.get(name);
    if (known) return known;
    const parameters = SIGNATURES[name].map((type) => (type === 'handle' ? abi.handle : type));
    const made = library.func(name, 'int', parameters);
    functions.set(name, made);
    return made;
  };
  const check = (name: MpiFunction, code: number): void => {
    if (code === 0) return;
    const text = new Uint8Array(1024); // MPI_MAX_ERROR_STRING, with room
    const length = new Int32Array(1);
    const known = native('MPI_Error_string')(code, text, length) === 0;
    throw new MpiError(`${name}: ${known ? textOf(text, length) : 'unknown error'} (code ${code})`, code);
  };
  return {
    abi,
    version,
    call(name, ...args) {
      check(name, native(name)(...args));
    },
    async callAsync(name, ...args) {
      const code = await new Promise<number>((resolve, reject) => {
        native(name).async(...args, (error, result) => (error ? reject(error) : resolve(result)));
      });
      check(name, code);
    },
  };
}

function textOf(bytes: Uint8Array, length: Int32Array): string {
  return new TextDecoder().decode(bytes.subarray(0, length[0]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
