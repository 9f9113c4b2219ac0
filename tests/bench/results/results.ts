import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../bench.ts";
import { chartOf } from "./chart.ts";
import { figureText } from "./figure-text.ts";

/** What a comparison gave on one day, on one machine. */
export type Result = {
  readonly about: string;
  /** the day, as `2026-11-23` */
  readonly day: string;
  /** processor, cores, memory, system and versions */
  readonly machine: string;
  /** seconds for each side, and signatures where the work has a size */
  readonly effort: string;
  readonly figures: readonly Figure[];
};

const FILE = "results/results.json";

/** Puts results beside those that are kept in a folder, and writes its `RESULTS.md` and its charts from all of them. */
export function keepResults(folder: string, fresh: Readonly<Record<string, Result>>): void {
  const kept = { ...readResults(folder), ...fresh };
  const all = Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
  mkdirSync(join(folder, "results"), { recursive: true });
  writeFileSync(join(folder, FILE), `${JSON.stringify(all, undefined, 2)}\n`);
  for (const [name, { figures }] of Object.entries(all)) {
    const drawn = comparable(figures);
    if (drawn.length > 0) writeFileSync(join(folder, chartPath(name)), chartOf(`${name}, as bars`, drawn));
    else rmSync(join(folder, chartPath(name)), { force: true });
  }
  writeFileSync(join(folder, "RESULTS.md"), resultsPage(all));
}

/** The results that are kept in a folder; none if there are none. */
function readResults(folder: string): Readonly<Record<string, Result>> {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** The page that shows results, in Markdown. */
function resultsPage(all: Readonly<Record<string, Result>>): string {
  const parts = Object.entries(all).map(([name, { about, day, machine, effort, figures }]) =>
    [
      `## ${name}`,
      `${about[0]?.toUpperCase()}${about.slice(1)}.`,
      `${day}, ${effort}. ${machine}`,
      ["| what | result |", "|---|---|", ...figures.map((one) => `| ${one.name} | ${figureText(one)} |`)].join("\n"),
      ...(comparable(figures).length > 0 ? [`![${name}, as bars](${chartPath(name)})`] : []),
    ].join("\n\n"),
  );
  return `${[HEAD, ...parts].join("\n\n")}\n`;
}

const HEAD = `# How fast things are

Written by \`npm run bench\`. A rate is that of one machine in one minute; a ratio has both of its sides from the same run, and says
more. \`npm run bench -- NAME\` measures one of them again and puts its figures here.`;

/** The most figures that share a unit; none if none do. */
function comparable(figures: readonly Figure[]): readonly Figure[] {
  const byUnit = Object.values(Object.groupBy(figures, ({ unit }) => unit));
  const most = byUnit.toSorted((a, b) => b.length - a.length)[0] ?? [];
  return most.length > 1 ? most : [];
}

function chartPath(name: string): string {
  return `results/${name}.svg`;
}
