/** For whom a change matters, by the area that its commit names before the colon. Every other area is for developers. */
const READERS = {
  "People who sign": [
    "content",
    "form-service",
    "onion",
    "page",
    "pages",
    "share",
    "sign",
    "site",
    "tor",
    "withdrawal",
  ],
  Moderators: ["accept", "moderate", "moderating", "moderation", "review", "sheet", "sheets"],
  Organisers: ["doctor", "edition", "erase", "github", "organising", "publish", "rehearse", "requests", "setup"],
  "Who keeps the host": [
    ...["backup", "clock", "database", "filing", "hosting", "limits", "mail", "mirror", "operating", "operations"],
    ...["restore", "start", "store"],
  ],
  "Who receives the signatures": ["handover", "purge", "recipient", "retention"],
  "Who checks the count": ["ledger", "letter", "signatures", "verify", "witness"],
} as const satisfies Record<string, readonly string[]>;

const DEVELOPERS = "Developers";

/** The first line of every changelog. */
export const CHANGELOG_HEAD = "# What changed\n";

/**
 * Formats the part of the changelog for one version: what changed for each kind of reader, in the words of the commits.
 *
 * @param subjects first lines of commits, `area: what changes`, the newest first; merges are left out before
 */
export function changelogPart(version: string, day: string, subjects: readonly string[]): string {
  const changes = subjects.map((subject) => {
    const [, area = "", what = subject] = /^([^:]+): (.+)$/s.exec(subject) ?? [];
    return { reader: readerOf(area), line: what };
  });
  const byReader = Map.groupBy(changes, ({ reader }) => reader);
  const parts = [...Object.keys(READERS), DEVELOPERS].flatMap((reader) => {
    const lines = [...new Set(byReader.get(reader)?.map(({ line }) => `- ${line}`))];
    return lines.length > 0 ? [`### ${reader}\n\n${lines.join("\n")}\n`] : [];
  });
  return [`## ${version}, ${day}\n`, ...(parts.length > 0 ? parts : ["Nothing.\n"])].join("\n");
}

/** Puts the part of a new version before those of the earlier ones. */
export function withPart(changelog: string, part: string): string {
  const earlier = changelog.startsWith(CHANGELOG_HEAD) ? changelog.slice(CHANGELOG_HEAD.length) : `\n${changelog}`;
  return `${CHANGELOG_HEAD}\n${part}${earlier.trim() === "" ? "" : earlier}`;
}

function readerOf(area: string): string {
  const [first = ""] = area.split(/[\s,/]+/);
  return Object.entries(READERS).find(([, areas]) => (areas as readonly string[]).includes(first))?.[0] ?? DEVELOPERS;
}
