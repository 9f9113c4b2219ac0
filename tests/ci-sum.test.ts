import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "./support/source.ts";

it("the parts of .ci/run hold each long test once", () => {
  const parts = /^LONG_PARTS=\(\n(.*?)^\)$/ms.exec(readFileSync(join(root, ".ci/run"), "utf8"))?.[1] ?? "";
  const named = parts.match(/tests\/\w+/g) ?? [];
  const files = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" });
  const long = files.filter((file) => file.endsWith(".long.ts")).map((file) => `tests/${file}`);
  expect(long.length).toBeGreaterThan(50);
  // As Vitest takes them: a name is any part of a path.
  for (const file of long) expect([file, named.filter((name) => file.includes(name)).length]).toEqual([file, 1]);
});

describe("the sum of .ci/run", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-sum-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  function sumOf(steps: readonly (readonly [name: string, code: number, counts: string])[]) {
    const results = join(folder, "results");
    writeFileSync(results, steps.map((step) => `${step.join("\t")}\n`).join(""));
    const { status, stdout } = spawnSync(process.execPath, [join(root, ".ci/sum.ts"), results], { encoding: "utf8" });
    return { status, lines: stdout.trimEnd().split("\n") };
  }
  function report(
    numFailedTests: number,
    files: readonly { status: string; assertionResults: { status: string }[] }[],
  ) {
    const path = join(folder, "report.json");
    const counts = { numPassedTests: 5, numFailedTests, numPendingTests: 2, numTodoTests: 0 };
    writeFileSync(path, JSON.stringify({ ...counts, testResults: files }));
    return path;
  }

  it("counts what passed, and what this machine cannot do as skipped", () => {
    const { status, lines } = sumOf([
      ["install", 0, "-"],
      ["browser", 77, "-"],
      ["test", 0, report(0, [])],
    ]);
    expect([status, lines.at(-1)]).toEqual([0, "6 passed, 0 failed, 3 skipped"]);
  });

  it("counts a file that does not load, a step that fails, and a runner that wrote no report, as failed", () => {
    const broken = report(0, [{ status: "failed", assertionResults: [] }]);
    for (const [code, counts] of [
      [1, broken],
      [1, "-"],
      [0, join(folder, "missing.json")],
      [77, join(folder, "missing.json")],
    ] as const) {
      const { status, lines } = sumOf([["step", code, counts]]);
      expect([status, lines.at(-2)]).toEqual([1, "failed: step"]);
      expect(lines.at(-1)).toMatch(/^\d passed, 1 failed, \d skipped$/);
    }
  });
});
