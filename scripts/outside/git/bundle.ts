import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeMirror } from "./fetch.ts";
import { runGit } from "./run.ts";

/** A whole repository as one git bundle: with all its refs, but for those that only tell who works on it now. */
export async function readBundle(repository: string): Promise<Buffer> {
  return (await runGit(repository, ["bundle", "create", "--quiet", "-", "--exclude=refs/undersigned/*", "--all"]))
    .stdout;
}

/** Makes the repository that a bundle holds, all at once. @throws LetterError `git` */
export async function restoreBundle(repository: string, bundle: Uint8Array): Promise<void> {
  const draft = await mkdtemp(`${repository}.`);
  try {
    const [made, file] = [join(draft, "repository"), join(draft, "bundle")];
    await makeMirror(made);
    await writeFile(file, bundle);
    const { stdout } = await runGit(made, ["bundle", "unbundle", file]);
    const refs = stdout
      .toString("utf8")
      .split("\n")
      .flatMap((line) => /^([0-9a-f]{40}) (refs\/\S+)$/.exec(line)?.slice(1, 3).reverse().join(" ") ?? []);
    await runGit(made, ["update-ref", "--stdin"], { input: refs.map((ref) => `create ${ref}\n`).join("") });
    await rename(made, repository);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
