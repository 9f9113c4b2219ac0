import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import { formatLedgerDays, type LedgerDay } from "../letter/ledger/day.ts";

/** The inputs and the output folder of a site build. */
export type SiteBuild = {
  /** folder that holds the record, as `signatures/` does */
  readonly signatures: string;
  readonly output: string;
  /** `publicKeys` of a campaign as a JSON file; by default those of `campaign.yaml` are used */
  readonly publicKeys?: string;
  /** when the ledger grew, for the chart of the signatures page; without it there is no chart */
  readonly days?: readonly LedgerDay[];
  readonly environment?: Readonly<Record<string, string>>;
};

/**
 * Builds the site with Eleventy in a separate process, so that a build can neither hold the service's memory nor stop
 * it.
 *
 * @throws LetterError `build` with the line that says what is wrong
 */
export async function buildSite(build: SiteBuild): Promise<void> {
  const program = join(dirname(createRequire(import.meta.url).resolve("@11ty/eleventy")), "..", "cmd.cjs");
  const child = spawn(process.execPath, [program, "--quiet", `--output=${build.output}`], {
    env: {
      ...process.env,
      ...build.environment,
      SIGNATURES_DIR: build.signatures,
      LEDGER_DAYS: formatLedgerDays(build.days ?? []),
      ...(build.publicKeys === undefined ? {} : { PUBLIC_KEYS: build.publicKeys }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new LetterError("build", reasonIn(output));
}

function reasonIn(output: string): string {
  const plain = output.replaceAll(/\u001b\[\d+m/g, "");
  return (
    /LetterError: (.+)/.exec(plain)?.[1] ??
    /\((?:via \w+|\w*Error)\)\s*(.+)/.exec(plain)?.[1] ??
    plain.trim().split("\n").slice(-3).join(" ")
  );
}
