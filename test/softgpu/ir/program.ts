import type { Kernel } from '../../../src/softgpu/ir/ir.ts';
import { lower } from '../../../src/softgpu/ir/lower/lower.ts';
import { checkModule } from '../../../src/softgpu/program/check.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';
import { interpret } from './interpret.ts';

/** The kernel of the only entry point. */
export function kernelOf(source: string): Kernel {
  const { program, diagnostics } = checkModule(parse(source), new Map());
  if (program === null) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return lower(program, program.entryPoints[0]!).kernel;
}

/**
 * Runs statements in one invocation that write to `out`, an array of u32, i32
 * or f32, and gives what they wrote. `input` is the array `in` of the same type.
 */
export function run(
  type: 'u32' | 'i32' | 'f32',
  body: string,
  options: { readonly input?: readonly number[]; readonly count?: number; readonly declarations?: string } = {},
): number[] {
  const { input = [0], count = 8, declarations = '' } = options;
  const kernel = kernelOf(`
    ${declarations}
    @group(0) @binding(0) var<storage, read> in: array<${type}>;
    @group(0) @binding(1) var<storage, read_write> out: array<${type}>;
    @compute @workgroup_size(1) fn main() { _ = in[0]; ${body} }`);
  const Elements = { u32: Uint32Array, i32: Int32Array, f32: Float32Array }[type];
  const from = new Elements(input);
  const to = new Elements(count);
  const bytes = { in: new Uint8Array(from.buffer), out: new Uint8Array(to.buffer) };
  interpret(kernel, { buffers: kernel.buffers.map(({ name }) => bytes[name as 'in' | 'out']) });
  return [...to];
}
