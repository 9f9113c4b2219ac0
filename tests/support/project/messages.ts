import ts from "typescript";
import type { Source } from "../source.ts";
import { walk } from "../syntax.ts";

const TESTS = /^(startsWith|endsWith|includes|indexOf|match|matchAll|search)$/;

/**
 * Where a source decides by the text of a message, as `PATH:LINE: rule`: an error is told apart by its code or by a field,
 * because its message may be worded in another way tomorrow. Sees `message` by that name, as a property or a variable.
 */
export function checkMessages(source: Source): string[] {
  const found: string[] = [];
  walk(source, (node, line) => {
    if (decides(node)) found.push(`${source.path}:${line}: decides by the text of a message`);
  });
  return found;
}

function decides(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) return isComparison(node) && [node.left, node.right].some(isMessage);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { name, expression } = node.expression;
  if (/^(test|exec)$/.test(name.text)) return node.arguments.some(isMessage);
  return TESTS.test(name.text) && isMessage(expression);
}

function isComparison({ left, right, operatorToken }: ts.BinaryExpression): boolean {
  const equality = /^[!=]==?$/.test(operatorToken.getText());
  return equality && [left, right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
}

function isMessage(node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node))
    return isMessage(node.expression);
  if (ts.isBinaryExpression(node)) return isMessage(node.left);
  if (ts.isPropertyAccessExpression(node)) return node.name.text === "message";
  return ts.isIdentifier(node) && node.text === "message";
}
