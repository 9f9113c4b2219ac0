import ts from "typescript";
import type { Source } from "./source.ts";

// Not in source.ts: most test files ask it for the root, and the compiler takes long to load.

/** Something that a source imports, and where. `name` is undefined if it is computed and thus cannot be read. */
export type Import = { name: string | undefined; line: number; typeOnly: boolean };

/** Calls `visit` for every node of the syntax tree, with its line. */
export function walk(source: Source, visit: (node: ts.Node, line: number) => void): void {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
  const step = (node: ts.Node): void => {
    visit(node, file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, step);
  };
  step(file);
}

/** Static imports, re-exports, `import()`, `import("…")` in types, `import x = require()` and `require()`. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source, (node, line) => {
    const [specifier, typeOnly] = specifierOf(node);
    if (specifier === undefined) return;
    found.push({ name: ts.isStringLiteralLike(specifier) ? specifier.text : undefined, line, typeOnly });
  });
  return found;
}

function specifierOf(node: ts.Node): [ts.Node | undefined, boolean] {
  if (ts.isImportDeclaration(node)) {
    return [node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword];
  }
  if (ts.isExportDeclaration(node)) return [node.moduleSpecifier, node.isTypeOnly];
  if (ts.isImportTypeNode(node)) return [ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node, true];
  if (ts.isExternalModuleReference(node)) return [node.expression, false];
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    const imports = expression.kind === ts.SyntaxKind.ImportKeyword;
    const requires = ts.isIdentifier(expression) && expression.text === "require";
    if (imports || requires) return [node.arguments[0] ?? node, false];
  }
  return [undefined, false];
}
