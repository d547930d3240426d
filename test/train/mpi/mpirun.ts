import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface MpiRun {
  readonly exitCode: number | null;
  /** What all ranks printed, in an order of their own. */
  readonly output: string;
}

// Ranks of one machine that may be root's, has fewer cores than ranks, and needs neither ssh nor a network.
const ENVIRONMENT = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_plm: 'isolated',
  OMPI_MCA_pml: 'ob1',
  OMPI_MCA_btl: '^tcp',
  OMPI_MCA_btl_vader_single_copy_mechanism: 'none', // containers often forbid process_vm_readv
};

/**
 * Runs a TypeScript file of the repository in `ranks` processes under mpirun.
 *
 * @throws Error where there is no mpirun: these tests do not pass by not running.
 */
export function mpirun(
  ranks: number,
  script: string,
  args: readonly string[],
  options: { seconds?: number; environment?: Readonly<Record<string, string>> } = {},
): Promise<MpiRun> {
  const { seconds = 280, environment = {} } = options;
  const file = fileURLToPath(new URL(`../../../${script}`, import.meta.url));
  const command = ['-n', String(ranks), '--oversubscribe', '--bind-to', 'none', '--timeout', String(seconds)];
  return new Promise((resolve, reject) => {
    const child = spawn('mpirun', [...command, process.execPath, '--import', 'tsx', file, ...args], {
      env: { ...process.env, ...ENVIRONMENT, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      output += text;
    });
    child.on('error', (error) => {
      const install = 'these tests need Open MPI (Debian, Ubuntu: apt-get install openmpi-bin libopenmpi3)';
      reject(new Error(`mpirun does not start: ${error.message}; ${install}`));
    });
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** What the ranks printed as `rank <n> <name>: <JSON>`: a list by rank for each name. @throws Error when they failed. */
export function reportsOf({ exitCode, output }: MpiRun): Readonly<Record<string, unknown[]>> {
  if (exitCode !== 0) throw new Error(`mpirun ended with ${exitCode}:\n${output}`);
  const reports: Record<string, unknown[]> = {};
  for (const [, rank, name, text] of output.matchAll(/^rank (\d+) (\w+): (.*)$/gm)) {
    reports[name!] ??= [];
    reports[name!]![Number(rank)] = JSON.parse(text!);
  }
  return reports;
}
