import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { type BagProblem, checkBag, DATA, type FoundFile, type Unlisted } from "./check.ts";

/** The result of checking a bag's folder. `passedOver`: files that the operating system left next to the payload. */
export type CheckedFolder = { readonly problems: readonly BagProblem[]; readonly passedOver: readonly string[] };

/**
 * Compares every file of an unpacked bag with its manifest. A link or a device is not a file, wherever it leads.
 *
 * RFC 8493 §3 allows files next to the payload that no manifest names. A person who checks a bag could take one for a
 * part of it, so only those are accepted that operating systems leave in a folder by themselves, and none in the
 * payload.
 *
 * @throws LetterError `bag` when the bag does not say what belongs to it, naming the file
 */
export async function checkBagFolder(folder: string): Promise<CheckedFolder> {
  const files = new Map<string, FoundFile>();
  const folders = new Set<string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).replaceAll(sep, "/");
    if (entry.isDirectory()) folders.add(path);
    else files.set(path, entry.isFile() ? await digestOf(file) : NO_FILE);
  }
  const read = async (path: string) => {
    const found = files.get(path);
    return found === undefined || found === NO_FILE ? undefined : await readFile(join(folder, path));
  };
  const { problems, unlisted } = await checkBag(files, read);
  const leaver = ({ path }: Unlisted) => leftBehindBy(path, (beside) => files.has(beside) || folders.has(beside));
  const isPassedOver = (file: Unlisted) =>
    !file.path.startsWith(DATA) && files.get(file.path) !== NO_FILE && leaver(file) !== undefined;
  const strays = unlisted.filter((file) => !isPassedOver(file)).map((file) => strayFile(file, leaver(file)));
  // A stray file makes number and size wrong too. It is named first, because its message says what to do.
  return { problems: [...strays, ...problems], passedOver: unlisted.filter(isPassedOver).map(({ path }) => path) };
}

function strayFile({ path, manifest }: Unlisted, leaver: string | undefined): BagProblem {
  const reason = leaver
    ? `was left there by ${leaver}: delete it, it is not part of the bag`
    : `is not in ${manifest}, so it is not part of the bag: delete it or move it elsewhere, or unpack the bag again`;
  return { path, reason };
}

/**
 * What left a file in a folder that somebody looked into, by its exact name; undefined for any other file.
 *
 * @param isBeside whether a file or folder of that path is there: macOS keeps in `._NAME` what belongs to NAME
 */
function leftBehindBy(path: string, isBeside: (path: string) => boolean): "macOS" | "Windows" | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === ".DS_Store") return "macOS";
  if (/^(thumbs\.db|desktop\.ini)$/i.test(name)) return "Windows";
  const owner = /^\._([\x20-\x7e]+)$/.exec(name)?.[1];
  return owner !== undefined && isBeside(path.slice(0, -name.length) + owner) ? "macOS" : undefined;
}

const NO_FILE: FoundFile = { size: 0, sha512: "" };

async function digestOf(file: string): Promise<FoundFile> {
  const hash = createHash("sha512");
  let size = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  return { size, sha512: hash.digest("hex") };
}
