import { problems } from '../checked.ts';

/** Uniform: `uniforms`, `table`. Not uniform: `lane`, `data`, `tile`, `mine`. */
export const DECLARATIONS = `enable subgroups;
@group(0) @binding(0) var<uniform> uniforms: vec4u;
@group(0) @binding(1) var<storage> table: array<u32, 4>;
@group(0) @binding(2) var<storage, read_write> data: array<u32, 4>;
var<workgroup> tile: array<u32, 4>;
var<workgroup> counter: atomic<u32>;
var<private> mine: u32;
`;

const HEAD = '@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) lane: u32) {';

/** What is wrong with a compute shader of these statements, after other declarations. */
export function inCompute(statements: string, declarations = ''): string {
  const source = `${DECLARATIONS}${declarations}\n${HEAD}\n${statements}\n}`;
  const line = source.split('\n').indexOf(HEAD) + 1;
  return relative(problems(source), line);
}

/** Lines counted from the first statement. */
function relative(messages: string, line: number): string {
  return messages.replaceAll(/\b(\d+):(\d+)\b/g, (_, at: string, column: string) => `${Number(at) - line}:${column}`);
}

/** Whether a barrier may stand behind these statements, in an `if` on `condition`. */
export function isUniform(statements: string, condition: string, declarations = ''): boolean {
  return inCompute(`${statements}\nif ${condition} { workgroupBarrier(); }`, declarations) === '';
}
