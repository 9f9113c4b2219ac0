import { isBuiltin } from "node:module";
import ts from "typescript";
import type { Source } from "../source.ts";
import { importsOf, walk } from "../syntax.ts";

// node:crypto is pure as long as it only hashes, derives, signs and checks; `impure` below names the rest of it.
const pureBuiltins = ["node:buffer", "node:crypto", "node:url", "node:util"];
const purePackages = ["csv-stringify/sync", "gray-matter", "markdown-it", "yaml", "zod"];

// The world, under the names by which code reaches it without an import.
const worldly = new Set([
  ...[
    "process",
    "globalThis",
    "global",
    "window",
    "self",
    "navigator",
    "performance",
    "console",
    "require",
    "Temporal",
  ],
  ...["fetch", "WebSocket", "Worker", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
]);

// Randomness, and the parts of a date that depend on the machine's time zone or locale.
const impure = new Set([
  ...["randomBytes", "randomFill", "randomFillSync", "randomInt", "randomUUID", "getRandomValues", "pseudoRandomBytes"],
  ...["generateKey", "generateKeySync", "generateKeyPair", "generateKeyPairSync", "webcrypto", "subtle"],
  ...["getFullYear", "getMonth", "getDate", "getDay", "getHours", "getMinutes", "getSeconds", "getTimezoneOffset"],
  ...["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "localeCompare"],
]);

/** Where one source of `letter/` reaches for files, network, environment, clock or randomness, as `PATH:LINE: rule`. */
export function checkPurity(source: Source): string[] {
  const problems: string[] = [];
  const report = (line: number, what: string) => problems.push(`${source.path}:${line}: letter may not use ${what}`);
  for (const { name, line } of importsOf(source)) {
    if (name === undefined || name.startsWith(".")) continue;
    const allowed = isBuiltin(name) ? pureBuiltins : purePackages;
    if (!allowed.includes(name)) report(line, name);
  }
  walk(source, (node, line) => {
    const what = reachedBy(node);
    if (what !== undefined) report(line, what);
  });
  return problems;
}

function reachedBy(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && isDate(node.expression) && (node.arguments?.length ?? 0) === 0) return "new Date()";
  if (ts.isCallExpression(node) && isDate(node.expression)) return "Date()";
  if (ts.isMetaProperty(node)) return "import.meta";
  const name = ts.isStringLiteralLike(node) && ts.isElementAccessExpression(node.parent) ? node.text : identifier(node);
  if (name === undefined) return undefined;
  if (impure.has(name)) return name;
  if (isMemberOf(node, "Date") && name === "now") return "Date.now";
  if (isMemberOf(node, "Math") && name === "random") return "Math.random";
  return worldly.has(name) && ts.isIdentifier(node) && !isLabel(node) ? name : undefined;
}

function isDate(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === "Date";
}

function identifier(node: ts.Node): string | undefined {
  return ts.isIdentifier(node) ? node.text : undefined;
}

/** `Date.now`, `Date["now"]` and `const { now } = Date`. */
function isMemberOf(node: ts.Node, owner: string): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) {
    return parent.expression !== node && identifier(parent.expression) === owner;
  }
  if (!ts.isBindingElement(parent)) return false;
  const declaration = parent.parent.parent;
  return (
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    identifier(declaration.initializer) === owner
  );
}

/** A name that is only a label: the member of an object or of a type, not the global of that name. */
function isLabel(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isMethodDeclaration(parent)) &&
    parent.name === node
  );
}
