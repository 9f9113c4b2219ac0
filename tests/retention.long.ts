import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RETENTION } from "./support/project/retention.ts";
import { root } from "./support/source.ts";
import { walk } from "./support/syntax.ts";

// A promise to delete is worth as much as the test that is red when nothing is deleted. So each statement that deletes, in
// each function that a row of the table names, is taken out in a copy of the project, and one of the row's tests must notice.

/** What a statement that takes something away has in it. */
const DELETES = /\bdeleteFrom\(|\bdestroyFile\(|\bforget\w*\(|\brm\(|\bcodes\.delete\(|\bOUT_OF_QUEUE\b|\btext: null\b/;
/** What has such a word and takes nothing away of people: a row of their own without fields, and a link of ours. */
const HARMLESS = /\binsertInto\(|\brm\(draft\b/;

type Deletion = { readonly path: string; readonly line: number; readonly from: number; readonly to: number };

const byFunction = Map.groupBy(
  Object.values(RETENTION).flatMap(({ deletedBy, heldBy }) => deletedBy.map((place) => ({ place, heldBy }))),
  ({ place }) => place,
);
const deletions = [...byFunction].flatMap(([place, rows]) => {
  const heldBy = [...new Set(rows.flatMap((row) => row.heldBy))];
  return deletionsIn(place).map((deletion) => [`${deletion.path}:${deletion.line}`, deletion, heldBy] as const);
});

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "undersigned-retention-"));
  const left = ["node_modules", ".git", ".data", "_site"];
  cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("the tests that the table of retention names", () => {
  it("pass on the code as it is", () => {
    const all = Object.values(RETENTION).flatMap(({ heldBy }) => heldBy);
    expect(deletions.length).toBeGreaterThan(15);
    expect(fail([...new Set(all)])).toBe(false);
  });

  it.each(deletions)("notice that nothing is deleted at %s", (_, { path, from, to }, heldBy) => {
    const whole = readFileSync(join(root, path), "utf8");
    writeFileSync(join(copy, path), `${whole.slice(0, from)};${whole.slice(to)}`);
    try {
      expect(fail(heldBy)).toBe(true);
    } finally {
      writeFileSync(join(copy, path), whole);
    }
  });
});

/** The statements of a function, `PATH:NAME`, that take something away. */
function deletionsIn(place: string): Deletion[] {
  const [path = "", name] = place.split(":");
  const found: Deletion[] = [];
  walk({ path, text: readFileSync(join(root, path), "utf8") }, (node) => {
    if (!ts.isFunctionDeclaration(node) || node.name?.text !== name) return;
    const file = node.getSourceFile();
    const step = (below: ts.Node): void => {
      ts.forEachChild(below, step);
      if (!ts.isExpressionStatement(below) || !DELETES.test(below.getText())) return;
      if (HARMLESS.test(below.getText())) return;
      // Of statements inside of each other the innermost.
      if (found.some(({ from, to }) => from >= below.getStart() && to <= below.end)) return;
      const line = file.getLineAndCharacterOfPosition(below.getStart()).line + 1;
      found.push({ path, line, from: below.getStart(), to: below.end });
    };
    step(node);
  });
  return found;
}

/** Milliseconds after which tests that hang count as having noticed. */
const PATIENCE = 10 * 60_000;

/** Whether a test fails in the copy in the files of these tests. They are run whole: some tell one story from test to test. */
function fail(tests: readonly string[]): boolean {
  const files = [...new Set(tests.map((test) => test.slice(0, test.indexOf(": "))))];
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const args = [program, "run", "--project", "!long", "--bail", "1", ...files];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: "utf8",
    timeout: PATIENCE,
    killSignal: "SIGKILL",
  });
  if (process.env.DEBUG) console.log(stdout);
  return status !== 0;
}
