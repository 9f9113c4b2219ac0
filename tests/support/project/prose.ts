import ts from "typescript";
import { readSources, type Source } from "../source.ts";

/** Words that a comment does without, and what to write instead. The German they are taken from uses them for more. */
const PHRASES: readonly (readonly [phrase: RegExp, better: string])[] = [
  [/\bwhoever\b/i, "anyone who, the caller, or the role: a client, a signer, a moderator"],
  [/\bstands?\b(?!-| for | still| in for )/i, "is, is written, lies, or the verb that is meant"],
  [/\banew\b/i, "again, from scratch"],
  [/(?<!there )\b(?:is|are|was|were) none\b(?! of)/i, "is not one"],
  [/\balone\b/i, "only, by itself"],
  [/\bmend(?:s|ed|ing)?\b/i, "fix, repair, correct"],
];

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
  const problems = readSources("scripts").flatMap(checkProse);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
