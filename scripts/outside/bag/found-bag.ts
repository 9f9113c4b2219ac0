import { createHash } from "node:crypto";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Read } from "../../letter/bytes/read.ts";
import { isForeignTarHeader, parseTarHeader, TAR_BLOCK, TAR_END, tarPadding } from "../../letter/handover/tar.ts";
import { type BagProblem, brokenBag, checkBag, DATA, type FoundFile } from "./check.ts";

/** A bag that was read and checked from its first byte to its last. */
export type Bag = {
  readonly name: string;
  /** SHA-256 of the file, base64url */
  readonly digest: string;
  readonly info: ReadonlyMap<string, string>;
  /** paths of the payload below `data/`, in the order of the file */
  readonly paths: readonly string[];
  readonly problems: readonly BagProblem[];
  /** a file of the payload, by its path below `data/` */
  readonly read: Read;
  close(): Promise<void>;
};

/** The file of a bag: its size in bytes, and what reads from an offset as many bytes as it is told. */
export type BagFile = {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
};

/**
 * Reads a bag in the one form that `writeBag` writes, and compares every file with its manifest.
 *
 * A file that is damaged, missing, or in no manifest is a problem of the bag; the others can still be read.
 *
 * @param progress is called with the bytes read so far and the size
 * @throws LetterError `bag` when a bag cannot be read at all, naming the place
 */
export async function readBag(file: BagFile, progress: (done: number, size: number) => void): Promise<Bag> {
  const found = await readThrough(file, progress);
  const read = async (path: string) => {
    const part = found.parts.get(path);
    return part === undefined ? undefined : await file.read(part.offset, part.size);
  };
  const { info, problems, unlisted } = await checkBag(found.parts, read);
  for (const { path, manifest } of unlisted) problems.push({ path, reason: `is not in ${manifest}` });
  for (const [path, { padded }] of found.parts)
    if (!padded) problems.push({ path, reason: "it is followed by bytes that do not belong there" });
  const paths = [...found.parts.keys()].filter((path) => path.startsWith(DATA)).map((path) => path.slice(DATA.length));
  return { ...found, info, problems, paths, read: (path) => read(DATA + path), close: () => file.close() };
}

const CHUNK = 2 ** 20;

/** Where a file is in the tar, and its digest as found. */
type Part = FoundFile & { readonly offset: number; readonly padded: boolean };

type Found = { name: string; digest: string; parts: Map<string, Part> };

async function readThrough(
  { size: whole, read }: BagFile,
  progress: (done: number, size: number) => void,
): Promise<Found> {
  const sha256 = createHash("sha256");
  const parts = new Map<string, Part>();
  const [names, days] = [new Set<string>(), new Set<string>()];
  let at = 0;
  const take = async (length: number) => {
    if (at + length > whole) throw brokenBag(`the file ends too early, at byte ${whole}`);
    const bytes = await read(at, length);
    sha256.update(bytes);
    at += length;
    return bytes;
  };
  while (at < whole - TAR_END.length) {
    const start = at;
    const block = await take(TAR_BLOCK);
    // Ours ends with two blocks of zeros; others fill up ten thousand bytes.
    if (whole % TAR_BLOCK === 0 && isZero(block) && isZero(await take(whole - at))) throw repacked();
    const { path, size, day } = headerOf(block, start);
    const [name = "", ...rest] = path.split("/");
    names.add(name);
    days.add(day);
    const inner = rest.join("/");
    if (parts.has(inner)) throw brokenBag(`${inner} is in it twice`);
    const sha512 = createHash("sha512");
    const offset = at;
    for (let left = size; left > 0; left -= Math.min(left, CHUNK)) sha512.update(await take(Math.min(left, CHUNK)));
    const padded = isZero(await take(tarPadding(size)));
    parts.set(inner, { offset, size, sha512: sha512.digest("hex"), padded });
    progress(at, whole);
  }
  const end = await take(whole - at);
  if (end.length !== TAR_END.length || !isZero(end))
    throw brokenBag(`the end is damaged, at byte ${whole - TAR_END.length}`);
  if (names.size !== 1 || days.size !== 1) throw repacked();
  progress(whole, whole);
  return { name: [...names][0]!, digest: formatBase64url(sha256.digest()), parts };
}

function headerOf(block: Uint8Array, at: number) {
  try {
    return parseTarHeader(block);
  } catch (cause) {
    if (isForeignTarHeader(block)) throw repacked(cause);
    throw new LetterError("bag", `the bag cannot be read: the header of a file is damaged, at byte ${at}`, { cause });
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function repacked(cause?: unknown): LetterError {
  return new LetterError(
    "repacked",
    "another program has packed this bag again: its files may be whole, but it is not the file that was handed over, and not the one of which the ledger has the digest. Take the .tar file as you received it. To check what is in such a public bag, unpack it and name the folder to npm run verify",
    { cause },
  );
}
