import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";

/** Bytes that GitHub Pages take at most for a site (“GitHub Pages limits” in its documentation). */
const PAGES_LIMIT = 1_000_000_000;

/** What a built site holds. */
export type SiteSize = { readonly files: number; readonly bytes: number };

/** Measures the folder of a built site. */
export function sizeOfSite(folder: string): SiteSize {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = found.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { files: found.length, bytes };
}

/** The size of a site for people: `27 MB in 1,191 files`. */
export function sizeInWords({ files, bytes }: SiteSize): string {
  const megabytes = Math.ceil(bytes / 1e6).toLocaleString("en");
  return `${megabytes} MB in ${files.toLocaleString("en")} files`;
}

/**
 * Says when a site is about to outgrow GitHub Pages.
 *
 * @param listed how many signatures it shows
 * @returns a warning from four fifths of the limit on; undefined before
 * @throws LetterError `published` when it is larger than Pages take, before they are given it
 */
export function roomOnPages(size: SiteSize, listed: number): string | undefined {
  const { bytes } = size;
  if (bytes > PAGES_LIMIT) {
    throw new LetterError(
      "published",
      `the site has ${sizeInWords(size)}, and GitHub Pages take 1 GB: set PUBLISH_TO to artifact and publish on a host of your own (.github/organising.md)`,
    );
  }
  if (bytes < 0.8 * PAGES_LIMIT) return undefined;
  const more = Math.floor((PAGES_LIMIT - bytes) / (bytes / Math.max(1, listed)));
  return `the site has ${sizeInWords(size)}, and GitHub Pages take 1 GB: about ${more.toLocaleString("en")} more signatures fit. Prepare a host of your own now (.github/organising.md)`;
}
