import { join } from "node:path";
import { type LocalCampaign, openLocalCampaign } from "../accept/local-campaign.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import type { CampaignRecord } from "../letter/signature/record.ts";
import { systemClock } from "../outside/clock.ts";
import { fetchRefs } from "../outside/git/fetch.ts";
import { HANDOVERS, mirrored } from "../outside/git/ref.ts";
import { openGitHub } from "../outside/github/api.ts";
import { openGitHubMain } from "../outside/github/main-reader.ts";
import { openServiceKeys } from "../outside/seal/keys.ts";
import type { Settings } from "../outside/settings.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { type Content, readContent } from "../site/views/read-content.ts";

/** The host of a form service that is about to hand over, and the current main. */
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
  const settings = currentSettings();
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
  const { record } = await openGitHubMain({ api, mirror, serverUrl }).readMain();
  const remote = { url: `${serverUrl}/${api.owner}/${api.repo}.git`, token: await api.token() };
  await fetchRefs(mirror, remote, "the tags of handovers", [mirrored(`${HANDOVERS}/*`)]);
  return { settings, content, keys: publicKeys, record, repository: mirror, local: undefined };
}
