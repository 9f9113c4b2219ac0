import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeMirror } from "./fetch.ts";
import { MAIN } from "./ref.ts";
import { runGit } from "./run.ts";

const PRESENT = "refs/undersigned/";

/**
 * A repository as one git bundle: with all its refs, but for those that only tell who works on it now. Where a disk has
 * damaged what a sheet's refs lead to, those are left out: one lost sheet must not end the backups.
 *
 * @throws LetterError `git` when main itself is damaged
 */
export async function readBundle(repository: string): Promise<Buffer> {
  const bundle = (refs: readonly string[]) => runGit(repository, ["bundle", "create", "--quiet", "-", ...refs]);
  try {
    return (await bundle([`--exclude=${PRESENT}*`, "--all"])).stdout;
  } catch (cause) {
    const sound = await soundRefs(repository);
    if (!sound.includes(MAIN)) throw cause;
    return (await bundle(sound)).stdout;
  }
}

/** The refs of which every object can be read, but for those that only count while a service runs. */
export async function soundRefs(repository: string): Promise<string[]> {
  const { stdout } = await runGit(repository, ["for-each-ref", "--format=%(refname)"]);
  const sound: string[] = [];
  for (const name of stdout.toString("utf8").split("\n").filter(Boolean)) {
    if (name.startsWith(PRESENT)) continue;
    // Only a bundle reads every object, as its own will have to.
    const isSound = await runGit(repository, ["bundle", "create", "--quiet", "-", name]).then(
      () => true,
      () => false,
    );
    if (isSound) sound.push(name);
  }
  return sound;
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
