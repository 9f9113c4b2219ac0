import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signingKey } from "../../../scripts/letter/bytes/key.ts";
import { attestSheet } from "../../../scripts/letter/ledger/attestation.ts";
import { filingMessage } from "../../../scripts/letter/review/filing-message.ts";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { attestedMessage, edition, messageFor } from "../../letter/invented.ts";
import { root } from "../source.ts";
import { accepted, dayRows, good, hostileTexts, other, rowNumber } from "./hostile-sheet.ts";
import type { Repository } from "./repository.ts";

const ledgerSeedKey = signingKey(Uint8Array.from({ length: 32 }, (_, i) => i + 32));

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
  /** which attestation the message of the commit carries */
  attested: "yes" | "no" | "good" | "accepted" | "other-key" | "not-last";
  verdict: string[];
};

/** Every case, ready to be pushed. */
export function readHostilePulls(): HostilePull[] {
  const folder = join(root, "tests/vectors/pulls");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const read = JSON.parse(fill(readFileSync(join(folder, file), "utf8"))) as Partial<HostilePull>;
      const usual = {
        branch: `pending/${good.sheet}`,
        title: "Sheet",
        base: "main",
        files: [],
        verdict: [],
        attested: "yes" as const,
      };
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
    .replaceAll("{hidden}", String(rowNumber("hidden")))
    .replace(/\{day:(\d)\}/g, (_, nth) => String(dayRows()[Number(nth)]));
}

/** Pushes the branch of a case into a bare repository, past git's own checks of names; gives its commit. */
export function pushHostile(repository: Repository, { branch, base, files, attested }: HostilePull): string {
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
    return git(
      zeros === undefined ? (hostileTexts[text]?.() ?? text) : Buffer.alloc(zeros),
      "hash-object",
      "-w",
      "--stdin",
    );
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
  const message = messageOf({ branch, files, attested });
  const commitOn = (parents: string[], of = tree) =>
    git(message, "commit-tree", of, ...parents.flatMap((parent) => ["-p", parent]));
  const commit = commitOn(parentsFor(base, main, repository, commitOn));
  repository.git("update-ref", `refs/heads/${branch}`, commit);
  return commit;
}

/**
 * The message of the commit. Most cases are about what accept does even if the form service's key is in wrong hands, so
 * their sheets are attested.
 */
function messageOf({ branch, files, attested }: Pick<HostilePull, "branch" | "files" | "attested">): string {
  const sheet = branch.replace("pending/", "");
  const file = files.find(({ path }) => path === sheetPath(sheet));
  const text = (name = "") => hostileTexts[name]?.() ?? name;
  switch (attested) {
    case "no":
      return `file sheet ${sheet}\n`;
    case "good":
      return attestedMessage(good);
    case "accepted":
      return attestedMessage(accepted);
    case "other-key": {
      const attestation = attestSheet(sheet, text(file?.text), ledgerSeedKey);
      return filingMessage(sheet, { quarantined: false, attestation });
    }
    case "not-last":
      return `${messageFor(sheet, text(file?.text))}\nSigned-off-by: x\n`;
    case "yes":
      return messageFor(sheet, text(file?.text));
    default:
      return attested satisfies never;
  }
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
