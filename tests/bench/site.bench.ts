import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sizeOfSite } from "../../scripts/accept/site/site-size.ts";
import { TILE_WIDTH } from "../../scripts/letter/ledger/tile.ts";
import { type CampaignRecord, formatRecord } from "../../scripts/letter/signature/record.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { keys } from "../letter/invented.ts";
import { root } from "../support/source.ts";
import type { Bench, Figure } from "./bench.ts";
import { acceptedAtOnce } from "./long-ledger.ts";
import { ELEVENTY, HUGO, writeEleventyProject, writeHugoProject } from "./site/other-generators.ts";
import { type Usage, usageOf } from "./site/usage.ts";

/** A sheet that comes after all others. */
const ONE_MORE = 100;

export const bench: Bench = {
  about:
    "the whole site in two languages, and after one more sheet of 100, in processor time: against a program that hashes and writes the same sizes, plain Eleventy’s pagination of the list alone, Hugo where it is installed, and a build without a list (--signatures 1000000 for the largest)",
  async run({ signatures = 100_000 }) {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-site-bench-"));
    const site = join(folder, "site");
    try {
      const record = await recordOf(signatures);
      writeRecord(folder, record);
      const whole = await build(folder, site);
      const { files, bytes } = sizeOfSite(site);
      const bare = await usageOf([
        fileURLToPath(new URL("site/bare-writer.ts", import.meta.url)),
        site,
        join(folder, "bare"),
      ]);
      rmSync(join(folder, "bare"), { recursive: true });
      const shell = shellOf(site);
      writeEleventyProject(join(folder, "eleventy"), record.rows, shell);
      const eleventy = await usageOf([ELEVENTY, "--quiet"], { cwd: join(folder, "eleventy") });
      const hugo = HUGO === undefined ? [] : [hugoSeconds(join(folder, "hugo"), record, shell)];
      const before = timesOf(site);
      writeRecord(folder, await recordOf(signatures + ONE_MORE));
      const more = await build(folder, site);
      const written = [...timesOf(site)].filter(([path, time]) => before.get(path) !== time);
      rmSync(join(folder, "signatures"), { recursive: true });
      mkdirSync(join(folder, "signatures"));
      const empty = await build(folder, join(folder, "empty"));
      const listPages = written.filter(([path]) => /^\w+\/signatures\//.test(path)).length;
      const parts = written.filter(([path]) => /^(ledger\/tile|list\/[x\d])/.test(path)).length;
      return [
        { name: "whole site", value: whole.seconds, unit: "s" },
        { name: "bare writer", value: bare.seconds, unit: "s" },
        { name: "Eleventy, the list alone", value: eleventy.seconds, unit: "s" },
        ...hugo.map((value): Figure => ({ name: "Hugo, the list alone", value, unit: "s" })),
        { name: "one more sheet", value: more.seconds, unit: "s" },
        { name: "a build without a list", value: empty.seconds, unit: "s" },
        { name: "whole site ÷ bare writer", value: whole.seconds / bare.seconds, unit: "×", atMost: 1.5 },
        { name: "Eleventy ÷ whole site", value: eleventy.seconds / whole.seconds, unit: "×", atLeast: 3 },
        ...hugo.map(
          (value): Figure => ({ name: "Hugo ÷ whole site", value: value / whole.seconds, unit: "×", atLeast: 3 }),
        ),
        { name: "one more sheet ÷ a build without a list", value: more.seconds / empty.seconds, unit: "×", atMost: 3 },
        { name: "memory of the whole site", value: whole.mebibytes, unit: "MiB", atMost: 200 },
        { name: "memory of plain Eleventy", value: eleventy.mebibytes, unit: "MiB" },
        { name: "memory of one more sheet", value: more.mebibytes, unit: "MiB", atMost: 200 },
        { name: "memory of a build without a list", value: empty.mebibytes, unit: "MiB" },
        { name: "files of the site", value: files, unit: "" },
        { name: "size of the site", value: bytes / 2 ** 20, unit: "MiB" },
        { name: "pages of the list written for one more sheet", value: listPages, unit: "" },
        { name: "tiles and shards written for one more sheet", value: parts, unit: "" },
        { name: "files written for one more sheet", value: written.length, unit: "" },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function recordOf(signatures: number): Promise<CampaignRecord> {
  const { letterTexts } = await readContent(join(root, "content"));
  return acceptedAtOnce(signatures, { edition: editionOf(letterTexts), texts: letterTexts });
}

function writeRecord(folder: string, record: CampaignRecord): void {
  for (const [path, text] of formatRecord(record)) {
    const file = join(folder, "signatures", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  writeFileSync(join(folder, "keys.json"), JSON.stringify(keys));
}

function build(folder: string, output: string): Promise<Usage> {
  const environment = {
    ...{ SIGNATURES_DIR: join(folder, "signatures"), PUBLIC_KEYS: join(folder, "keys.json") },
    ...{ SITE_URL: "http://localhost:8080", SERVICE_URL: "http://localhost:8080" },
  };
  return usageOf([join(root, "scripts/cli/build.ts"), output], { environment });
}

/** The processor time of Hugo, as the shell counts it. */
function hugoSeconds(folder: string, record: CampaignRecord, shell: number): number {
  writeHugoProject(folder, record.rows, shell);
  const timed = ["-c", 'TIMEFORMAT="%U %S"; time "$0" --quiet >/dev/null', HUGO!];
  const { stderr, status } = spawnSync("bash", timed, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`Hugo failed: ${stderr}`);
  return stderr
    .trim()
    .split("\n")
    .at(-1)!
    .split(" ")
    .reduce((sum, seconds) => sum + Number(seconds), 0);
}

/** The bytes of a page of the list that are no rows. */
function shellOf(site: string): number {
  const page = statSync(join(site, "en/signatures/1/index.html")).size;
  return Math.max(0, page - TILE_WIDTH * 90);
}

function timesOf(site: string): Map<string, string> {
  const found = readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    found.map(({ parentPath, name }) => {
      const { ino, mtimeMs } = statSync(join(parentPath, name));
      return [join(parentPath, name).slice(site.length + 1), `${ino} ${mtimeMs}`];
    }),
  );
}
