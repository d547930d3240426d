import ts from 'typescript';

/**
 * Lets bundlers drop every top-level constant that a page does not use, however it is computed:
 *
 *   var kernel = defineKernel({ ...shared })   becomes   var kernel = /* @__PURE__ *\/ (() => defineKernel({ ...shared }))()
 *
 * An annotation on the call alone is not enough: bundlers drop the call and keep its arguments wherever those might do
 * something, as a spread, a template or a call inside them might. No module of the library does anything when it loads.
 *
 * The lines stay where they are, and so the source map holds up to the column of a declaration's first line.
 */
export function pureDeclarations(code: string): string {
  const file = ts.createSourceFile('index.js', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const edits = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap(({ name, initializer }) =>
      initializer && ts.isIdentifier(name) && !isInert(initializer) ? [{ name: name.text, initializer }] : [],
    );
  let result = '';
  let end = 0;
  for (const { name, initializer } of edits) {
    const [before, after] = ts.isClassExpression(initializer)
      ? [`{ var ${name} = `, `; return ${name}; }`] // a class is named after the variable it is assigned to
      : ['(', ')'];
    result += `${code.slice(end, initializer.getStart(file))}/* @__PURE__ */ (() => ${before}${initializer.getText(file)}${after})()`;
    end = initializer.getEnd();
  }
  return result + code.slice(end);
}

/** Whether every bundler sees by itself that evaluating the expression does nothing. */
function isInert(node: ts.Expression): boolean {
  if (ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isIdentifier(node)) return true;
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) || ts.isRegularExpressionLiteral(node)) return true;
  if (ts.isParenthesizedExpression(node) || ts.isPrefixUnaryExpression(node)) {
    return isInert(ts.isParenthesizedExpression(node) ? node.expression : node.operand);
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.every((element) => isInert(element));
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.every((property) => ts.isPropertyAssignment(property) && isInertProperty(property));
  }
  if (ts.isClassExpression(node)) return node.members.every(isInertMember) && !node.heritageClauses?.some(hasCall);
  return node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword || isNull(node);
}

function isNull(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword;
}

function isInertProperty({ name, initializer }: ts.PropertyAssignment): boolean {
  return !ts.isComputedPropertyName(name) && isInert(initializer);
}

/** Instance fields are evaluated when an object is made; names in brackets and static members when the class is. */
function isInertMember(member: ts.ClassElement): boolean {
  if (ts.isClassStaticBlockDeclaration(member)) return false;
  if (member.name && ts.isComputedPropertyName(member.name) && !/^\[Symbol\.\w+\]$/.test(member.name.getText())) {
    return false;
  }
  const isStatic =
    ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  return !isStatic || !ts.isPropertyDeclaration(member) || !member.initializer || isInert(member.initializer);
}

function hasCall({ types }: ts.HeritageClause): boolean {
  return types.some(({ expression }) => !ts.isIdentifier(expression));
}
