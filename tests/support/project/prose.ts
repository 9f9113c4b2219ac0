import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { readSources, root, type Source } from "../source.ts";

/** Words that a comment does without, and what to write instead. The German they are taken from uses them for more. */
const PHRASES: readonly (readonly [phrase: RegExp, better: string])[] = [
  [/\bwhoever\b/i, "anyone who, the caller, or the role: a client, a signer, a moderator"],
  [/\bstands?\b(?!-| for | still| in for )/i, "is, is written, lies, or the verb that is meant"],
  [/\banew\b/i, "again, from scratch"],
  [/(?<!there )\b(?:is|are|was|were) none\b(?! of)/i, "is not one"],
  [/\balone\b/i, "only, by itself"],
  [/\bmend(?:s|ed|ing)?\b/i, "fix, repair, correct"],
];

/** The same for what people read. The letter and the notice are the owner's, to the letter; codes and addresses are no prose. */
const READ_PHRASES: readonly (readonly [phrase: RegExp, better: string])[] = [
  // Nobody has to carry something alone: there the word is right.
  ...PHRASES.filter(([phrase]) => !phrase.test("alone")),
  [/\be-mails?\b/i, "email"],
  [/\btelephones?\b/i, "phone"],
  [/\bneed not\b|\bneed do nothing\b/i, "do not have to"],
  [/\bfor ever\b/i, "forever, permanently"],
  [/\bslipped in\b/i, "inserted"],
  [/\bcall(?:ed)? back\b|\bcall copies back\b/i, "take back"],
  [/\b(?:what|which) (?:has )?becomes? of\b/i, "what happens to, what happened to"],
  [/\bdata are\b/i, "the data is"],
];
const OWNERS = /^content\/en\/(letter|notice|tagline|warning)\.md$/;

/** The lines of the English of pages and bags with one of the phrases, in the same form. */
export function checkRead({ path, text }: Source): string[] {
  if (OWNERS.test(path)) return [];
  return text.split("\n").flatMap((line, i) =>
    READ_PHRASES.flatMap(([phrase, better]) => {
      const found = phrase.exec(line.replace(/`[^`]*`|^\s*\w+:/g, ""));
      return found ? [`${path}:${i + 1}: "${found[0]}" in what people read. Better: ${better}`] : [];
    }),
  );
}

/** The comments of a source with one of the phrases, as `PATH:LINE: phrase: better`. */
export function checkProse(source: Source): string[] {
  return commentsOf(source).flatMap(({ text, line }) =>
    PHRASES.flatMap(([phrase, better]) => {
      // Code between backticks, and names as they are written in code, are no prose.
      const found = phrase.exec(text.replace(/`[^`]*`/g, ""));
      return found ? [`${source.path}:${line}: "${found[0]}" in a comment. Better: ${better}`] : [];
    }),
  );
}

function commentsOf({ path, text }: Source): { text: string; line: number }[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Map<number, number>();
  const note = (pos: number, end: number) => void found.set(pos, end);
  const visit = (node: ts.Node): void => {
    ts.forEachLeadingCommentRange(text, node.getFullStart(), note);
    ts.forEachTrailingCommentRange(text, node.getEnd(), note);
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return [...found].map(([pos, end]) => ({
    text: text.slice(pos, end),
    line: file.getLineAndCharacterOfPosition(pos).line + 1,
  }));
}

if (import.meta.main) {
  const english = [
    "content/strings/en.ts",
    ...readdirSync(join(root, "content/en")).map((file) => `content/en/${file}`),
  ];
  const read = english.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
  const problems = [...readSources("scripts").flatMap(checkProse), ...read.flatMap(checkRead)];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
