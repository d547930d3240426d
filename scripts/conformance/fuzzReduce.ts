/**
 * Makes the program of a seed smaller while softgpu and Dawn still differ on it:
 *
 *   npx tsx scripts/conformance/fuzzReduce.ts <seed> [softgpu-1 | softgpu-4]
 */
import { deviceName, openDevice, openProvider, openRunner } from './devices.ts';
import { generateProgram } from './fuzzProgram.ts';
import { differenceOf, runProgram } from './fuzzRun.ts';

const program = generateProgram(Number(process.argv[2]));
const reference = await openProvider('dawn');
const dawn = await openDevice(reference);
const name = deviceName(process.argv[3] ?? 'softgpu');
let runner = await openRunner(name);

/** How the devices differ on a text, if they do; what Dawn refuses is no answer. */
async function difference(code: string): Promise<string | undefined> {
  const expected = await runProgram(dawn, { ...program, code });
  if ('error' in expected) return undefined;
  const found = differenceOf(expected, await runProgram(runner.device, { ...program, code }));
  if (runner.lost !== undefined) runner = await openRunner(name);
  return found;
}

let code = program.code;
if ((await difference(code)) === undefined) throw new Error(`the devices agree on the program of seed ${program.seed}`);
for (let before = ''; before !== code; ) {
  before = code;
  code = await withoutLines(code);
  code = await withShorterExpressions(code);
}
console.log(`${code}\n// ${await difference(code)}`);
process.exit(0);

/** Takes out runs of lines, long ones first. */
async function withoutLines(text: string): Promise<string> {
  let lines = text.split('\n');
  for (let length = Math.ceil(lines.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = lines.length - length; at >= 0; at--) {
      const shorter = [...lines.slice(0, at), ...lines.slice(at + length)];
      if (balanced(lines.slice(at, at + length)) && (await difference(shorter.join('\n'))) !== undefined)
        lines = shorter;
    }
  }
  return lines.join('\n');
}

function balanced(lines: readonly string[]): boolean {
  let depth = 0;
  for (const character of lines.join('')) {
    if (character === '{') depth++;
    if (character === '}' && --depth < 0) return false;
  }
  return depth === 0;
}

/** Replaces `(a + b)` by `a` or `b`, and calls by one of their arguments. */
async function withShorterExpressions(text: string): Promise<string> {
  for (let at = text.indexOf('('); at >= 0; at = text.indexOf('(', at + 1)) {
    const end = closing(text, at);
    const name = /[\w<>]*$/.exec(text.slice(0, at))?.[0] ?? '';
    for (const operand of operandsOf(text.slice(at + 1, end))) {
      const shorter = text.slice(0, at - name.length) + operand + text.slice(end + 1);
      if (shorter.length < text.length && (await difference(shorter)) !== undefined) {
        text = shorter;
        at -= name.length + 1;
        break;
      }
    }
  }
  return text;
}

function closing(text: string, at: number): number {
  for (let depth = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  return at;
}

/** The pieces of an expression between commas and operators at its own depth. */
function operandsOf(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if ('(['.includes(text[at]!)) depth++;
    if (')]'.includes(text[at]!)) depth--;
    if (depth > 0 || text[at] !== ' ') continue;
    pieces.push(text.slice(start, at));
    start = at + 1;
  }
  pieces.push(text.slice(start));
  return pieces.map((piece) => piece.replace(/,$/, '')).filter((piece) => /\w/.test(piece));
}
