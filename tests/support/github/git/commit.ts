import { by, type Call } from "../call.ts";
import { Refusal } from "../refusal.ts";
import { type State, timeOf } from "../state.ts";
import { formatCommit, type Person } from "./objects.ts";

/** A two-parent commit by the caller, with the trees merged. @throws Refusal 409 where they conflict */
export function mergeCommit(call: Call, base: string, head: string, message: string): string {
  const { objects } = call.state;
  if (!objects.asks(["merge-tree", "--write-tree", base, head])) throw new Refusal(409, "Merge conflict");
  const tree = objects.git(["merge-tree", "--write-tree", base, head]);
  const { id, login } = by(call);
  const self: Person = { name: login, email: `${id}+${login}@users.noreply.github.com`, date: timeOf(call.state) };
  const committer: Person = { name: "GitHub", email: "noreply@github.com", date: self.date };
  return objects.writeObject(
    "commit",
    formatCommit({ tree, parents: [base, head], author: self, committer, message }, "unmodelled signature"),
  );
}

/** The files that differ between two commits, as a pull request lists them. */
export function filesBetween(state: State, base: string, head: string): object[] {
  const { objects } = state;
  const parts = objects.git(["diff-tree", "-r", "-z", "--raw", "-M", base, head]).split("\0");
  const files: object[] = [];
  for (let i = 0; i + 1 < parts.length; ) {
    const [, , , sha = "", letter = ""] = parts[i]!.split(" ");
    const renamed = /^[RC]/.test(letter);
    const [previous, path] = [parts[i + 1]!, parts[i + (renamed ? 2 : 1)]!];
    const [, added = "-", deleted = "-"] =
      /^(\d+|-)\t(\d+|-)/.exec(objects.git(["diff-tree", "-r", "--numstat", base, head, "--", path])) ?? [];
    const patch = objects
      .git(["diff", "--no-renames", base, head, "--", path])
      .split("\n@@ ")
      .slice(1)
      .map((hunk) => `@@ ${hunk}`);
    const [additions, deletions] = [Number(added) || 0, Number(deleted) || 0];
    files.push({
      sha: /^0+$/.test(sha) ? objects.git(["rev-parse", `${base}:${previous}`]) : sha,
      filename: path,
      status:
        { A: "added", D: "removed", M: "modified", T: "changed", R: "renamed", C: "copied" }[letter[0] ?? "M"] ??
        "changed",
      additions,
      deletions,
      changes: additions + deletions,
      ...(renamed ? { previous_filename: previous } : {}),
      // Binary and very large files have no patch.
      ...(added === "-" || patch.join("\n").length > 1_000_000 ? {} : { patch: patch.join("\n") }),
    });
    i += renamed ? 3 : 2;
  }
  return files;
}

/** The SHA of a branch, tag or commit. @throws Refusal 404 or 422 as GitHub does */
export function commitOf(state: State, name: string): string {
  const short = name.replace(/^refs\//, "");
  const found =
    state.objects.resolve(`refs/heads/${short}`, "commit") ??
    state.objects.resolve(`refs/${short}`, "commit") ??
    state.objects.resolve(`refs/tags/${short}`, "commit") ??
    (/^[0-9a-f]{7,40}$/.test(name) ? state.objects.resolve(name, "commit") : undefined);
  if (found === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return found;
}
