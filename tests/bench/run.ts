import { readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { runCommand, usageError } from "../../scripts/cli/command.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import type { Bench } from "./bench.ts";

const HELP = `
usage: npm run bench -- [NAME …] [--seconds N] [--signatures N]

Measures how fast things are, always beside something known, in the same run: the ratio says more than the rate, which is
that of this machine at this moment. Without names it runs all of them. Close other programs: they take part.

  --seconds N   how long each side is measured (default: 6); for load, how long signatures come: take 60 at least
  --signatures N  for all-cores and acceptance, how many there are (default: 100000)`;

const names = readdirSync(import.meta.dirname).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);

const OPTIONS = { seconds: { type: "string", default: "6" }, signatures: { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 3600)) throw usageError("--seconds takes a number from 1 to 3600", HELP);
  const signatures = values.signatures === undefined ? undefined : Number(values.signatures);
  if (signatures !== undefined && !(Number.isSafeInteger(signatures) && signatures >= 1000))
    throw usageError("--signatures takes a whole number from 1000", HELP);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new LetterError("usage", `there is no bench ${unknown}; there are ${names.join(", ")}`);
  console.log(
    `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node.js ${process.versions.node}`,
  );
  for (const name of positionals.length > 0 ? positionals : names) {
    const { bench } = (await import(`./${name}.bench.ts`)) as { bench: Bench };
    console.log(`\n${name}: ${bench.about}`);
    await bench.run(seconds, signatures);
  }
});
