import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { formatMergeMessage } from "../../../scripts/letter/review/merge-message.ts";
import { type Committer, writeCommit } from "../../../scripts/outside/git/commit.ts";
import { readLedgerDays } from "../../../scripts/outside/git/ledger-days.ts";
import { createRepository, readHead } from "../../../scripts/outside/git/repository.ts";

let folder = "";
let repository = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "undersigned-days-"));
  repository = join(folder, "campaign.git");
  const files = new Map([["README", "a letter\n"]]);
  await createRepository(repository, { files, message: "begin\n", committer: "organisers", day: "2026-11-20" });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Commits one after the other, and gives the last. */
async function history(commits: readonly [day: string, size: number, committer?: Committer][]): Promise<string> {
  let head = await readHead(repository);
  for (const [day, size, committer = "accept"] of commits) {
    const message = formatMergeMessage("accept", { approvedBy: [], refused: [], leftOut: [], size, root: "AA==" });
    head = await writeCommit(repository, { parents: [head], files: new Map(), message, committer, day });
  }
  return head;
}

it("are those of accept's commits, with the ledger's size at their end", async () => {
  const commit = await history([
    ["2026-11-21", 1],
    ["2026-11-21", 30],
    ["2026-11-22", 900, "organisers"],
    ["2026-11-25", 40],
  ]);
  expect(await readLedgerDays(repository, commit)).toEqual([
    { day: "2026-11-21", size: 30 },
    { day: "2026-11-25", size: 40 },
  ]);
});

it("stay in order when a clock was set back", async () => {
  const commit = await history([
    ["2026-11-21", 1],
    ["2026-11-25", 30],
    ["2026-11-23", 40],
  ]);
  expect((await readLedgerDays(repository, commit)).at(-1)).toEqual({ day: "2026-11-25", size: 40 });
});

it("are not known where the history does not go back to the first entry", async () => {
  expect(await readLedgerDays(repository, await history([["2026-11-21", 30]]))).toEqual([]);
});

it("leave out a commit that added nothing, on a day of its own", async () => {
  const commit = await history([
    ["2026-11-21", 1],
    ["2026-11-22", 1],
    ["2026-11-25", 30],
  ]);
  expect(await readLedgerDays(repository, commit)).toEqual([
    { day: "2026-11-21", size: 1 },
    { day: "2026-11-25", size: 30 },
  ]);
});
