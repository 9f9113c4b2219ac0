import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { inOrder } from "../../letter/bytes/in-order.ts";
import { type CampaignRecord, parseRecord } from "../../letter/signature/record.ts";
import { decodeText, listFiles, readBlobs } from "./object.ts";
import type { TreeFile } from "./reading/files.ts";

const FOLDER = "signatures";
/** What belongs to the record; the rest of `signatures/` is for people. */
const PART = /^(ledger|accepted|editions)\//;

/** The record of a commit, read from git objects: nothing is checked out. @throws LetterError when it is not canonical */
export async function readRecordAt(repository: string, commit: string): Promise<CampaignRecord> {
  const files = await listRecordFiles(repository, commit);
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

/** The files of the record of a commit, in git's order. */
export async function listRecordFiles(repository: string, commit: string): Promise<TreeFile[]> {
  const all = await listFiles(repository, commit, FOLDER);
  return all.filter(({ mode, path }) => mode === "100644" && PART.test(path.slice(FOLDER.length + 1)));
}

/** Files that are read at once: those of a record of a million signatures have 400 MB. */
const AT_ONCE = 64;

/** Reads files one after the other, the next ones while the caller looks at those before them. */
export async function* readFilesInOrder(
  repository: string,
  files: readonly TreeFile[],
): AsyncGenerator<[file: TreeFile, bytes: Buffer]> {
  const parts = Array.from({ length: Math.ceil(files.length / AT_ONCE) }, (_, i) =>
    files.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  const read = async (part: readonly TreeFile[]) => {
    const blobs = await readBlobs(
      repository,
      part.map(({ id }) => id),
    );
    return part.map((file, i): [TreeFile, Buffer] => [file, blobs[i] ?? Buffer.alloc(0)]);
  };
  for await (const part of inOrder(parts, read, 2)) yield* part;
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
