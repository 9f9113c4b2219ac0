import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Source } from "../source.ts";
import { importsOf } from "../syntax.ts";

const rooms = ["letter", "outside", "accept", "handover", "form-service", "actions", "site", "cli"] as const;
type Room = (typeof rooms)[number];

/** Which rooms a room may import besides itself. `views` are those of the site, which the others show too. */
export const arrows: Readonly<Record<Room, readonly (Room | "views")[]>> = {
  letter: [],
  outside: ["letter"],
  accept: ["letter", "outside", "views"],
  handover: ["letter", "outside", "accept", "views"],
  "form-service": ["letter", "outside", "views"],
  actions: ["letter", "outside", "accept", "handover", "views"],
  site: ["letter", "outside", "views"],
  cli: ["letter", "outside", "accept", "handover", "form-service", "actions", "site", "views"],
};

/** The floors of a room, the lowest first: a file imports from its own floor and from those below. */
const floors: Readonly<Record<string, readonly string[]>> = {
  letter: ["bytes", "text", "ledger", "signature", "handover", "review", "published"],
  outside: ["programs", "git", "github", "github/setup", "database", "bag", "mail", "seal"],
  handover: ["since", "opened"],
  "form-service": ["store", "limits", "signing", "mail", "filing", "web"],
  site: ["views", "views/drawn", "views/pages"],
};

/** Files that a folder holds at most; one with more wants rooms of its own. */
const MOST_FILES = 24;

/** Lines that an entry has at most: it reads arguments, opens what is needed, calls a function and prints. */
const MOST_LINES = 60;

// A catch-all name says nothing about the noun that lives in the file.
const emptyNames = /^(utils?|helpers?|types?|index|common|misc)$/;

/**
 * What is wrong with the imports of one source, as `PATH:LINE: rule`.
 *
 * @param packages names under `dependencies`; what runs in production may import no other package.
 */
export function checkImports(source: Source, packages: readonly string[]): string[] {
  const room = roomOf(source.path);
  if (room === undefined) return [`${source.path}: lies in no room of scripts/`];
  return importsOf(source).flatMap(({ name, line, typeOnly }) => {
    const wrong = wrongArrow(source.path, room, name) ?? (typeOnly ? undefined : unlisted(name, packages));
    return wrong === undefined ? [] : [`${source.path}:${line}: ${wrong}`];
  });
}

/** Whether a part of a path is a name for anything and nothing. */
export function checkPath(path: string): string[] {
  const parts = path.split("/").map((part) => part.replace(/\..*$/, ""));
  return parts.filter((part) => emptyNames.test(part)).map((part) => `${path}: "${part}" names no noun`);
}

/** The folders with too many files. */
export function checkFolders(sources: readonly Source[]): string[] {
  return [...Map.groupBy(sources, ({ path }) => posix.dirname(path))]
    .filter(([, files]) => files.length > MOST_FILES)
    .map(
      ([folder, { length }]) => `${folder}/ has ${length} files: give those that belong together a folder of their own`,
    );
}

/** The entries of commands and workflows that are too long. What starts a service, in a folder of its own, may be longer. */
export function checkEntries(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => ["scripts/cli", "scripts/actions"].includes(posix.dirname(path)))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines: its rules belong in the room of what they are about`);
}

/** The files that form a circle of imports, each circle once as `A → B → A`; types count, since a reader follows them. */
export function findCircles(sources: readonly Source[]): string[] {
  return circlesAmong(importsAmong(sources));
}

/** The folders that form a circle; a file beside folders counts as one. */
export function findCirclesOfRooms(sources: readonly Source[]): string[] {
  const folders = new Set(sources.map(({ path }) => posix.dirname(path)));
  const parents = new Set([...folders].map((folder) => posix.dirname(folder)));
  const placeOf = (path: string) => (parents.has(posix.dirname(path)) ? path : posix.dirname(path));
  const among = new Map<string, Set<string>>();
  for (const [path, targets] of importsAmong(sources)) {
    const place = placeOf(path);
    const others = targets.map(placeOf).filter((target) => target !== place);
    among.set(place, new Set([...(among.get(place) ?? []), ...others]));
  }
  return circlesAmong(among);
}

function importsAmong(sources: readonly Source[]): Map<string, string[]> {
  return new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ name }) =>
        name?.startsWith(".") ? [posix.join(posix.dirname(source.path), name)] : [],
      ),
    ]),
  );
}

function circlesAmong(targets: ReadonlyMap<string, Iterable<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.push([...way.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) follow(target, [...way, path]);
    done.add(path);
  };
  for (const path of targets.keys()) follow(path, []);
  return found;
}

function roomOf(path: string): Room | "views" | undefined {
  // Eleventy's configuration and its layouts are the site's outer wall.
  if (path === ".eleventy.js" || path.startsWith("content/")) return "site";
  if (/^scripts\/site\/views(\/|\.ts$)/.test(path)) return "views";
  const [top, room, file] = path.split("/");
  return top === "scripts" && file !== undefined ? rooms.find((known) => known === room) : undefined;
}

function wrongArrow(path: string, from: Room | "views", name: string | undefined): string | undefined {
  if (name === undefined) return "imports what only running it would tell";
  if (!name.startsWith(".")) return undefined;
  const target = posix.join(posix.dirname(path), name);
  const to = roomOf(target);
  if (to === undefined) return `imports ${target}, which lies in no room of scripts/`;
  const home = from === "views" ? "site" : from;
  if (to !== home && !arrows[home].includes(to)) {
    const below = arrows[home].join(", ") || "nothing";
    return `${home} may not import ${to} (${target}). It may import ${below}: what both need belongs there, or is handed in`;
  }
  const [own, other] = [floorOf(path), floorOf(target)];
  if (own === undefined || other === undefined || own.room !== other.room || own.level >= other.level) return undefined;
  return `${own.name} may not import ${other.name} (${target}), which lies above it: what both need belongs in ${own.name} or below`;
}

/** The floor on which a file of a room is; undefined for a file beside the floors. */
function floorOf(path: string): { room: string; name: string; level: number } | undefined {
  const folder = posix.dirname(path).replace("scripts/", "");
  for (const [room, names] of Object.entries(floors)) {
    const level = names.indexOf(folder.replace(`${room}/`, ""));
    if (level >= 0 && folder.startsWith(`${room}/`)) return { room, name: folder, level };
  }
  return undefined;
}

function unlisted(name: string | undefined, packages: readonly string[]): string | undefined {
  if (name === undefined || name.startsWith(".") || isBuiltin(name)) return undefined;
  const parts = name.split("/");
  const wanted = name.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
  return packages.some((known) => known === wanted) ? undefined : `${wanted} is not under "dependencies"`;
}
