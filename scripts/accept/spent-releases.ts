import { spentSince } from "../letter/handover/spent-tag.ts";
import type { IndexedEntry } from "../letter/ledger/outline.ts";
import { readRecordAt } from "../outside/git/record-at.ts";
import { readTag } from "../outside/git/tag.ts";
import type { GitHubApi } from "../outside/github/api.ts";
import { deleteRelease, type HandoverRelease, readHandoverReleases } from "../outside/github/releases.ts";
import { reasonOf } from "./judgement.ts";

/** What became of releases of spent tags: why each was deleted, and what stood in the way of the others. */
export type SpentReleases = { readonly deleted: readonly string[]; readonly troubles: readonly string[] };

/**
 * Deletes the release of each handover whose public bag names somebody who has left since. It holds up nothing else: what
 * fails is said, and the next run tries again.
 *
 * @param repository has main; `fetchTags` brings the tags of handovers into it
 * @param entries main's ledger as it is now; accepts need not be among them
 */
export async function deleteSpentReleases(
  mover: GitHubApi,
  { repository, fetchTags }: { repository: string; fetchTags: () => Promise<void> },
  entries: readonly IndexedEntry[],
): Promise<SpentReleases> {
  const [deleted, troubles]: [string[], string[]] = [[], []];
  const trying = (what: string, act: () => Promise<void>) =>
    act().catch((cause) => void troubles.push(`${what}: ${reasonOf(cause)}`));
  await trying("the releases of handovers could not be looked at", async () => {
    const releases = await readHandoverReleases(mover);
    if (releases.length === 0) return;
    await fetchTags();
    for (const release of releases)
      await trying(`the release of ${release.tag} could not be deleted`, async () => {
        const spent = await spentOf(repository, release, entries);
        if (spent === undefined) return;
        await deleteRelease(mover, release);
        deleted.push(spent);
      });
  });
  return { deleted, troubles };
}

/** A release whose tag is gone cannot be told from one that names somebody who left, so it goes too. */
async function spentOf(
  repository: string,
  { tag }: HandoverRelease,
  entries: readonly IndexedEntry[],
): Promise<string | undefined> {
  const commit = await readTag(repository, tag);
  if (commit === undefined) return `there is no tag ${tag} any more`;
  const { length } = (await readRecordAt(repository, commit)).entries;
  const later = entries.filter(({ index }) => index >= length);
  return spentSince(
    tag,
    later.map(({ line }) => line),
    length,
  );
}
