import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { BAG_DECLARATION, formatOxum, type Manifest, parseBagInfo, parseManifest } from "../letter/bag.ts";
import { formatBase64url } from "../letter/base64url.ts";
import { LetterError } from "../letter/error.ts";
import type { Read } from "../letter/published-file.ts";
import { parseTarHeader, TAR_BLOCK, TAR_END, tarPadding } from "../letter/tar.ts";
import { decodeText } from "./git-object.ts";

/** One file of a bag that is not what its manifest says, or not there. */
export type BagProblem = { readonly path: string; readonly reason: string };

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

/**
 * Reads a bag in the one form that `writeBag` gives it, and compares every file with its manifest.
 *
 * A file that is damaged, missing, or in no manifest is a problem of the bag; the others can be read all the same.
 *
 * @param progress is told the bytes read so far and the size
 * @throws LetterError `bag` when a bag cannot be read at all, naming the place
 */
export async function openBag(file: string, progress: (done: number, size: number) => void = () => {}): Promise<Bag> {
  const handle = await open(file).catch((cause) => {
    throw new LetterError("bag", "there is no such bag, or it cannot be read: name the .tar file", { cause });
  });
  try {
    const found = await readThrough(handle, progress);
    const read = async (path: string) => {
      const part = found.parts.get(path);
      return part === undefined ? undefined : await readAt(handle, part.offset, part.size);
    };
    const checked = await check(found.parts, read);
    const paths = [...found.parts.keys()]
      .filter((path) => path.startsWith(DATA))
      .map((path) => path.slice(DATA.length));
    return { ...found, ...checked, paths, read: (path) => read(DATA + path), close: () => handle.close() };
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

const DATA = "data/";
const CHUNK = 2 ** 20;

/** Where a file stands in the tar, and its digest as found. */
type Part = { readonly offset: number; readonly size: number; readonly sha512: string; readonly padded: boolean };

type Found = { name: string; digest: string; parts: Map<string, Part> };

async function readThrough(handle: FileHandle, progress: (done: number, size: number) => void): Promise<Found> {
  const { size: whole } = await handle.stat();
  const sha256 = createHash("sha256");
  const parts = new Map<string, Part>();
  const [names, days] = [new Set<string>(), new Set<string>()];
  let at = 0;
  const take = async (length: number) => {
    if (at + length > whole) throw broken(`the file ends too early, at byte ${whole}`);
    const bytes = await readAt(handle, at, length);
    sha256.update(bytes);
    at += length;
    return bytes;
  };
  while (at < whole - TAR_END.length) {
    const start = at;
    const { path, size, day } = headerOf(await take(TAR_BLOCK), start);
    const [name = "", ...rest] = path.split("/");
    names.add(name);
    days.add(day);
    const inner = rest.join("/");
    if (parts.has(inner)) throw broken(`${inner} stands in it twice`);
    const sha512 = createHash("sha512");
    const offset = at;
    for (let left = size; left > 0; left -= Math.min(left, CHUNK)) sha512.update(await take(Math.min(left, CHUNK)));
    const padded = (await take(tarPadding(size))).every((byte) => byte === 0);
    parts.set(inner, { offset, size, sha512: sha512.digest("hex"), padded });
    progress(at, whole);
  }
  const end = await take(whole - at);
  if (end.length !== TAR_END.length || end.some((byte) => byte !== 0))
    throw broken(`the end is damaged, at byte ${whole - TAR_END.length}`);
  if (names.size !== 1 || days.size !== 1) throw broken("its files lie in different folders or are of different days");
  progress(whole, whole);
  return { name: [...names][0]!, digest: formatBase64url(sha256.digest()), parts };
}

function headerOf(block: Uint8Array, at: number) {
  try {
    return parseTarHeader(block);
  } catch (cause) {
    throw new LetterError("bag", `the bag cannot be read: the header of a file is damaged, at byte ${at}`, { cause });
  }
}

async function check(parts: ReadonlyMap<string, Part>, read: Read): Promise<Pick<Bag, "info" | "problems">> {
  const text = async (path: string) => {
    const bytes = await read(path);
    if (bytes === undefined) throw broken(`${path} is missing`);
    return decodeText(bytes, path);
  };
  if ((await text("bagit.txt")) !== BAG_DECLARATION) throw broken("bagit.txt is not that of a bag of version 1.0");
  const payload = parseManifest(await text("manifest-sha512.txt"), "manifest-sha512.txt");
  const tags = parseManifest(await text("tagmanifest-sha512.txt"), "tagmanifest-sha512.txt");
  const problems = [...compare(parts, tags, (path) => !path.startsWith(DATA) && path !== "tagmanifest-sha512.txt")];
  problems.push(...compare(parts, payload, (path) => path.startsWith(DATA)));
  for (const [path, { padded }] of parts)
    if (!padded) problems.push({ path, reason: "behind it stands what does not belong there" });
  const info = parseBagInfo(await text("bag-info.txt"));
  const data = [...parts].filter(([path]) => path.startsWith(DATA));
  const bytes = data.reduce((total, [, { size }]) => total + size, 0);
  if (info.get("Payload-Oxum") !== formatOxum(bytes, data.length))
    problems.push({ path: "bag-info.txt", reason: "number or size of the files is another than it says" });
  return { info, problems };
}

function* compare(
  parts: ReadonlyMap<string, Part>,
  manifest: Manifest,
  belongs: (path: string) => boolean,
): Generator<BagProblem> {
  for (const [path, digest] of manifest) {
    const part = parts.get(path);
    if (!part) yield { path, reason: "is missing" };
    else if (part.sha512 !== digest) yield { path, reason: "was changed: its digest is another" };
  }
  for (const path of parts.keys())
    if (belongs(path) && !manifest.has(path)) yield { path, reason: "is in no manifest" };
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw broken(`the file ends too early, at byte ${offset + done}`);
    done += bytesRead;
  }
  return bytes;
}

function broken(reason: string): LetterError {
  return new LetterError("bag", `the bag cannot be read: ${reason}`);
}
