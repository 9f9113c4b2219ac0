import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { root } from "../../support/source.ts";
import { GOOD_DAY, SITUATIONS, type Situation } from "./situations.ts";

// Prometheus' own program, where this machine has it; `.ci/run` unpacks Debian's.
const promtool = process.env.PROMTOOL ?? "promtool";
const installed = spawnSync(promtool, ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "undersigned-alerts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function testOf({ name, series, after, firing }: Situation): object {
  const read = Object.entries({ ...GOOD_DAY, ...series }).filter(([, values]) => values !== undefined);
  return {
    name,
    interval: "1m",
    input_series: read.map(([one, values]) => ({ series: one, values })),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: after,
        exp_samples: firing.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
      },
    ],
  };
}

it.skipIf(!installed).each(SITUATIONS)("the alerts that fire are the right ones: $name", (situation) => {
  const file = join(folder, "test.yml");
  // Of a day, five minutes are fine enough, and a fifth of the work.
  const evaluation_interval = Number.parseInt(situation.after, 10) >= 5 && situation.after.endsWith("h") ? "5m" : "1m";
  const rule_files = [join(root, ".github/operations/alerts.yml")];
  writeFileSync(file, stringify({ rule_files, evaluation_interval, tests: [testOf(situation)] }));
  const { status, stdout, stderr } = spawnSync(promtool, ["test", "rules", file], { encoding: "utf8" });
  expect(stdout + stderr).not.toContain("FAILED");
  expect(status).toBe(0);
});
