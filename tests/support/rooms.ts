import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { importsOf, type Source } from "./source.ts";

const rooms = ["letter", "outside", "form-service", "actions", "site", "cli"] as const;
type Room = (typeof rooms)[number];

/** Which rooms a room may import besides itself. `views` are those of the site, which the service answers with too. */
const arrows: Record<Room, readonly (Room | "views")[]> = {
  letter: [],
  outside: ["letter"],
  "form-service": ["letter", "outside", "views"],
  actions: ["letter", "outside", "views"],
  site: ["letter", "outside", "views"],
  cli: ["letter", "outside", "form-service", "actions", "site", "views"],
};

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

/** The files that stand in a circle of imports, each circle once as `A → B → A`; types count, for whoever reads follows them. */
export function findCircles(sources: readonly Source[]): string[] {
  const found: string[] = [];
  const targets = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ name }) =>
        name?.startsWith(".") ? [posix.join(posix.dirname(source.path), name)] : [],
      ),
    ]),
  );
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
  return to === home || arrows[home].includes(to) ? undefined : `${home} may not import ${to} (${target})`;
}

function unlisted(name: string | undefined, packages: readonly string[]): string | undefined {
  if (name === undefined || name.startsWith(".") || isBuiltin(name)) return undefined;
  const parts = name.split("/");
  const wanted = name.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
  return packages.some((known) => known === wanted) ? undefined : `${wanted} is not under "dependencies"`;
}
