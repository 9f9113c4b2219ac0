import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Handover } from "../../letter/handover/handover.ts";
import { parseLeftFile } from "../../letter/handover/left-file.ts";
import { type FoundLedger, formatRemembered, type KnownLedger, openLeftFile, rememberedName } from "./known-ledger.ts";

/**
 * Reads what earlier openings knew of the ledger.
 *
 * @throws LetterError `left` when such a file is damaged: to pass over it would bring back people who have left
 */
export async function readRemembered(
  folders: readonly string[],
  handover: Handover,
  known: KnownLedger,
): Promise<FoundLedger[]> {
  const found: FoundLedger[] = [];
  for (const folder of folders) {
    const text = await readIfThere(join(folder, rememberedName(handover)));
    if (text === undefined) continue;
    try {
      found.push(openLeftFile(text, known));
    } catch (cause) {
      if (!(cause instanceof LetterError)) throw cause;
      throw new LetterError(
        "left",
        `${rememberedName(handover)}, by which an earlier opening remembers who has left, cannot be used (${cause.message}): delete it, and open again with --site`,
        { cause },
      );
    }
  }
  return found;
}

/** An earlier handover that was opened here: its UTC day, and the entries of its public bag. */
export type EarlierHandover = { readonly day: string; readonly size: number };

/** Finds the earlier handovers that were opened, by what was kept of them in the same folders. */
export async function readEarlierHandovers(folders: readonly string[], handover: Handover): Promise<EarlierHandover[]> {
  const found = new Map<string, number>();
  for (const folder of folders)
    for (const name of await readdir(folder).catch(() => [])) {
      const day = /^handover-(\d{4}-\d{2}-\d{2})\.left$/.exec(name)?.[1];
      if (day === undefined || day >= handover.day) continue;
      const text = await readIfThere(join(folder, name));
      if (text !== undefined) found.set(day, parseLeftFile(text).size);
    }
  return [...found].map(([day, size]) => ({ day, size })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

/**
 * Keeps what is known of the ledger, in the format of `handover:left`, so that nobody who has left comes back when the
 * bags are opened again.
 *
 * @param entries those of the public bag
 * @returns whether it could be written: a bag may lie on a medium that cannot be written to
 */
export async function remember(
  folder: string,
  handover: Handover,
  entries: readonly string[],
  found: FoundLedger,
): Promise<boolean> {
  const text = formatRemembered(entries, found);
  const path = join(folder, rememberedName(handover));
  try {
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LetterError("left", "what an earlier opening remembers of the ledger cannot be read", { cause });
  }
}
