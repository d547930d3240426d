import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A TypeScript file of the repository, by its path from the root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

/** Every TypeScript file under a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((path) => parse(path, readFileSync(join(ROOT, path), 'utf8')));
}

export function parse(path: string, text: string): SourceFile {
  return { path, text, ast: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
}

/** An import, export-from, dynamic import or require, at the file it points to. */
export interface ImportEdge {
  /** Path from the root for files of our own, else the package's name as written. */
  readonly to: string;
  readonly line: number;
  /** Whether the compiled file still has it. Under verbatimModuleSyntax `import { type A }` keeps an empty import. */
  readonly value: boolean;
}

export function importsOf({ path, ast }: SourceFile): ImportEdge[] {
  const edges: ImportEdge[] = [];
  const add = (specifier: ts.Expression | undefined, value: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const to = specifier.text.startsWith('.') ? posix.join(posix.dirname(path), specifier.text) : specifier.text;
    edges.push({ to, line: lineOf(ast, specifier), value });
  };
  visit(ast, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly !== true);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, !node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, false);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], true);
  });
  return edges;
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

export function visit(node: ts.Node, each: (node: ts.Node) => void): void {
  each(node);
  node.forEachChild((child) => visit(child, each));
}

export function lineOf(ast: ts.SourceFile, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
}

/** A template literal behind the comment that marks WGSL. */
export interface WgslTemplate {
  readonly line: number;
  /** What the kernel gets; undefined when something is interpolated. */
  readonly text: string | undefined;
}

export function wgslTemplates({ ast, text }: SourceFile): WgslTemplate[] {
  const found: WgslTemplate[] = [];
  visit(ast, (node) => {
    if (!ts.isTemplateExpression(node) && !ts.isNoSubstitutionTemplateLiteral(node)) return;
    const before = text.slice(node.getFullStart(), node.getStart(ast));
    if (!/\/\*\s*wgsl\s*\*\/\s*$/.test(before)) return;
    found.push({ line: lineOf(ast, node), text: ts.isTemplateExpression(node) ? undefined : node.text });
  });
  return found;
}
