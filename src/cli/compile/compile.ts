import { readFile, writeFile } from 'node:fs/promises';
import { type CompileStages, compileStages, createShaderModule, PipelineError } from '../../softgpu/compile.ts';
import { printKernel } from '../../softgpu/ir/print.ts';
import type { EntryPointInfo, ShaderModule } from '../../softgpu/runtime/compiler.ts';
import { compilerFeatures } from '../../softgpu/runtime/features.ts';
import { convertConstants } from '../../softgpu/runtime/overrideConstants.ts';
import { relaxedSimd } from '../../softgpu/wasm/features.ts';
import { printWat } from '../../softgpu/wasm/wat.ts';
import type { Diagnostic } from '../../softgpu/wgsl/diagnostics.ts';
import { sourceError } from './sourceError.ts';

export interface CompileCommandOptions {
  readonly entry?: string;
  readonly emit: 'wat' | 'wasm' | 'ir';
  /** Values of overrides, as `name=number`, separated by commas. */
  readonly constants?: string;
  readonly width?: '1' | '4';
  readonly out?: string;
}

/** `tympan compile`: what softgpu makes of a compute kernel. Errors in the WGSL go to stderr and give exit code 1. */
export async function compile(path: string, options: CompileCommandOptions): Promise<void> {
  const source = await readFile(path, 'utf8');
  const module = createShaderModule(source, { features: new Set(compilerFeatures) });
  printDiagnostics(path, source, module.messages);
  if (!module.valid) {
    process.exitCode = 1;
    return;
  }
  const entryPoint = chooseEntryPoint(path, module, options.entry);
  const stages = compileEntryPoint(path, source, module, entryPoint, options);
  if (stages !== null) await write(stages, options);
}

/** Null where the problem is in the text and has been printed. */
function compileEntryPoint(
  path: string,
  source: string,
  module: ShaderModule,
  entryPoint: EntryPointInfo,
  { constants, width }: CompileCommandOptions,
): CompileStages | null {
  const values = convertConstants(module, entryPoint, parseConstants(constants));
  if (typeof values === 'string') throw new Error(values.replace(/^constants/, '--constants'));
  try {
    return compileStages(module, entryPoint.name, values, {
      ...{ shared: true, relaxed: relaxedSimd(), names: true },
      ...(width !== undefined && { width: width === '4' ? 4 : 1 }),
    });
  } catch (error) {
    if (!(error instanceof PipelineError) || error.diagnostics.length === 0) throw error;
    printDiagnostics(path, source, error.diagnostics);
    process.exitCode = 1;
    return null;
  }
}

async function write({ ir, compiled }: CompileStages, { emit, out }: CompileCommandOptions): Promise<void> {
  if (emit === 'wasm' && out === undefined && process.stdout.isTTY) {
    throw new Error('--emit wasm writes bytes: name a file with --out, or redirect the output');
  }
  const result = emit === 'wasm' ? compiled.code : emit === 'wat' ? printWat(compiled.code) : `${printKernel(ir)}\n`;
  if (out === undefined) process.stdout.write(result);
  else await writeFile(out, result);
}

function chooseEntryPoint(path: string, { entryPoints }: ShaderModule, wanted: string | undefined): EntryPointInfo {
  const compute = entryPoints.filter(({ stage }) => stage === 'compute');
  const names = compute.map(({ name }) => name).join(', ');
  if (compute.length === 0) throw new Error(`${path} has no compute entry point`);
  if (wanted === undefined) {
    if (compute.length > 1) throw new Error(`${path} has several entry points: choose one of ${names} with --entry`);
    return compute[0]!;
  }
  const found = compute.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`${path} has no compute entry point ${wanted}: it has ${names}`);
  return found;
}

function parseConstants(text: string | undefined): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const part of text?.split(',') ?? []) {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    const number = value === 'true' ? 1 : value === 'false' ? 0 : Number(value ?? Number.NaN);
    if (name === undefined || Number.isNaN(number)) {
      throw new Error(`--constants: expected name=number, separated by commas; got '${part}'`);
    }
    values.set(name, number);
  }
  return values;
}

function printDiagnostics(path: string, source: string, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) console.error(sourceError(path, source, diagnostic));
}
