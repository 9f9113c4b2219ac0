import ts from "typescript";
import type { Source } from "../support/source.ts";

/** One small change of a source that a test should notice. Offsets count UTF-16 units. */
export type Mutation = {
  readonly path: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly from: string;
  readonly to: string;
};

/** What each operator becomes. */
const OPERATORS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
]);

/**
 * Lists every mutation of a source: another operator, a condition that is negated, a boolean or a number that is another,
 * and a call whose result nobody uses that is left out.
 */
export function mutationsOf({ path, text }: Source): Mutation[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const note = (node: ts.Node, to: string) => {
    const start = node.getStart(file);
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    found.push({ path, line, start, end: node.getEnd(), from: node.getText(file), to });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const to = OPERATORS.get(node.operatorToken.kind);
      // A plus between texts is no sum: a minus there fails at once, which shows nothing.
      const isText = [node.left, node.right].some(
        (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
      );
      if (to !== undefined && !(isText && node.operatorToken.kind === ts.SyntaxKind.PlusToken))
        note(node.operatorToken, to);
    }
    if (ts.isIfStatement(node)) note(node.expression, `!(${node.expression.getText(file)})`);
    if (ts.isConditionalExpression(node)) note(node.condition, `!(${node.condition.getText(file)})`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) note(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) note(node, "true");
    if (ts.isNumericLiteral(node) && !ts.isElementAccessExpression(node.parent)) note(node, `(${node.text} + 1)`);
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) note(node, ";");
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Returns the text of a source with one mutation. */
export function mutate(text: string, { start, end, to }: Mutation): string {
  return text.slice(0, start) + to + text.slice(end);
}
