import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, replaceFile } from "../data-folder.ts";

/** A copy of the list that a command has written: a bag, or a folder. */
export type CopyNote = {
  /** the absolute path */
  readonly path: string;
  /** the tag of the handover that it was made for */
  readonly tag: string;
  /** how many entries the ledger had whose list it holds */
  readonly size: number;
};

const copies = z.array(z.strictObject({ path: z.string(), tag: z.string(), size: z.number() }));

/** Reads the copies of the list that were made from this data folder, wherever they lie. */
export async function readCopyList(dataDir: string): Promise<CopyNote[]> {
  const text = await readIfThere(listPath(dataDir));
  return text === undefined ? [] : copies.parse(JSON.parse(text));
}

/** Notes a copy before it is written: what is not in the list would stay when somebody leaves. */
export async function noteCopy(dataDir: string, note: CopyNote): Promise<void> {
  const others = (await readCopyList(dataDir)).filter(({ path }) => path !== note.path);
  await writeCopyList(dataDir, [...others, note]);
}

/** Replaces the list. An empty one is no file. */
export async function writeCopyList(dataDir: string, notes: readonly CopyNote[]): Promise<void> {
  if (notes.length === 0) return rm(listPath(dataDir), { force: true });
  await replaceFile(listPath(dataDir), `${JSON.stringify(notes, null, 2)}\n`);
}

function listPath(dataDir: string): string {
  return join(dataDir, "copies.json");
}
