import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatSheet, type SignaturesSheet } from "../../scripts/letter/sheet.ts";
import { edition, invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import type { Repository } from "./repository.ts";
import { root } from "./source.ts";

type HostileFile = {
  path: string;
  bytes?: boolean;
  mode?: string;
  text?: string;
  zeros?: number;
  commit?: string;
  remove?: boolean;
  times?: number;
};

/** A pull request as `tests/vectors/pulls/` describes it. */
export type HostilePull = {
  name: string;
  branch: string;
  title: string;
  base: string;
  files: HostileFile[];
  verdict: string[];
};

export const accepted = sheetOf(100, [invent(100, "name").row, invent(101, "name").row, invent(102, "name").row]);
export const refusedRow = invent(102).row.id;
export const withdrawals = withdrawalsOf(101, [invent(101).row.id]);
/** The sheet that would be good. */
export const good = sheetOf(1, [invent(1, "name").row, invent(2, "hidden").row, invent(3, "initials").row]);

const other = sheetOf(2, [invent(4, "name").row]);
const rowNumber = (shown: string) => good.rows.findIndex((row) => row.shown === shown) + 1;
const mapRows = (change: (row: SignaturesSheet["rows"][0]) => object): SignaturesSheet => ({
  ...good,
  rows: good.rows.map((row) => ({ ...row, ...change(row) })),
});
const only = (number: number) => formatSheet(sheetOf(1, [invent(number, "name").row]));

const texts: Record<string, () => string> = {
  good: () => formatSheet(good),
  accepted: () => formatSheet(accepted),
  list: () => formatSheet(other),
  "accepted-row": () => only(100),
  "withdrawn-row": () => only(101),
  "refused-row": () => only(102),
  "unknown-edition": () => formatSheet({ ...good, edition: Buffer.alloc(32, 9).toString("base64url") }),
  "changed-name": () => formatSheet(mapRows((row) => (row.shown === "name" ? { name: "Maryam Azadi" } : {}))),
  shown: () =>
    formatSheet(
      mapRows((row) =>
        row.shown === "hidden" ? { shown: "name", name: "Maryam Azadi", lang: "en", signed: "2026-11-23" } : {},
      ),
    ),
  "all-changed": () =>
    formatSheet(mapRows(({ contact }) => ({ contact: contact.replace(/^./, (c) => (c === "A" ? "B" : "A")) }))),
  "forged-withdrawals": () => {
    const forged = withdrawalsOf(1, [invent(100).row.id]);
    return formatSheet({ ...forged, rows: forged.rows.map((row) => ({ ...row, attestation: "A".repeat(86) })) });
  },
  "broken-cells": () => formatSheet(mapRows((row) => (row.signed ? { signed: "yesterday" } : {}))),
  "other-inside": () => formatSheet({ ...good, sheet: other.sheet }),
};

/** Every case, ready to be pushed. */
export function readHostilePulls(): HostilePull[] {
  const folder = join(root, "tests/vectors/pulls");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const read = JSON.parse(fill(readFileSync(join(folder, file), "utf8"))) as Partial<HostilePull>;
      const usual = { branch: `pending/${good.sheet}`, title: "Sheet", base: "main", files: [], verdict: [] };
      return { ...usual, ...read, name: file.replace(/\.json$/, "") };
    });
}

function fill(text: string): string {
  return text
    .replaceAll("{sheet}", good.sheet)
    .replaceAll("{SHEET}", good.sheet.toUpperCase())
    .replaceAll("{other}", other.sheet)
    .replaceAll("{accepted}", accepted.sheet)
    .replaceAll("{edition}", edition)
    .replaceAll("{name}", String(rowNumber("name")))
    .replaceAll("{hidden}", String(rowNumber("hidden")));
}

/** Pushes the branch of a case into a bare repository, past git's own checks of names; gives its commit. */
export function pushHostile(repository: Repository, { branch, base, files }: HostilePull): string {
  const env = {
    ...process.env,
    GIT_INDEX_FILE: join(repository.path, "hostile-index"),
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  const git = (input: string | Uint8Array, ...args: string[]) => {
    const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.protectNTFS=false"];
    const all = ["--git-dir", repository.path, ...identity, ...args];
    return execFileSync("git", all, { input, env, encoding: "utf8", maxBuffer: 1 << 28 }).trim();
  };
  const main = repository.git("rev-parse", "main");
  const blobOf = ({ text = "", zeros, commit }: HostileFile) => {
    if (commit !== undefined) return main;
    return git(zeros === undefined ? (texts[text]?.() ?? text) : Buffer.alloc(zeros), "hash-object", "-w", "--stdin");
  };
  git("", "read-tree", main);
  const lines = files.flatMap((file) => {
    if (file.remove) return [`0 ${"0".repeat(40)}\t${file.path}\0`];
    const blob = blobOf(file);
    const paths = Array.from({ length: file.times ?? 1 }, (_, i) => file.path.replace("{n}", String(i)));
    return paths.map((path) => `${file.mode ?? "100644"} ${blob}\t${path}\0`);
  });
  const raw = files.some(({ bytes }) => bytes);
  git(Buffer.from(lines.join(""), raw ? "latin1" : "utf8"), "update-index", "--add", "-z", "--index-info");
  const tree = git("", "write-tree");
  const commitOn = (parents: string[], of = tree) =>
    git("x", "commit-tree", of, ...parents.flatMap((parent) => ["-p", parent]));
  const commit = commitOn(parentsFor(base, main, repository, commitOn));
  repository.git("update-ref", `refs/heads/${branch}`, commit);
  return commit;
}

function parentsFor(
  base: string,
  main: string,
  repository: Repository,
  commitOn: (parents: string[], tree?: string) => string,
): string[] {
  const mainTree = `${main}^{tree}`;
  switch (base) {
    case "none":
      return [];
    case "merge":
      return [main, repository.git("rev-parse", "main~1")];
    case "reviewed":
      return [repository.git("rev-list", "--merges", "-1", "--format=%P", "main").split(/\s+/).at(-1)!];
    case "two":
      return [commitOn([main], mainTree)];
    case "orphan-parent":
      return [commitOn([], mainTree)];
    default:
      return [main];
  }
}
