import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import { formatLedgerDays, type LedgerDay } from "../letter/ledger/day.ts";
import { makeWritableFolder } from "./folder.ts";
import { endAfter, hung, startProgram } from "./programs/program.ts";

/** The inputs and the output folder of a site build. */
export type SiteBuild = {
  /** folder that holds the record, as `signatures/` does */
  readonly signatures: string;
  readonly output: string;
  /** an earlier build in another folder, which stays as it is: what did not change is linked from there */
  readonly earlier?: string | undefined;
  /** `publicKeys` of a campaign as a JSON file; by default those of `campaign.yaml` are used */
  readonly publicKeys?: string;
  /** when the ledger grew, for the chart of the signatures page; without it there is no chart */
  readonly days?: readonly LedgerDay[];
  readonly environment?: Readonly<Record<string, string>>;
  /** milliseconds after which a build is ended, when it is not the usual time */
  readonly patience?: number;
};

/** How the name of the file beside a build ends that says what the build wrote. It is no part of the site. */
export const BUILD_NOTES = ".built.json";

/**
 * Milliseconds after which a build is ended. The site of a million signatures takes a minute, and ten on a machine that is
 * busy with other things: what takes half an hour does not move. Without an end no acceptance would be shown any more.
 */
const PATIENCE = 1_800_000;

/**
 * Builds the site with Eleventy in a separate process, so that a build can neither hold the service's memory nor stop
 * it.
 *
 * @throws LetterError `build` with the line that says what is wrong, `hung` when the build does not end
 */
export async function buildSite(build: SiteBuild): Promise<void> {
  const program = join(dirname(createRequire(import.meta.url).resolve("@11ty/eleventy")), "..", "cmd.cjs");
  // What one page needs is garbage with the next: a small nursery keeps the memory of a large list small.
  const child = startProgram(
    process.execPath,
    ["--max-semi-space-size=4", program, "--quiet", `--output=${build.output}`],
    {
      ...process.env,
      ...build.environment,
      SIGNATURES_DIR: build.signatures,
      SITE_DIR: build.output,
      EARLIER_SITE_DIR: build.earlier ?? "",
      LEDGER_DAYS: formatLedgerDays(build.days ?? []),
      ...(build.publicKeys === undefined ? {} : { PUBLIC_KEYS: build.publicKeys }),
    },
  );
  child.stdin.on("error", () => {}).end();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    const { patience = PATIENCE } = build;
    endAfter(child, patience, () => reject(new LetterError("hung", hung("the build of the site", patience))));
    child.on("error", reject).on("close", resolve);
  });
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

/**
 * Checks that a build overwrites nothing but an earlier build, and nothing of the project; makes the folder where there is
 * none.
 *
 * @param project the folder of the project
 * @throws LetterError `build` when the folder holds other things
 */
export function assertFree(output: string, project: string): void {
  const fromHere = relative(project, resolve(output));
  const inProject = ["content", "scripts", "signatures", "tests", "node_modules", ""].includes(
    fromHere.split(sep)[0] ?? "",
  );
  if (!inProject) makeWritableFolder(output, "DIR", 0o777);
  // A build that did not end has written tiles at least.
  const isBuilt = ["count.json", join("ledger", "tile")].some((path) => existsSync(join(output, path)));
  if (inProject || (readdirSync(output).length > 0 && !isBuilt)) {
    throw new LetterError(
      "build",
      "the folder holds other things, and a build would write over them: name an empty or a new one",
    );
  }
}
