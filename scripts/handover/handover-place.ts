import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LocalCampaign, openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { LetterError } from "../letter/bytes/error.ts";
import type { Handover } from "../letter/handover/handover.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import type { CampaignRecord } from "../letter/signature/record.ts";
import { systemClock } from "../outside/clock.ts";
import { fetchRefs } from "../outside/git/fetch.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { moveRefs } from "../outside/git/ref.ts";
import { readTag } from "../outside/git/tag.ts";
import { openGitHub } from "../outside/github/api.ts";
import { openGitHubHost } from "../outside/github/git-host.ts";
import { openServiceKeys } from "../outside/seal/keys.ts";
import { readSettings, type Settings } from "../outside/settings.ts";
import { type Content, readContent } from "../site/views/read-content.ts";

/** The host of a form service that is about to hand over, and main as it stands now. */
export type HandoverPlace = {
  readonly settings: Settings;
  readonly content: Content;
  readonly keys: PublicKeys;
  readonly record: CampaignRecord;
  /** the repository that holds main and the tags of handovers as objects */
  readonly repository: string;
  /** where this machine accepts too: the whole campaign */
  readonly local: LocalCampaign | undefined;
};

/** Opens the campaign of `DATA_DIR`, or the form service's part of one on GitHub. */
export async function openHandoverPlace(): Promise<HandoverPlace> {
  const settings = readSettings(process.env);
  const content = await readContent("content");
  if (settings.gitHost.kind === "local") {
    const local = await openLocalCampaign("refuse");
    const { record } = await local.host.readMain();
    return { settings, content, keys: local.keys.publicKeys, record, repository: local.host.repository, local };
  }
  const { repository, app, apiUrl, serverUrl } = settings.gitHost;
  const { publicKeys } = await openServiceKeys(settings.dataDir, content.campaign);
  const api = openGitHub({ repository, as: app, apiUrl, clock: systemClock });
  const mirror = join(settings.dataDir, "mirror.git");
  const { record } = await openGitHubHost({ api, mirror, serverUrl, propose: filesNothing }).readMain();
  const remote = { url: `${serverUrl}/${api.owner}/${api.repo}.git`, token: await api.token() };
  await fetchRefs(mirror, remote, ["+refs/tags/handover/*:refs/tags/handover/*"]);
  return { settings, content, keys: publicKeys, record, repository: mirror, local: undefined };
}

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
    await moveRefs(host.repository, [{ ref: `refs/tags/${handover.tag}`, from: undefined, to: head }]);
    say(`made the tag ${handover.tag} on main`);
  }
  return { repository: host.repository, keys: keys.publicKeys };
}

/** `.git` is a folder, or in a worktree a file that names one. */
async function gitFolder(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^gitdir: (.+)$/m.exec(text)?.[1] ?? path;
}

function filesNothing(): never {
  throw new LetterError("handover", "a handover files no sheet");
}
