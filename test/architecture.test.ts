import { dirname } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { importsOf, lineOf, parse, type SourceFile, sourceFiles, visit, wgslTemplates } from './setup/sourceFiles.ts';

/** The rooms of the library, each with those whose values it may import. Types may come from anywhere. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  kernels: ['engine'],
  tensor: ['engine', 'kernels'],
  nn: ['engine', 'kernels', 'tensor'],
  audio: ['engine', 'kernels', 'tensor'],
  models: ['engine', 'kernels', 'tensor', 'nn', 'audio'],
  train: ['engine', 'kernels', 'tensor', 'nn', 'audio', 'models'],
  cli: ['engine', 'kernels', 'tensor', 'nn', 'audio', 'models', 'train'],
  softgpu: [],
  index: ['engine', 'kernels', 'tensor', 'nn', 'audio', 'models', 'train'],
};

/** The places that reach softgpu: the device, and the commands that show what it makes of a kernel and of this machine. */
const SOFTGPU_USERS = ['src/tensor/engine/device/', 'src/cli/compile/', 'src/cli/doctor.ts'];

function roomOf(path: string): string {
  if (path === 'src/index.ts') return 'index';
  if (path.startsWith('src/tensor/engine/')) return 'engine';
  return path.split('/')[1] ?? '';
}

function mayImport(from: string, to: string): boolean {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (there === 'softgpu' && SOFTGPU_USERS.some((path) => from.startsWith(path))) return true;
  return here === there || (ROOMS[here]?.includes(there) ?? false);
}

const files = sourceFiles('src');
const paths = new Set(files.map(({ path }) => path));

/** Value imports between our own files, as `from:line imports to`. */
function valueEdges(file: SourceFile): { to: string; where: string }[] {
  return importsOf(file)
    .filter(({ to, value }) => value && to.startsWith('src/'))
    .map(({ to, line }) => ({ to, where: `${file.path}:${line} imports ${to}` }));
}

/** Each cycle of value imports once, as the list of its files. */
function cyclesOf(sources: readonly SourceFile[]): string[][] {
  const graph = new Map(sources.map((file) => [file.path, valueEdges(file).map(({ to }) => to)]));
  const done = new Set<string>();
  const cycles: string[][] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const from = trail.indexOf(path);
    if (from >= 0) cycles.push([...trail.slice(from), path]);
    if (from >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return cycles;
}

describe('imports', () => {
  test('every file lies in a known room', () => {
    expect(files.map(({ path }) => path).filter((path) => !(roomOf(path) in ROOMS))).toEqual([]);
  });

  test('every import of our own names a file that exists, ending included', () => {
    const dangling = files.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => to.startsWith('src/') && !paths.has(to))
        .map(({ to, line }) => `${file.path}:${line} imports ${to}`),
    );
    expect(dangling).toEqual([]);
  });

  test('no file reaches outside src', () => {
    const outside = files.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => /^(\.\.|test|bench|scripts|examples)\//.test(to))
        .map(({ to, line }) => `${file.path}:${line} imports ${to}`),
    );
    expect(outside).toEqual([]);
  });

  test('values are imported one way: engine, kernels, tensor, nn and audio, models, train, cli', () => {
    const wrong = files.flatMap((file) =>
      valueEdges(file)
        .filter(({ to }) => !mayImport(file.path, to))
        .map(({ where }) => where),
    );
    expect(wrong).toEqual([]);
  });

  // A recursive descent calls itself, and is spread over files: expressions hold calls, which hold expressions.
  const descents = ['src/softgpu/ir/lower', 'src/softgpu/program', 'src/softgpu/program/uniformity'];
  const inOneDescent = (cycle: readonly string[]) =>
    descents.some((folder) => cycle.every((path) => dirname(path) === folder));

  test('value imports form no cycle, but within one recursive descent', () => {
    const cycles = cyclesOf(files).filter((cycle) => !inOneDescent(cycle));
    expect(cycles.map((cycle) => cycle.join(' -> '))).toEqual([]);
  });

  test('only the command line imports modules of Node: everything else must load in a browser', () => {
    const node = files
      .filter(({ path }) => roomOf(path) !== 'cli')
      .flatMap((file) =>
        importsOf(file)
          .filter(({ to, value }) => value && (to.startsWith('node:') || BUILTIN.has(to)))
          .map(({ to, line }) => `${file.path}:${line} imports ${to}`),
      );
    expect(node).toEqual([]);
  });
});

const BUILTIN: ReadonlySet<string> = new Set(process.getBuiltinModule('node:module').builtinModules);

