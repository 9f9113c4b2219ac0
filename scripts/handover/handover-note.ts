import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import { readIfThere, replaceFile } from "../outside/data-folder.ts";

/**
 * What this machine knows of a handover that it has made. A tag can be moved and a database can be another one, so a purge
 * compares both with what was handed over. Nothing in it is about a person.
 */
export type HandoverNote = {
  readonly tag: string;
  /** the digest of the contacts bag, by which the ledger names the handover */
  readonly contactsBag: string;
  /** how many entries the ledger has in the bags */
  readonly size: number;
  /** signatures of the bags whose contact record was missing in the database even then */
  readonly lost: number;
  /**
   * How far the purge has come: `checked` once nothing may be lost by it any more, `emptied` when the database is empty.
   * From then on what is missing was destroyed, and is no reason to stop.
   */
  readonly purge?: "checked" | "emptied" | undefined;
};

const notes = z.array(
  z.strictObject({
    tag: z.string(),
    contactsBag: z.string(),
    size: z.int().nonnegative(),
    lost: z.int().nonnegative(),
    purge: z.enum(["checked", "emptied"]).optional(),
  }),
);

/** The handover of this contacts bag; undefined where another machine or an older program has made it. */
export async function readHandoverNote(dataDir: string, contactsBag: string): Promise<HandoverNote | undefined> {
  return (await readNotes(dataDir)).find((note) => note.contactsBag === contactsBag);
}

/** Notes a handover, in the place of what was noted of the same bag. */
export async function noteHandover(dataDir: string, note: HandoverNote): Promise<void> {
  const others = (await readNotes(dataDir)).filter(({ contactsBag }) => contactsBag !== note.contactsBag);
  await replaceFile(listPath(dataDir), `${JSON.stringify([...others, note], null, 2)}\n`);
}

/** Forgets all handovers: the purge has come to its end. */
export async function forgetHandovers(dataDir: string): Promise<void> {
  for (const path of [`${listPath(dataDir)}.part`, listPath(dataDir)]) await rm(path, { force: true });
}

/**
 * A form service that starts on what a purge has half destroyed would take signatures that the purge destroys next.
 *
 * @throws LetterError `purge` when a purge has begun here, and has not come to its end
 */
export async function assertNoPurgeBegun(dataDir: string): Promise<void> {
  const begun = (await readNotes(dataDir)).find(({ purge }) => purge !== undefined);
  if (begun === undefined) return;
  throw new LetterError(
    "purge",
    `the purge of ${begun.tag} has begun and has not come to its end: run npm run purge -- --tag ${begun.tag} again (with GitHub, once accept has put its notice on the ledger), and then start`,
  );
}

async function readNotes(dataDir: string): Promise<HandoverNote[]> {
  const text = await readIfThere(listPath(dataDir));
  if (text === undefined) return [];
  try {
    return notes.parse(JSON.parse(text));
  } catch (cause) {
    throw new LetterError(
      "purge",
      "DATA_DIR/handovers.json cannot be read: mend it, by it a purge knows what was handed over",
      { cause },
    );
  }
}

function listPath(dataDir: string): string {
  return join(dataDir, "handovers.json");
}
