import { LetterError } from "../../letter/bytes/error.ts";
import { type Read, textOf } from "../../letter/bytes/read.ts";
import { BAG_DECLARATION, formatOxum, type Manifest, parseBagInfo, parseManifest } from "../../letter/handover/bag.ts";

/** A file of a bag that differs from its manifest or is missing. */
export type BagProblem = { readonly path: string; readonly reason: string };

/** A file of a bag as it was found; SHA-512 in hexadecimal, size in bytes. */
export type FoundFile = { readonly size: number; readonly sha512: string };

/** A file of a bag that its manifest does not name. */
export type Unlisted = { readonly path: string; readonly manifest: string };

/** The folder of a bag's payload. */
export const DATA = "data/";

/**
 * Compares the files of a bag with its two manifests, and with the number and size that it states (RFC 8493 §3).
 *
 * @param files every file, by its path from the top of the bag
 * @returns `unlisted`: files that are in no manifest, and the manifest that would have to name them
 * @throws LetterError `bag` when the bag does not say what belongs to it, naming the file
 */
export async function checkBag(
  files: ReadonlyMap<string, FoundFile>,
  read: Read,
): Promise<{ info: ReadonlyMap<string, string>; problems: BagProblem[]; unlisted: Unlisted[] }> {
  const text = async (path: string) => {
    const bytes = await read(path);
    if (bytes === undefined) throw brokenBag(`${path} is missing`);
    return textOf(path, bytes);
  };
  if ((await text("bagit.txt")) !== BAG_DECLARATION) throw brokenBag("bagit.txt is not that of a bag of version 1.0");
  const problems: BagProblem[] = [];
  const unlisted: Unlisted[] = [];
  for (const [name, belongs] of MANIFESTS) {
    const manifest = parseManifest(await text(name), name);
    problems.push(...compare(files, name, manifest));
    for (const path of files.keys()) if (belongs(path) && !manifest.has(path)) unlisted.push({ path, manifest: name });
  }
  const info = parseBagInfo(await text("bag-info.txt"));
  const data = [...files].filter(([path]) => path.startsWith(DATA));
  const bytes = data.reduce((total, [, { size }]) => total + size, 0);
  if (info.get("Payload-Oxum") !== formatOxum(bytes, data.length))
    problems.push({ path: "bag-info.txt", reason: "number or size of the files is another than it says" });
  return { info, problems, unlisted };
}

const MANIFESTS: [name: string, belongs: (path: string) => boolean][] = [
  ["tagmanifest-sha512.txt", (path) => !path.startsWith(DATA) && path !== "tagmanifest-sha512.txt"],
  ["manifest-sha512.txt", (path) => path.startsWith(DATA)],
];

/** Compares files with a manifest. Every problem names the manifest too, because that may be the damaged file. */
function* compare(files: ReadonlyMap<string, FoundFile>, name: string, manifest: Manifest): Generator<BagProblem> {
  for (const [path, digest] of manifest) {
    const file = files.get(path);
    if (!file) yield { path, reason: `is missing, but ${name} names it` };
    else if (file.sha512 !== digest) yield { path, reason: `was changed: ${name} has another digest of it` };
  }
}

export function brokenBag(reason: string): LetterError {
  return new LetterError("bag", `the bag cannot be read: ${reason}`);
}
