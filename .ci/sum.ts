// Adds up what the steps of .ci/run counted themselves and prints the sum as the last line.
import { existsSync, readFileSync } from "node:fs";

type Counts = { passed: number; failed: number; skipped: number };

/** The exit code by which a step says that this machine cannot do it. */
const SKIPPED = 77;

const [results] = process.argv.slice(2);
if (results === undefined) throw new Error("usage: sum.ts RESULTS");
const steps = readFileSync(results, "utf8").trimEnd().split("\n").map(parseStep);
const failing = steps.filter((step) => step.counts.failed > 0).map((step) => step.name);
const sum = (of: keyof Counts) => steps.reduce((total, step) => total + step.counts[of], 0);
for (const { name, counts } of steps) {
  console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
}
if (failing.length > 0) console.log(`failed: ${failing.join(", ")}`);
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = failing.length > 0 ? 1 : 0;

function parseStep(line: string): { name: string; counts: Counts } {
  const [name = "", exit, file = "-"] = line.split("\t");
  const code = Number(exit);
  const counts = file === "-" ? { passed: 0, failed: 0, skipped: 0 } : readCounts(file);
  // A step without counts of its own is one; one that broke outside its tests (a file that does not load) is one more.
  if (code === 0 && file === "-") counts.passed = 1;
  else if (code === SKIPPED && file === "-") counts.skipped = 1;
  else if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return { name, counts };
}

function readCounts(file: string): Counts {
  // The runner broke before it could write anything, whatever its exit code says.
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const text = readFileSync(file, "utf8");
  return file.endsWith("go.json") ? countGo(text) : countVitest(text);
}

function countVitest(text: string): Counts {
  const report = JSON.parse(text) as Record<"numPassedTests" | "numFailedTests" | "numPendingTests", number> & {
    numTodoTests: number;
    testResults: { status: string; assertionResults: { status: string }[] }[];
  };
  // A file that fails as a whole (an import that breaks, a hook that throws) has no failed test of its own.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function countGo(text: string): Counts {
  const events = text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { Action: string; Test?: string });
  const count = (action: string) => events.filter((event) => event.Test && event.Action === action).length;
  return { passed: count("pass"), failed: count("fail"), skipped: count("skip") };
}
