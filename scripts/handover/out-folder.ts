import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { printable } from "../letter/bytes/printable.ts";
import { destroyFile } from "../outside/destroyed-file.ts";
import { makeWritableFolder } from "../outside/folder.ts";

/** A folder that is being written: nothing in it changes before `finish`. */
export type OutFolder = {
  /** where the new files are written first */
  readonly draft: string;
  /** Puts the new files in the place of those that the last opening wrote, which are destroyed. Returns the other files. */
  finish(): Promise<string[]>;
  /** Destroys what was written. */
  abandon(): Promise<void>;
};

const DRAFT = "unfinished";
/** Which files of the folder an opening wrote, one a line. */
const WRITTEN = "files.txt";
// What an opening wrote before it kept a list.
const UNLISTED = ["signatories.csv", "signatories.xlsx", "report-en.txt", "report-fa.txt"];

/**
 * Opens the folder of `--out` for a new opening. A row of somebody who has left must not survive in a file of an earlier
 * one, so all of these are replaced; files of others are never touched.
 */
export async function openOutFolder(out: string): Promise<OutFolder> {
  makeWritableFolder(out, "--out");
  const draft = join(out, DRAFT);
  // What an opening left that was killed: it holds names and addresses.
  await destroyFolder(draft);
  await mkdir(draft, { mode: 0o700 });
  return {
    draft,
    async finish() {
      const written = (await readdir(draft)).sort();
      const before = await writtenBefore(out);
      for (const name of before) await destroyFile(join(out, name));
      for (const name of written) await rename(join(draft, name), join(out, name));
      // A bag that was sealed again may be the only one that its owner can open, and what is known of the ledger must not
      // be forgotten: only newer ones replace them.
      const listed = written.filter((name) => !/\.(tar|left)$/.test(name));
      await writeFile(join(out, WRITTEN), listed.map((name) => `${name}\n`).join(""), { mode: 0o600 });
      await rm(draft, { recursive: true });
      return (await readdir(out)).filter((name) => !written.includes(name) && name !== WRITTEN).sort();
    },
    abandon: () => destroyFolder(draft),
  };
}

/** Says what the files of others in the folder mean, once the new files are in their places. */
export function warningsOf(others: readonly string[], anybodyLeft: boolean): string[] {
  const resealed = anybodyLeft ? others.filter((name) => name.endsWith("-resealed.tar")) : [];
  const stray = others.filter((name) => !/\.(tar|left)$/.test(name));
  const names = stray.slice(0, 5).map(printable).join(", ");
  const more = stray.length > 5 ? ", …" : "";
  return [
    ...resealed.map(
      (name) => `${printable(name)} may still hold records of people who have left: make it again with --reseal`,
    ),
    ...(stray.length > 0
      ? [`the folder of --out has files that this opening neither wrote nor touched: ${names}${more}`]
      : []),
  ];
}

async function writtenBefore(out: string): Promise<string[]> {
  const text = await readFile(join(out, WRITTEN), "utf8").catch(() => undefined);
  if (text === undefined) return UNLISTED;
  // A list that somebody changed must not reach outside the folder.
  return text.split("\n").filter((name) => name !== "" && !name.startsWith(".") && name === basename(name));
}

async function destroyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) await destroyFile(join(folder, name));
  await rm(folder, { recursive: true, force: true });
}
