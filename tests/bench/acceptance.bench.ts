import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../support/source.ts";
import type { Bench } from "./bench.ts";
import { watched } from "./memory.ts";

const ROUNDS = 5;

type Used = { readonly seconds: number; readonly cpu: number };

export const bench: Bench = {
  about:
    "accept on one machine: the check of main against bare hashing and HMAC of the same bytes, and a further sheet of 1,000 against one onto 1,000 signatures (--signatures 1000000 for the largest)",
  async run({ signatures = 100_000, quick }) {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-accepting-"));
    const [long, short] = [join(folder, "long"), join(folder, "short")];
    try {
      for (const [of, count] of [
        [long, signatures],
        [short, 1000],
      ] as const) {
        mkdirSync(of);
        await run(["make", of, String(count)]);
      }
      const [checks, bares, memory]: [Used[], Used[], number[]] = [[], [], []];
      for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
        bares.push((await run<Used>(["bare", long])).said);
        const { said, mebibytes } = await run<Used>(["check", long]);
        checks.push(said);
        memory.push(mebibytes);
      }
      const [check, bare] = [middle(checks), middle(bares)];
      const { said, mebibytes } = await run<{ seconds: number[][]; cpu: number[][] }>([
        "sheets",
        long,
        short,
        String(quick ? 1 : ROUNDS),
      ]);
      const [onto, of] = [0, 1].map((i) => ({ seconds: median(said.seconds[i]!), cpu: median(said.cpu[i]!) })) as [
        Used,
        Used,
      ];
      return [
        { name: "bare hashing and HMAC, processor", value: bare.cpu, unit: "s" },
        { name: "check of main, processor", value: check.cpu, unit: "s" },
        { name: "a sheet onto all, processor", value: onto.cpu, unit: "s" },
        { name: "a sheet onto 1,000, processor", value: of.cpu, unit: "s" },
        { name: "check ÷ bare, processor", value: check.cpu / bare.cpu, unit: "×", atMost: 2 },
        { name: "check ÷ bare, time", value: check.seconds / bare.seconds, unit: "×" },
        { name: "a sheet onto all ÷ onto 1,000, processor", value: onto.cpu / of.cpu, unit: "×", atMost: 1.5 },
        { name: "a sheet onto all ÷ onto 1,000, time", value: onto.seconds / of.seconds, unit: "×" },
        { name: "memory of the check, at most", value: Math.max(...memory), unit: "MiB", atMost: 300 },
        { name: "memory with sheets, at most", value: mebibytes, unit: "MiB", atMost: 300 },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Runs a part of the bench in a process of its own. */
async function run<T>(args: readonly string[]): Promise<{ said: T; mebibytes: number }> {
  const program = join(root, "tests/bench/acceptance/accepting.ts");
  const heap = args[0] === "make" || args[0] === "bare" ? ["--max-old-space-size=8192"] : [];
  const { said, code, mebibytes } = await watched([...heap, program, ...args]);
  if (code !== 0) throw new Error(`accepting.ts ${args[0]} ended with ${code}`);
  return { said: said === "" ? (undefined as T) : JSON.parse(said), mebibytes };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const middle = (all: readonly Used[]): Used => ({
  seconds: median(all.map(({ seconds }) => seconds)),
  cpu: median(all.map(({ cpu }) => cpu)),
});
