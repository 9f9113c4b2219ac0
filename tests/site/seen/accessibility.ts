import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const program = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on the page as it is, one line a finding: the rule and where it is broken. */
export async function findingsOn(page: Page, options: RunOptions = {}): Promise<string[]> {
  await page.evaluate(program);
  const rules = { "target-size": { enabled: true }, ...options.rules };
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify({ ...options, rules })})`)) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${target.join(" ")} ${any[0]?.message ?? ""}`),
  );
}
