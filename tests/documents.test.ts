import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { arrows } from "./support/project/rooms.ts";
import { root } from "./support/source.ts";

/** A document of the project, its path from the root. */
type Document = { readonly path: string; readonly text: string };

const FOLDERS = ["scripts", "tests", "content", ".github", "signatures"];
const entries = FOLDERS.flatMap((folder) => {
  const below = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return [folder, ...below.map((path) => `${folder}/${path.replaceAll("\\", "/")}`)];
});
const documents = [
  "README.md",
  "signatures/README.md",
  ...markdownIn(".github"),
  ...markdownIn(".github/decisions"),
  // The table of retention is made by a test of its own, which names functions beside paths.
  ...markdownIn(".github/data-protection").filter((path) => !path.endsWith("/retention.md")),
].map((path): Document => ({ path, text: readFileSync(join(root, path), "utf8") }));

const formats = documents.find(({ path }) => path === "signatures/README.md")?.text ?? "";
const recordFolders = new Set([...formats.matchAll(/^\| `(\w+)\//gm)].map(([, folder]) => folder ?? ""));

describe("the documents", () => {
  it("name only paths that exist", () => {
    expect(documents.flatMap((document) => missingPaths(document, entries))).toEqual([]);
  });

  it("link only to files that exist", () => {
    expect(documents.flatMap(brokenLinks)).toEqual([]);
  });

  it("list the rooms with what they may import", () => {
    const text = documents.find(({ path }) => path === ".github/CONTRIBUTING.md")?.text ?? "";
    const listed = [...text.matchAll(/^\| `scripts\/([\w-]+)\/` \| .+ \| (.+) \|$/gm)].map(([, room, may]) => [
      room,
      may,
    ]);
    const rules = Object.entries(arrows).map(([room, others]) => {
      const besides = others.filter((other) => !(room === "site" && other === "views"));
      return [room, { 0: "nothing", 8: "all of them" }[besides.length] ?? besides.join(", ")];
    });
    expect(listed).toEqual(rules);
  });

  it("start the service under systemd as npm start does", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { start: string } };
    const unit = readFileSync(join(root, ".github/operations/server/undersigned.service"), "utf8");
    expect(/^ExecStart=\S+\/(node .+)$/m.exec(unit)?.[1]).toBe(scripts.start.replace("exec ", ""));
  });

  it("explain the words in the order of the alphabet, each once", () => {
    const text = documents.find(({ path }) => path === ".github/GLOSSARY.md")?.text ?? "";
    const words = [...text.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, word]) => word ?? "");
    expect(words.length).toBeGreaterThan(20);
    expect(words).toEqual([...new Set(words)].toSorted((a, b) => a.localeCompare(b, "en")));
  });
});

describe("the check of paths", () => {
  const existing = ["scripts", "scripts/cli", "scripts/cli/start.ts", "content/en/how.md", "signatures/pending"];
  const check = (text: string) => missingPaths({ path: "README.md", text }, existing);

  it.each([
    "`scripts/cli/stop.ts`",
    "`scripts/clj/`",
    "`scripts/cli/*.md`",
    "`content/LANG/who.md`",
    "`signatures/waiting/SHEET.md`",
    "`node scripts/cli/stop.ts`",
  ])("refuses %s", (text) => {
    expect(check(text)).toHaveLength(1);
  });

  it.each([
    "`scripts/cli/start.ts`",
    "`scripts/cli/`",
    "`scripts/*/start.ts`",
    "`content/LANG/how.md`",
    "`signatures/pending/SHEET.md`",
    "`signatures/pending/*`",
    "`node scripts/cli/start.ts`",
    "scripts/cli/stop.ts",
    "```sh\nnode `scripts/cli/stop.ts`\n```",
    "`manuscripts/cli/stop.ts`",
  ])("lets pass %s", (text) => {
    expect(check(text)).toEqual([]);
  });
});

describe("the check of links", () => {
  const check = (text: string) => brokenLinks({ path: ".github/operating.md", text });

  it.each(["[x](nowhere.md)", "[x](.github/operating.md)", "[x](../readme-of-nobody.md#here)"])(
    "refuses %s",
    (text) => {
      expect(check(text)).toHaveLength(1);
    },
  );

  it.each(["[x](apps.md)", "[x](../README.md#commands)", "[x](#tls)", "[x](https://example.org/nowhere.md)"])(
    "lets pass %s",
    (text) => {
      expect(check(text)).toEqual([]);
    },
  );
});

function markdownIn(folder: string): string[] {
  const files = readdirSync(join(root, folder));
  return files.filter((file) => file.endsWith(".md")).map((file) => `${folder}/${file}`);
}

/**
 * The paths in code marks that lead nowhere, as `DOCUMENT: PATH`. A `*`, and a word in capitals such as LANG, stands for any
 * part of a name, of which one must exist. The record is empty in a fresh clone: `signatures/README.md` must know its folder.
 */
function missingPaths({ path, text }: Document, existing: readonly string[]): string[] {
  const inMarks = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => code.split(/[\s,]+/));
  const named = inMarks.filter((word) => FOLDERS.some((folder) => word.startsWith(`${folder}/`)));
  const exists = (name: string) => {
    // A place may name a function too: `scripts/….ts:forget`.
    const wanted = name.replace(/\/$/, "").replace(/(?<=\.ts):.*$/, "");
    if (existing.includes(wanted) || recordFolders.has(/^signatures\/(\w+)/.exec(wanted)?.[1] ?? "")) return true;
    const parts = wanted.split(/\*+|\b[A-Z]{2,}\b/);
    const pattern = new RegExp(`^${parts.map((part) => part.replace(/\W/g, "\\$&")).join("[^/]*")}$`);
    return parts.length > 1 && existing.some((one) => pattern.test(one));
  };
  return [...new Set(named)].filter((name) => !exists(name)).map((name) => `${path}: ${name}`);
}

/** The relative links that lead nowhere, as `DOCUMENT: TARGET`. */
function brokenLinks({ path, text }: Document): string[] {
  const targets = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^(#|[a-z][a-z0-9+.-]*:)/i.test(target))
    .filter((target) => !existsSync(join(root, posix.join(posix.dirname(path), target.replace(/#.*$/, "")))))
    .map((target) => `${path}: ${target}`);
}

/** The text without its blocks of code, which show commands and formats. */
function withoutBlocks(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, "");
}
