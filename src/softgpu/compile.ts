/** The whole way from WGSL text to a WebAssembly module. */

import { Places } from './ir/check/places.ts';
import { prepareChecked } from './ir/check/prepareChecked.ts';
import type { Kernel } from './ir/ir.ts';
import { LoweringError } from './ir/lower/context.ts';
import { lower } from './ir/lower/lower.ts';
import { prepare } from './ir/prepare.ts';
import { checkModule } from './program/check.ts';
import { sizeOf } from './program/layout.ts';
import type { EntryPoint, Program, Variable } from './program/program.ts';
import type { Type } from './program/wgslType.ts';
import type { BindingInfo, CompileOptions, EntryPointInfo, OverrideInfo, ShaderModule } from './runtime/compiler.ts';
import type { CompiledKernel } from './runtime/executor.ts';
import { generate } from './wasm/generate/generate.ts';
import type { Module } from './wgsl/ast.ts';
import { type Diagnostic, formatDiagnostic, WgslError } from './wgsl/diagnostics.ts';
import { parse } from './wgsl/parser.ts';

/** A shader or its constants cannot be made into a pipeline. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  /** What is wrong where, if it is in the text. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.diagnostics = diagnostics;
  }
}

/** A checked module with what compiling it needs. */
interface ParsedModule extends ShaderModule {
  readonly code: string;
  readonly ast: Module | null;
  /** Null where overrides have yet to get their values. */
  readonly program: Program | null;
  readonly features: ReadonlySet<string>;
}

/** Parses and checks a module. Never throws: what is wrong is in `messages`. */
export function createShaderModule(
  code: string,
  { features }: { readonly features: ReadonlySet<string> },
): ShaderModule {
  const failed = (messages: readonly Diagnostic[]): ParsedModule => ({
    ...{ code, ast: null, program: null, features, messages, valid: false, overrides: [], entryPoints: [] },
  });
  let ast: Module;
  try {
    ast = parse(code);
  } catch (error) {
    if (error instanceof WgslError) return failed(error.diagnostics);
    throw error;
  }
  const { program, diagnostics } = checkModule(ast, null, { features });
  if (program === null) return failed(diagnostics);
  const module: ParsedModule = {
    ...{ code, ast, features, messages: diagnostics, valid: true },
    program: program.overrides.length === 0 ? program : null,
    overrides: program.overrides.map(overrideInfo),
    entryPoints: program.entryPoints.map(entryPointInfo),
  };
  return module;
}

function overrideInfo({ name, id, type, hasDefault }: OverrideInfo): OverrideInfo {
  return { name, id, type, hasDefault };
}

function entryPointInfo({ name, stage, variables, overrides }: EntryPoint): EntryPointInfo {
  return { name, stage, overrides, bindings: variables.flatMap(bindingInfo) };
}

function bindingInfo({ name, binding, space, access, type }: Variable): BindingInfo[] {
  if (binding === null) return [];
  if (space === 'uniform') return [{ ...binding, name, type: 'uniform', minBindingSize: leastBytes(type) }];
  if (space === 'storage') {
    const kind = access === 'read' ? 'read-only-storage' : 'storage';
    return [{ ...binding, name, type: kind, minBindingSize: leastBytes(type) }];
  }
  return [{ ...binding, name, type: opaqueKind(type), minBindingSize: 0 }];
}

/** A runtime-sized array has room for one element. */
function leastBytes(type: Type): number {
  return sizeOf(type);
}

function opaqueKind(type: Type): BindingInfo['type'] {
  const name = type.kind === 'opaque' ? type.name : '';
  if (name.startsWith('sampler')) return 'sampler';
  if (name.startsWith('texture_storage')) return 'storage-texture';
  return name === 'texture_external' ? 'external-texture' : 'texture';
}

/** How a kernel was compiled, for those who look inside. */
export interface CompileDetails {
  /** 1: one invocation after the other; 4: four at once; left out, an estimate decides. */
  readonly width?: 1 | 4;
  /** Keep names in the WebAssembly module. */
  readonly names?: boolean;
  /** Where the places of a checked kernel get their numbers. */
  readonly places?: Places;
}

/** A kernel on the last steps of its way. */
export interface CompileStages {
  /** What code was generated from. */
  readonly ir: Kernel;
  readonly compiled: CompiledKernel;
}

/** Compiles one compute entry point. Throws a `PipelineError`. */
export function compileKernel(
  module: ShaderModule,
  entryPoint: string,
  constants: ReadonlyMap<string, number>,
  options: CompileOptions & CompileDetails,
): CompiledKernel {
  return compileStages(module, entryPoint, constants, options).compiled;
}

/** The same, for those who look inside. */
export function compileStages(
  module: ShaderModule,
  entryPoint: string,
  constants: ReadonlyMap<string, number>,
  options: CompileOptions & CompileDetails,
): CompileStages {
  const { ast, code, features, program: known } = module as ParsedModule;
  if (ast === null) throw new PipelineError(`entry point '${entryPoint}': the shader module has errors`);
  const program = known ?? specialize(ast, code, features, entryPoint, constants);
  const entry = program.entryPoints.find(({ name }) => name === entryPoint);
  if (entry === undefined) throw new PipelineError(`there is no entry point '${entryPoint}'`);
  try {
    const { width, check, places = new Places() } = options;
    const watched = check && places.of(code, check);
    const { kernel: lowered, bindings } = lower(program, entry, watched ? { watched } : {});
    const kernel = watched ? prepareChecked(lowered, watched) : prepare(lowered, width === undefined ? {} : { width });
    const { code: wasm, scratchBytes } = generate(kernel, options);
    const compiled: CompiledKernel = {
      code: wasm,
      workgroupSize: kernel.workgroupSize,
      scratchBytes,
      workgroupStorageBytes: workgroupBytes(kernel),
      bindings: bindings.map(({ binding }) => binding!),
    };
    return { ir: kernel, compiled };
  } catch (error) {
    if (!(error instanceof LoweringError)) throw error;
    const { message, span } = error;
    throw new PipelineError(message, span === null ? [] : [{ severity: 'error', message, span }]);
  }
}

/** What counts towards maxComputeWorkgroupStorageSize. */
function workgroupBytes({ slots }: Kernel): number {
  return slots
    .filter(({ space, contents }) => space === 'workgroup' && contents === null)
    .reduce((sum, { bytes }) => sum + Math.ceil(bytes / 16) * 16, 0);
}

function specialize(
  ast: Module,
  code: string,
  features: ReadonlySet<string>,
  entryPoint: string,
  constants: ReadonlyMap<string, number>,
): Program {
  const { program, diagnostics } = checkModule(ast, constants, { features, entryPoint });
  if (program !== null) return program;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  throw new PipelineError(errors.map((error) => formatDiagnostic(code, error)).join('\n'), errors);
}
