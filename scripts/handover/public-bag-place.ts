import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import type { Handover } from "../letter/handover/handover.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { moveRefs, tagRef } from "../outside/git/ref.ts";
import { readTag } from "../outside/git/tag.ts";

/**
 * Opens what a public bag is made of: the campaign of `DATA_DIR`, in which the tag is made where there is none yet, or the
 * repository of this folder, whose `campaign.yaml` names the keys.
 *
 * @param say is told when the tag was made
 */
export async function openPublicBagPlace(
  handover: Handover,
  say: (line: string) => void,
): Promise<{ repository: string; keys?: PublicKeys }> {
  const here = existsSync(".git") ? ".git" : undefined;
  if (here !== undefined && process.env.GIT_HOST?.startsWith("github:")) return { repository: await gitFolder(here) };
  const local = campaignRepository(readLocalSettings().dataDir);
  if (here !== undefined && !existsSync(local)) return { repository: await gitFolder(here) };
  const { host, keys } = await openLocalCampaign("refuse");
  if ((await readTag(host.repository, handover.tag)) === undefined) {
    const head = await host.head();
    await moveRefs(host.repository, [{ ref: tagRef(handover.tag), from: undefined, to: head }]);
    say(`made the tag ${handover.tag} on main`);
  }
  return { repository: host.repository, keys: keys.publicKeys };
}

/** `.git` is a folder, or in a worktree a file that names one. */
export async function gitFolder(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^gitdir: (.+)$/m.exec(text)?.[1] ?? path;
}
