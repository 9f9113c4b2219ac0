import { LetterError } from "../../letter/bytes/error.ts";
import { readRef, tagRef } from "./ref.ts";
import { runGit } from "./run.ts";

/** The commit that a tag names, through the tag's own object where it has one; undefined: there is no such tag. */
export async function readTag(repository: string, tag: string): Promise<string | undefined> {
  const ref = tagRef(tag);
  if ((await readRef(repository, ref)) === undefined) return undefined;
  const { stdout, code } = await runGit(repository, ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`], {
    codes: [0, 128],
  });
  if (code !== 0) throw new LetterError("git", "the tag does not name a commit");
  return stdout.toString("utf8").trim();
}
