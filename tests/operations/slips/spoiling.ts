import { rmSync } from "node:fs";
import { join } from "node:path";
import { pick } from "../../lives/life.ts";
import type { World } from "../../lives/world.ts";
import { openRepository, type Repository } from "../../support/campaigns/repository.ts";

type Spoiled = { readonly repository: Repository; readonly sheet: string };

/** Deletes the branch of a pending sheet, as a click on GitHub does. */
export async function deleteBranch(life: World, which: number): Promise<void> {
  await spoil(life, which, ({ repository, sheet }) => {
    repository.git("update-ref", "-d", `refs/heads/pending/${sheet}`);
  });
}

/** Puts a review on a pending sheet that cannot be read. */
export async function spoilReview(life: World, which: number): Promise<void> {
  await spoil(life, which, ({ repository, sheet }) => {
    const commit = repository.commit("spoiled", "review\n", { "act.json": "{" });
    repository.git("update-ref", `refs/reviews/${sheet}`, commit);
    repository.git("update-ref", "-d", "refs/heads/spoiled");
  });
}

/** Loses the text of a pending sheet from the disk. */
export async function spoilSheet(life: World, which: number): Promise<void> {
  await spoil(life, which, ({ repository, sheet }) => {
    const blob = repository.git("rev-parse", `pending/${sheet}:signatures/pending/${sheet}.md`);
    rmSync(join(repository.path, "objects", blob.slice(0, 2), blob.slice(2)), { force: true });
  });
}

async function spoil(life: World, which: number, how: (spoiled: Spoiled) => void): Promise<void> {
  const repository = openRepository(life.machine.local().host.repository);
  const sheets = repository.branches().flatMap((name) => /^pending\/(.*)/.exec(name)?.[1] ?? []);
  const sheet = pick(sheets, which);
  if (sheet !== undefined) how({ repository, sheet });
  life.quiet = false;
}
