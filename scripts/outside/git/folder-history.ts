import { dayOf } from "../../letter/bytes/day.ts";
import { assertSha } from "./object.ts";
import { runGit } from "./run.ts";

/** What a commit of main changed below a folder: the ids of blobs by path, undefined for a file that is gone. */
export type FolderChange = { readonly day: string; readonly files: ReadonlyMap<string, string | undefined> };

/**
 * Returns what happened to the files below a folder, along first parents, oldest first. The days are the UTC days of the
 * commits on main, and never go back: a clock that was set back moves no change before an earlier one.
 *
 * @param repository the repository's folder (bare, or `.git`)
 * @throws LetterError `git`
 */
export async function readFolderHistory(repository: string, commit: string, folder: string): Promise<FolderChange[]> {
  assertSha(commit);
  const first = ["log", "--first-parent", "--diff-merges=first-parent", "--no-show-signature", "--format=%x01%ct"];
  const raw = ["-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv"];
  const { stdout } = await runGit(repository, [...first, ...raw, commit, "--", `${folder}/`]);
  let last = "";
  return parseLog(stdout.toString("utf8"))
    .reverse()
    .map(({ seconds, files }) => {
      const day = dayOf(new Date(seconds * 1000));
      if (day > last) last = day;
      return { day: last, files };
    });
}

/** Whether the repository lacks older commits, as a clone made with `--depth` does. @throws LetterError `git` */
export async function isShallow(repository: string): Promise<boolean> {
  const { stdout } = await runGit(repository, ["rev-parse", "--is-shallow-repository"]);
  return stdout.toString("utf8").trim() === "true";
}

/** Each commit is its time, and then `:MODE MODE ID ID STATUS` and a path for each of its files, parted by NUL. */
function parseLog(text: string): { seconds: number; files: Map<string, string | undefined> }[] {
  const commits: { seconds: number; files: Map<string, string | undefined> }[] = [];
  const parts = text.split("\0").map((part) => part.replace(/^\n/, ""));
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.startsWith("\x01")) commits.push({ seconds: Number(part.slice(1)), files: new Map() });
    else if (part.startsWith(":")) {
      const [, , , id, status] = part.split(" ");
      commits.at(-1)?.files.set(parts[++i]!, status === "D" ? undefined : id);
    }
  }
  return commits;
}