describe('files', () => {
  test('the public entry only re-exports', () => {
    const index = files.find(({ path }) => path === 'src/index.ts')!;
    const other = index.ast.statements.filter((node) => !(ts.isExportDeclaration(node) && node.moduleSpecifier));
    expect(other.map((node) => `line ${lineOf(index.ast, node)}: ${node.getText(index.ast)}`)).toEqual([]);
  });

  test('no file is named after what does not fit elsewhere', () => {
    const vague = /\/(utils?|helpers?|common|types?|misc|shared|lib)\.ts$/i;
    expect([...paths].filter((path) => vague.test(path))).toEqual([]);
  });

  test('no file is longer than 350 lines', () => {
    const long = files.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > 350)).toEqual([]);
  });

  test('nothing is exported as default', () => {
    const defaults = files.flatMap(({ path, ast }) =>
      ast.statements
        .filter((node) => ts.isExportAssignment(node) || hasModifier(node, ts.SyntaxKind.DefaultKeyword))
        .map((node) => `${path}:${lineOf(ast, node)}`),
    );
    expect(defaults).toEqual([]);
  });
});

describe('kernels and ops', () => {
  test('no WGSL body has anything interpolated', () => {
    const interpolated = files.flatMap((file) =>
      wgslTemplates(file)
        .filter(({ text }) => text === undefined)
        .map(({ line }) => `${file.path}:${line}`),
    );
    expect(interpolated).toEqual([]);
  });

  test('every WGSL body is marked as WGSL', () => {
    const unmarked = files.flatMap((file) => {
      const marked = new Set(wgslTemplates(file).map(({ line }) => line));
      return templatesWithEntryPoint(file)
        .filter((line) => !marked.has(line))
        .map((line) => `${file.path}:${line}`);
    });
    expect(unmarked).toEqual([]);
  });

  test('every kernel that stands by itself is exported', () => {
    expect(
      files.flatMap((file) =>
        definitions(file, 'defineKernel')
          .filter(isHidden)
          .map(({ where }) => where),
      ),
    ).toEqual([]);
  });

  // A bundler keeps `const x = defineOp({...})` unless the call says that it does nothing but return.
  test('every definition at module level is marked as pure, so that bundlers drop what is not used', () => {
    const impure = files.flatMap((file) =>
      ['defineKernel', 'defineOp'].flatMap((name) =>
        definitions(file, name)
          .filter(({ variable, pure }) => variable !== undefined && !pure)
          .map(({ where }) => where),
      ),
    );
    expect(impure).toEqual([]);
  });
});

interface Definition {
  readonly where: string;
  /** The module-level variable that holds the result, if it is one. */
  readonly variable: ts.VariableStatement | undefined;
  readonly pure: boolean;
}

/** Calls of `defineKernel` or `defineOp`. */
function definitions({ path, ast, text }: SourceFile, callee: string): Definition[] {
  const found: Definition[] = [];
  visit(ast, (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== callee) return;
    const statement = node.parent.parent?.parent;
    const variable =
      ts.isVariableDeclaration(node.parent) &&
      statement &&
      ts.isVariableStatement(statement) &&
      statement.parent === ast
        ? statement
        : undefined;
    const pure = /\/\*\s*@__PURE__\s*\*\/\s*$/.test(text.slice(node.getFullStart(), node.getStart(ast)));
    found.push({ where: `${path}:${lineOf(ast, node)}`, variable, pure });
  });
  return found;
}

function isHidden({ variable }: Definition): boolean {
  return variable !== undefined && !hasModifier(variable, ts.SyntaxKind.ExportKeyword);
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

function templatesWithEntryPoint({ ast }: SourceFile): number[] {
  const lines: number[] = [];
  visit(ast, (node) => {
    if (ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) {
      if (node.getText(ast).includes('@compute')) lines.push(lineOf(ast, node));
    }
  });
  return lines;
}

describe('the parser of imports', () => {
  const edges = (text: string) => importsOf(parse('src/nn/a.ts', text)).map(({ to, value }) => `${to} ${value}`);

  test('tells values from types', () => {
    expect(edges(`import { a } from './b.ts'; import './c.ts'; import * as d from '../d.ts';`)).toEqual([
      'src/nn/b.ts true',
      'src/nn/c.ts true',
      'src/d.ts true',
    ]);
    expect(
      edges(`import type { A } from './b.ts'; export type { B } from './c.ts'; type C = import('./d.ts').D;`),
    ).toEqual(['src/nn/b.ts false', 'src/nn/c.ts false', 'src/nn/d.ts false']);
  });

  test('sees re-exports, dynamic imports and imports that keep only their side effect', () => {
    expect(edges(`export * from './b.ts'; const c = await import('./c.ts'); import { type D } from './d.ts';`)).toEqual(
      ['src/nn/b.ts true', 'src/nn/c.ts true', 'src/nn/d.ts true'],
    );
  });

  test('finds cycles through any number of files', () => {
    const file = (name: string, imports: string) => parse(`src/nn/${name}.ts`, `import { x } from './${imports}.ts';`);
    expect(cyclesOf([file('a', 'b'), file('b', 'c'), file('c', 'b')])).toEqual([
      ['src/nn/b.ts', 'src/nn/c.ts', 'src/nn/b.ts'],
    ]);
    expect(cyclesOf([file('a', 'b'), file('b', 'c')])).toEqual([]);
  });
});
