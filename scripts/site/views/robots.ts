import type { SiteContext } from "./context.ts";

/** What search engines may do with what stands at an address. */
export type Robots = "index" | "noindex" | "noindex,noarchive";

/** What explains the letter and itself, below `/{lang}/`. */
const TO_BE_FOUND: ReadonlySet<string> = new Set(["", "how/", "privacy/", "support/", "verify/"]);
/** Where names stand: the pages of the list below `/{lang}/`, and its files. */
const PAGES_WITH_NAMES = /^signatures\//;
const FILES_WITH_NAMES = "/list/";

/**
 * The one rule of what search engines may see. The letter and what explains it is to be found; where names stand nothing
 * is listed or kept, so that a search for a name does not lead to a signature; all else has nothing to say there.
 *
 * A page says it of itself; where the form service answers, a header says it, of files too (`robotsHeader`); and since a
 * host of static files sends no such header, `robots.txt` keeps programs from files with names altogether.
 *
 * @param path of an address, without the folder in which the site may lie
 */
export function robotsAt(path: string): Robots {
  if (path.startsWith(FILES_WITH_NAMES)) return "noindex,noarchive";
  const below = /^\/[a-z]{2,3}\/(.*)$/.exec(path)?.[1];
  if (below === undefined) return "noindex";
  if (PAGES_WITH_NAMES.test(below)) return "noindex,noarchive";
  return TO_BE_FOUND.has(below) ? "index" : "noindex";
}

/** The same for whoever reads headers; only what was found may be listed. */
export function robotsHeader(path: string, status: number): Readonly<Record<string, string>> {
  const rule = robotsAt(path);
  if (rule === "index") return status < 400 ? {} : { "X-Robots-Tag": "noindex" };
  return { "X-Robots-Tag": rule };
}

/**
 * `/robots.txt`. Pages are not named in it: what a program may not fetch it cannot read, and it would not find that the
 * page must not be listed.
 */
export function robotsTxt({ publicUrl }: Pick<SiteContext, "publicUrl">): string {
  const folder = new URL(publicUrl).pathname.replace(/\/$/, "");
  return `# Names are for people to read. Pages say of themselves what may be listed; files cannot.
User-agent: *
Disallow: ${folder}${FILES_WITH_NAMES}
`;
}
