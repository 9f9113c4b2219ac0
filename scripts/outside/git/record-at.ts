import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type CampaignRecord, parseRecord } from "../../letter/signature/record.ts";
import { decodeText, listFiles, readBlobs } from "./object.ts";

const FOLDER = "signatures";
/** What belongs to the record; the rest of `signatures/` is for people. */
const PART = /^(ledger|accepted|editions)\//;

/** The record of a commit, read from git objects: nothing is checked out. @throws LetterError when it is not canonical */
export async function readRecordAt(repository: string, commit: string): Promise<CampaignRecord> {
  const all = await listFiles(repository, commit, FOLDER);
  const files = all.filter(({ mode, path }) => mode === "100644" && PART.test(path.slice(FOLDER.length + 1)));
  const blobs = await readBlobs(
    repository,
    files.map(({ id }) => id),
  );
  return parseRecord(
    new Map(
      files.map(({ path }, i) => [path.slice(FOLDER.length + 1), decodeText(blobs[i] ?? new Uint8Array(), path)]),
    ),
  );
}

/** The record of a working folder (`signatures/` below it); empty when there is none. @throws LetterError as above */
export async function readRecordIn(folder: string): Promise<CampaignRecord> {
  const top = join(folder, FOLDER);
  const found = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, string>();
  for (const entry of found) {
    const full = join(entry.parentPath, entry.name);
    const path = relative(top, full).replaceAll(sep, "/");
    if (entry.isFile() && PART.test(path)) files.set(path, decodeText(await readFile(full), `${FOLDER}/${path}`));
  }
  return parseRecord(files);
}
