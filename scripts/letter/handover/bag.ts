import { LetterError } from "../bytes/error.ts";

/** `bagit.txt` of every bag (RFC 8493 §2.1.1). */
export const BAG_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/** The SHA-512 of each file in hexadecimal, by its path from the top of the bag. */
export type Manifest = ReadonlyMap<string, string>;

/**
 * Formats a manifest that `sha512sum -c` can read (RFC 8493 §2.1.3), ascending by path.
 *
 * ```
 * cf83e135…  data/count.json
 * ```
 */
export function formatManifest(digests: Manifest): string {
  return [...digests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`)
    .join("");
}

/** @throws LetterError `bag` for anything that `formatManifest` does not write */
export function parseManifest(text: string, where: string): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [i, line] of text.split("\n").slice(0, -1).entries()) {
    const match = /^([0-9a-f]{128}) {2}([\x21-\x7e]+)$/.exec(line);
    if (!match) throw new LetterError("bag", `${where}: line ${i + 1} is not a digest and a path`);
    digests.set(match[2]!, match[1]!);
  }
  if (formatManifest(digests) !== text) throw new LetterError("bag", `${where}: the lines are not in their one order`);
  return digests;
}

/** `bag-info.txt` (RFC 8493 §2.2.2): what a bag says about itself. */
export type BagInfo = ReadonlyMap<string, string>;

export function formatBagInfo(info: BagInfo): string {
  return [...info].map(([label, value]) => `${label}: ${value}\n`).join("");
}

/** @throws LetterError `bag` for anything but one label and value per line, each label once */
export function parseBagInfo(text: string): Map<string, string> {
  const info = new Map<string, string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [, label = "", value = ""] = /^([A-Za-z0-9-]+): (\S.*)$/.exec(line) ?? [];
    info.set(label, value);
  }
  if (info.has("") || formatBagInfo(info) !== text)
    throw new LetterError("bag", "bag-info.txt: not labels with values");
  return info;
}

/** Formats `Payload-Oxum`: total bytes and number of the files below `data/`. */
export function formatOxum(bytes: number, files: number): string {
  return `${bytes}.${files}`;
}
