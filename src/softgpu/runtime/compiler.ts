/** What the WebGPU objects ask of the compiler. */

import type { Diagnostic } from '../wgsl/diagnostics.ts';
import type { CompiledKernel } from './executor.ts';

/** A WGSL module as createShaderModule sees it: checked, with its overrides still open. */
export interface ShaderModule {
  /** The WGSL text. */
  readonly code: string;
  readonly messages: readonly Diagnostic[];
  readonly valid: boolean;
  readonly overrides: readonly OverrideInfo[];
  readonly entryPoints: readonly EntryPointInfo[];
}

/** An `override` declaration. */
export interface OverrideInfo {
  readonly name: string;
  /** The number given by `@id`. */
  readonly id: number | null;
  readonly type: 'bool' | 'i32' | 'u32' | 'f32' | 'f16';
  readonly hasDefault: boolean;
}

export interface EntryPointInfo {
  readonly name: string;
  readonly stage: 'compute' | 'vertex' | 'fragment';
  /** The resources the entry point uses, in any order. */
  readonly bindings: readonly BindingInfo[];
  /** Names of the overrides it uses, in expressions or as array and workgroup sizes. */
  readonly overrides: readonly string[];
}

export interface BindingInfo {
  readonly group: number;
  readonly binding: number;
  readonly type:
    | 'uniform'
    | 'storage'
    | 'read-only-storage'
    | 'texture'
    | 'sampler'
    | 'storage-texture'
    | 'external-texture';
  readonly minBindingSize: number;
  readonly name: string;
}

export interface CompileOptions {
  /** Whether the kernel imports a shared memory. */
  readonly shared: boolean;
  /** Whether it may use relaxed SIMD. */
  readonly relaxed: boolean;
  readonly check?: 'bounds' | 'races';
  /** What profilers call the kernel. */
  readonly label?: string;
}

/** The compiler, as the runtime is given it. */
export interface Compiler {
  /** Optional features of WebGPU that kernels can use; the runtime adds its own. */
  readonly features: readonly GPUFeatureName[];
  /** The contents of `wgslLanguageFeatures`. */
  readonly languageFeatures: readonly string[];
  /** Never throws: problems are messages of the module. */
  createShaderModule(code: string, options: { readonly features: ReadonlySet<string> }): ShaderModule;
  /** Throws an error whose `name` is 'PipelineError' where the shader or its constants are at fault. */
  compileKernel(
    module: ShaderModule,
    entryPoint: string,
    /** Keys are names, or decimal ids of overrides that have one. */
    constants: ReadonlyMap<string, number>,
    options: CompileOptions,
  ): CompiledKernel;
}
