import { constants, existsSync, readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import type { Read } from "../letter/bytes/read.ts";
import { listShardName } from "../letter/signature/list.ts";
import { onionOrigin } from "../letter/text/onion.ts";
import type { BagProblem } from "./bag/check.ts";
import { checkBagFolder } from "./bag/folder.ts";
import { openBag } from "./bag/reader.ts";
import type { Get } from "./tor/socks.ts";

/**
 * Reads what a campaign published: a site in a folder or at an http(s) address, or a public bag, as a folder or as its
 * tar file. In a bag the files of the site are below `data/`, and none is read before all of them have been compared
 * with their manifest.
 *
 * @param passOver is called with each file in the folder of a bag that is not part of it and does no harm
 * @param get asks an address; over Tor, see `getOverSocks`
 * @param until when it is aborted, nothing more is read: requests on their way are given up, a bag is closed
 * @throws LetterError `published` when there is nothing of that name, or it is reached only over Tor
 */
export function openPublished(
  place: string,
  passOver: (path: string) => void = () => {},
  get?: Get,
  until?: AbortSignal,
): Read {
  if (isAddress(place)) {
    const base = new URL(place.endsWith("/") ? place : `${place}/`);
    if (get === undefined && onionOrigin(base.host) !== undefined)
      throw new LetterError(
        "published",
        "an onion address is reached over Tor: add --socks 127.0.0.1:9050 (Tor) or 127.0.0.1:9150 (Tor Browser)",
      );
    return fewAtOnce(readFrom(base, get ?? ((url, signal) => fetch(url, { signal })), until));
  }
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isFile()) return readFromBag(place, until);
  if (!found)
    throw new LetterError(
      "published",
      "there is no such folder or file: name a built site, such as .data/site, a public bag, or an address",
    );
  if (existsSync(join(place, "bagit.txt"))) return readFromUnpacked(place, passOver);
  return (path) => readFromFolder(place, path);
}

/**
 * Reads a list that somebody kept: from a copy of the site or a public bag, or from a folder that has only its files.
 *
 * @throws LetterError `published` when there is nothing of that name
 */
export function openKeptList(place: string): Read {
  if (!isAddress(place) && !existsSync(place))
    throw new LetterError("published", "--list: there is no such folder or file: name the folder with the list");
  const read = openPublished(place);
  if (!existsSync(join(place, listShardName(0)))) return read;
  return (path) => readFromFolder(place, path.replace(/^list\//, ""));
}

/** Reads a checkpoint or a receipt that somebody kept. @throws LetterError `kept` */
export function readKeptFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LetterError("kept", `--since ${file}: the file cannot be read`, { cause });
  }
}

function isAddress(place: string): boolean {
  return /^https?:\/\//.test(place);
}

/** Reads a bag without unpacking it. */
function readFromBag(file: string, until?: AbortSignal): Read {
  const bag = openBag(file);
  // The first read reports what is wrong with the bag. Until then the rejection must not count as unhandled.
  bag.catch(() => {});
  until?.addEventListener("abort", () => bag.then(({ close }) => close()).catch(() => {}));
  return async (path) => {
    const { problems, info, read } = await bag;
    assertWhole(problems);
    if (info.has("Public-Bag-Digest"))
      throw new LetterError(
        "published",
        "this is a contacts bag: name the public bag, whose name begins with handover-",
      );
    return read(path);
  };
}

function readFromUnpacked(folder: string, passOver: (path: string) => void): Read {
  const checked = checkBagFolder(folder).then(({ problems, passedOver }) => {
    passedOver.forEach(passOver);
    return problems;
  });
  checked.catch(() => {});
  return async (path) => {
    assertWhole(await checked);
    return readFromFolder(join(folder, "data"), path);
  };
}

function assertWhole([problem]: readonly BagProblem[]): void {
  if (problem) throw new LetterError("published", `${problem.path} ${problem.reason}`);
}

/** Bytes of the longest file that is read. A shard of the longest names has 200,000. */
const FILE_BYTES = 4 * 2 ** 20;

async function readFromFolder(folder: string, path: string): Promise<Uint8Array | undefined> {
  try {
    // Open without blocking: opening a pipe without a writer would never return.
    const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (found.isDirectory()) return undefined;
      if (!found.isFile()) throw new LetterError("published", `${path} is not a file`);
      if (found.size > FILE_BYTES) throw tooLong(path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof LetterError) throw cause;
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LetterError("published", `${path} cannot be read`, { cause });
  }
}

/** Reads an answer up to a limit: a hostile site can send without end, or decompress to more than fits into memory. */
export async function readBody(answer: Response, path: string, most = FILE_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > most) throw tooLong(path, most);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLong(path: string, most = FILE_BYTES): LetterError {
  return new LetterError("published", `${path} has more than ${most} bytes`);
}

/** A site that redirects its readers to another one would be judged by what the other publishes. */
function assertSameSite(answer: Response, base: URL, path: string): void {
  const { host, protocol } = new URL(answer.url);
  if (host !== base.host || (protocol !== base.protocol && protocol !== "https:")) {
    throw new LetterError(
      "published",
      `${path}: the site sends its readers to another address: check that one instead`,
    );
  }
}

const FETCH_ATTEMPTS = 3;

/** Files that are asked of a site at once. More would be a burden to it, and a circuit of Tor carries no more. */
const ASKED_AT_ONCE = 8;

/** Lets a few reads through at once; the others wait in their order. */
function fewAtOnce(read: Read): Read {
  const waiting: (() => void)[] = [];
  let asked = 0;
  return async (path) => {
    if (asked === ASKED_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
    else asked++;
    try {
      return await read(path);
    } finally {
      // The place goes to the next in line, or is free.
      const next = waiting.shift();
      if (next) next();
      else asked--;
    }
  };
}

/** Each file is fetched whole: one that breaks off is asked for again from its first byte, three times at most. */
function readFrom(base: URL, get: Get, until?: AbortSignal): Read {
  return async (path) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const place = new URL(path.replace(/(^|\/)index\.html$/, "$1"), base);
        const late = AbortSignal.timeout(30_000);
        const answer = await get(place, until ? AbortSignal.any([late, until]) : late);
        assertSameSite(answer, base, path);
        if (answer.ok) return await readBody(answer, path);
        if (answer.status === 404 || answer.status === 410) {
          // What people copy is the address of the page that they see.
          if (path === "ledger/checkpoint" && base.pathname !== "/")
            throw new LetterError(
              "published",
              `${path} is missing: name the address of the site without the page, such as ${base.origin}/`,
            );
          return undefined;
        }
        if (answer.status < 500 || attempt === FETCH_ATTEMPTS)
          throw new LetterError("published", `${path}: the site answers with status ${answer.status}`);
      } catch (cause) {
        // A circuit may break, and the next try takes another.
        const again = cause instanceof LetterError && cause.code === "socks" && attempt < FETCH_ATTEMPTS;
        if (cause instanceof LetterError && !again) throw cause;
        if (attempt === FETCH_ATTEMPTS || until?.aborted)
          throw new LetterError("published", `${path} cannot be fetched: is the address right, and are you online?`, {
            cause,
          });
      }
      await new Promise((wake) => setTimeout(wake, 500 * attempt));
    }
  };
}
