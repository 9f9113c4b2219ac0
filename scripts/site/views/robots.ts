import type { SiteContext } from "./context.ts";

/** What search engines may do with the content of an address. */
export type Robots = "index" | "noindex" | "noindex,noarchive";

/** The letter and the pages that explain it, below `/{lang}/`. */
const TO_BE_FOUND: ReadonlySet<string> = new Set([
  "",
  "how/",
  "press/",
  "privacy/",
  "safety/",
  "support/",
  "updates/",
  "verify/",
]);
/** The places with names: the pages of the list below `/{lang}/`, and its files. */
const PAGES_WITH_NAMES = /^signatures\//;
const FILES_WITH_NAMES = "/list/";

/**
 * Decides what search engines may do with a path. The letter and the pages that explain it may be indexed. Pages and
 * files with names may be neither indexed nor archived, so that a search for a name does not lead to a signature.
 * Nothing else is worth indexing.
 *
 * A page states the rule in its head. The form service also states it in a header, for files too (`robotsHeader`).
 * Archivers and collectors of text heed neither, but most heed `robots.txt`, which keeps them from all names.
 *
 * @param path the path of an address, without the folder in which the site may be
 */
export function robotsAt(path: string): Robots {
  if (path.startsWith(FILES_WITH_NAMES)) return "noindex,noarchive";
  const below = /^\/[a-z]{2,3}\/(.*)$/.exec(path)?.[1];
  if (below === undefined) return "noindex";
  if (PAGES_WITH_NAMES.test(below)) return "noindex,noarchive";
  return TO_BE_FOUND.has(below) ? "index" : "noindex";
}

/** Returns the rule as a header. Only a successful response may be indexed. */
export function robotsHeader(path: string, status: number): Readonly<Record<string, string>> {
  const rule = robotsAt(path);
  if (rule === "index") return status < 400 ? {} : { "X-Robots-Tag": "noindex" };
  return { "X-Robots-Tag": rule };
}

/** Formats `/robots.txt`: no program is to fetch what holds names, whether it is a search engine or an archive. */
export function robotsTxt({ publicUrl, campaign }: Pick<SiteContext, "publicUrl" | "campaign">): string {
  const folder = new URL(publicUrl).pathname.replace(/\/$/, "");
  const paths = [FILES_WITH_NAMES, ...campaign.languages.map((lang) => `/${lang}/signatures/`)];
  return `# Names are for people to read.
User-agent: *
${paths.map((path) => `Disallow: ${folder}${path}\n`).join("")}`;
}
