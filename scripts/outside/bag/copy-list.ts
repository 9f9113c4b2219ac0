import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

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
  try {
    return copies.parse(JSON.parse(await readFile(listPath(dataDir), "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}

/** Notes a copy before it is written: what is not in the list would stay when somebody leaves. */
export async function noteCopy(dataDir: string, note: CopyNote): Promise<void> {
  const others = (await readCopyList(dataDir)).filter(({ path }) => path !== note.path);
  await writeCopyList(dataDir, [...others, note]);
}

/** Replaces the list. An empty one is no file. */
export async function writeCopyList(dataDir: string, notes: readonly CopyNote[]): Promise<void> {
  if (notes.length === 0) return rm(listPath(dataDir), { force: true });
  const draft = `${listPath(dataDir)}.part`;
  const file = await open(draft, "w", 0o600);
  await file.writeFile(`${JSON.stringify(notes, null, 2)}\n`);
  await file.sync();
  await file.close();
  await rename(draft, listPath(dataDir));
}

function listPath(dataDir: string): string {
  return join(dataDir, "copies.json");
}
