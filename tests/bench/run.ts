import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { runCommand, usageError } from "../../scripts/cli/command.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import type { Bench } from "./bench.ts";
import { figureText } from "./results/figure-text.ts";
import { keepResults, type Result } from "./results/results.ts";

const HELP = `
usage: npm run bench -- [NAME …] [--seconds N] [--signatures N] [--quick]

Measures how fast things are, always beside something known, in the same run: the ratio says more than the rate, which is
that of this machine at this moment. Without names it runs all of them. Close other programs: they take part. The figures
are also written to tests/bench/RESULTS.md.

  --seconds N   how long each side is measured (default: 6); for load, how long signatures come: take 60 at least
  --signatures N  for those whose work has a size, how many signatures (default: 100000)
  --quick       only see that all of them run; writes nothing`;

const names = readdirSync(import.meta.dirname).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);

const OPTIONS = {
  seconds: { type: "string", default: "6" },
  signatures: { type: "string" },
  quick: { type: "boolean", default: false },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { quick } = values;
  const seconds = quick ? 0.2 : Number(values.seconds);
  if (!(seconds > 0 && seconds <= 3600)) throw usageError("--seconds takes a number from 1 to 3600", HELP);
  const asked = values.signatures === undefined ? undefined : Number(values.signatures);
  if (asked !== undefined && !(Number.isSafeInteger(asked) && asked >= 1000))
    throw usageError("--signatures takes a whole number from 1000", HELP);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new LetterError("usage", `there is no bench ${unknown}; there are ${names.join(", ")}`);
  const signatures = quick ? 1000 : asked;
  const machine = machineText();
  console.log(machine);
  for (const name of positionals.length > 0 ? positionals : names) {
    const { bench } = (await import(`./${name}.bench.ts`)) as { bench: Bench };
    console.log(`\n${name}: ${bench.about}`);
    const lacking = bench.lacking?.();
    if (lacking !== undefined) {
      console.log(`  left out: this machine lacks ${lacking}`);
      continue;
    }
    const figures = await bench.run({ seconds, ...(signatures !== undefined && { signatures }), quick });
    for (const figure of figures) console.log(`  ${figure.name}: ${figureText(figure)}`);
    if (quick) continue;
    const size = signatures === undefined ? "" : `, ${signatures.toLocaleString("en")} signatures`;
    const day = new Date().toISOString().slice(0, 10);
    const result: Result = { about: bench.about, day, machine, effort: `${seconds} s a side${size}`, figures };
    keepResults(import.meta.dirname, { [name]: result });
  }
});

/** What the figures depend on. */
function machineText(): string {
  const git = execFileSync("git", ["--version"], { encoding: "utf8" }).trim();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? "Unknown processor"}, ${availableParallelism()} cores, ${memory} GiB; ${type()} ${release()}, Node.js ${process.versions.node}, ${git}.`;
}
