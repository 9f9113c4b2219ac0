import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { LetterError } from "../letter/bytes/error.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { assertNotSpent, spentForHandover } from "../letter/handover/spent-tag.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import { idOf } from "../letter/signature/derivation.ts";
import { noteCopy } from "../outside/bag/copy-list.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { moveRefs, tagRef } from "../outside/git/ref.ts";
import { readTag } from "../outside/git/tag.ts";
import type { Settings } from "../outside/settings.ts";
import type { Vault } from "./contacts-bag.ts";
import { assertNotMoved, type BagPages, namedKeys, readTagged, writePublicBag } from "./public-bag.ts";
import { destroyStaleCopies } from "./stale-copies.ts";

/** What a public bag is made of. `dataDir` is undefined in a clone, and `keys` where `campaign.yaml` must name them. */
export type PublicBagPlace = {
  readonly repository: string;
  readonly keys?: PublicKeys;
  readonly dataDir?: string;
  readonly pages?: BagPages;
};

/** Asks the form service's database, where this machine has one, who of these has withdrawn. */
export type Leaving = (
  place: Pick<Settings, "dataDir" | "database">,
  ids: readonly string[],
) => ReturnType<Vault["withoutRecord"]>;

/**
 * Opens the campaign of `DATA_DIR`, in which the tag is made where there is none yet, or the repository of this folder,
 * whose `campaign.yaml` names the keys.
 *
 * @param say is told when the tag was made
 * @throws LetterError `handover` while withdrawals are on their way to main: those people have been told that they left
 */
export async function openPublicBagPlace(
  handover: Handover,
  { leaving, say }: { leaving: Leaving; say: (line: string) => void },
): Promise<PublicBagPlace> {
  const here = existsSync(".git") ? ".git" : undefined;
  if (here !== undefined && process.env.GIT_HOST?.startsWith("github:")) return { repository: await gitFolder(here) };
  const settings = readLocalSettings();
  const { dataDir } = settings;
  if (here !== undefined && !existsSync(campaignRepository(dataDir))) return { repository: await gitFolder(here) };
  const { host, keys } = await openLocalCampaign("refuse");
  const { record } = await host.readMain();
  await destroyStaleCopies(dataDir, record.entries);
  assertNotSpent(spentForHandover(handover.tag, record.entries, record.entries.length));
  const ids = record.rows.map(({ opening }) => idOf(Buffer.from(opening, "base64url")));
  const { withdrawn } = ids.length === 0 ? { withdrawn: [] } : await leaving(settings, ids);
  if (withdrawn.length > 0)
    throw new LetterError(
      "handover",
      `${withdrawn.length} withdrawals are on their way to the ledger: run this again when they have been accepted`,
    );
  if ((await readTag(host.repository, handover.tag)) === undefined) {
    // The tag would stay, of something that is never handed over.
    if (ids.length === 0)
      throw new LetterError(
        "handover",
        "the list holds no signature: there is nothing to hand over, and no tag was made",
      );
    const head = await host.head();
    await moveRefs(host.repository, [{ ref: tagRef(handover.tag), from: undefined, to: head }]);
    say(`made the tag ${handover.tag} on main`);
  }
  return { repository: host.repository, keys: keys.publicKeys, dataDir };
}

/**
 * Writes the public bag of a tag into a folder, and notes it in the data folder, so that it goes when somebody leaves.
 *
 * @throws LetterError `handover` when there is no such tag, somebody has left since, or the folder has another bag of it
 */
export async function makePublicBag(
  handover: Handover,
  { repository, keys, dataDir, pages }: PublicBagPlace,
  out: string,
  say: (line: string) => void,
): Promise<{ file: string; digest: string; commit: string }> {
  const tagged = await readTagged(repository, handover);
  const path = resolve(join(out, `${handover.publicBag}.tar`));
  // Before the note, which tells whose leaving destroys the bag that is there.
  if (tagged.spent === undefined) await assertNotMoved(path, handover, tagged.record);
  if (dataDir !== undefined && tagged.spent === undefined)
    await noteCopy(dataDir, { path, tag: handover.tag, size: tagged.record.entries.length });
  const made = await writePublicBag(handover, tagged, keys ?? namedKeys(tagged.campaign), out, say, pages);
  return { ...made, commit: tagged.commit };
}

/** `.git` is a folder, or in a worktree a file that names one. */
export async function gitFolder(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^gitdir: (.+)$/m.exec(text)?.[1] ?? path;
}
