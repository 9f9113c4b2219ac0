import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommand, usageError } from "../../scripts/cli/command.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { readSource, readSources, root, type Source } from "../support/source.ts";
import { type Mutation, mutate, mutationsOf } from "./mutations.ts";

const HELP = `
usage: npm run mutants -- [FOLDER …] [--count N] [--seed N]

Breaks the code of the last commit in one place at a time, and runs the tests each time until one of them notices: first those
beside the broken file, then all of npm test. Prints what no test has noticed, and fails when that is more than one in ten. A
mutant that the tests beside it notice takes seconds, one that none notices as long as npm test.

  FOLDER        whose code is broken (default: letter accept handover form-service, each below scripts/)
  --count N     mutants (default: 200)
  --seed N      draws the same mutants again (default: drawn, and printed)`;

/** Milliseconds after which tests that hang count as having noticed. */
const PATIENCE = 20 * 60_000;

const options = { count: { type: "string", default: "200" }, seed: { type: "string" } } as const;
await runCommand(HELP, options, async ({ values, positionals }) => {
  const count = Number(values.count);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  if (!(Number.isSafeInteger(count) && count > 0)) throw usageError("--count takes a whole number", HELP);
  if (!Number.isSafeInteger(seed)) throw usageError("--seed takes a whole number", HELP);
  const folders = positionals.length > 0 ? positionals : ["letter", "accept", "handover", "form-service"];
  const isMeant = ({ path }: Source) => folders.some((folder) => path.startsWith(`scripts/${folder}/`));
  const mutants = draw(readSources("scripts").filter(isMeant).flatMap(mutationsOf), count, seed);
  if (mutants.length === 0) throw usageError(`there is no code in ${folders.join(", ")}`, HELP);
  console.log(`seed ${seed}: ${mutants.length} mutants of scripts/{${folders.join(",")}}`);

  const copy = copyOfProject();
  const survivors: Mutation[] = [];
  try {
    console.log("npm test must pass on the code as it is …");
    if (fails(copy, [], true))
      throw new LetterError("usage", "npm test fails on the last commit: no mutant can be judged");
    for (const [i, mutant] of mutants.entries()) {
      const begun = Date.now();
      const isKilled = isNoticed(copy, mutant);
      if (!isKilled) survivors.push(mutant);
      const seconds = Math.round((Date.now() - begun) / 1000);
      console.log(
        `${i + 1} of ${mutants.length}: ${isKilled ? "killed" : "SURVIVED"} in ${seconds} s: ${named(mutant)}`,
      );
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const killed = mutants.length - survivors.length;
  console.log(
    `\nseed ${seed}: ${killed} of ${mutants.length} killed (${((killed / mutants.length) * 100).toFixed(1)} %)`,
  );
  for (const survivor of survivors) console.log(`survived: ${named(survivor)}`);
  if (killed < 0.9 * mutants.length) process.exitCode = 1;
});

/** Draws that many different mutations, or all of them. */
function draw(from: readonly Mutation[], count: number, seed: number): Mutation[] {
  const random = fixedRandomness("mutants", String(seed));
  const rest = [...from];
  const drawn: Mutation[] = [];
  while (drawn.length < count && rest.length > 0) {
    drawn.push(...rest.splice(Buffer.from(random(4)).readUInt32BE() % rest.length, 1));
  }
  return drawn;
}

/** Clones the last commit, so that the folder in which somebody works stays as it is. */
function copyOfProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "undersigned-mutants-"));
  const { status } = spawnSync("git", ["clone", "--quiet", root, copy], { stdio: "inherit" });
  if (status !== 0) throw new Error("the project could not be cloned");
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function isNoticed(copy: string, mutant: Mutation): boolean {
  const { text } = readSource(mutant.path);
  const broken = join(copy, mutant.path);
  writeFileSync(broken, mutate(text, mutant));
  try {
    const beside = dirname(mutant.path).replace("scripts/", "tests/");
    return (existsSync(join(copy, beside)) && fails(copy, [beside])) || fails(copy, []);
  } finally {
    writeFileSync(broken, text);
  }
}

function fails(copy: string, files: readonly string[], show = false): boolean {
  const args = [
    "vitest",
    "run",
    "--project",
    "!long",
    "--passWithNoTests",
    "--bail",
    "1",
    "--reporter",
    "dot",
    ...files,
  ];
  const said = { cwd: copy, stdio: show ? "inherit" : "ignore", timeout: PATIENCE } as const;
  const { status } = spawnSync("npx", ["--no", ...args], said);
  return status !== 0;
}

function named({ path, line, from, to }: Mutation): string {
  const short = (code: string) => JSON.stringify(code.length > 60 ? `${code.slice(0, 57)}…` : code);
  return `${path}:${line} ${short(from)} → ${short(to)}`;
}
