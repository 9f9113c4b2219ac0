import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { assertGoesOn, readCheckpointNow, rootsOf } from "../../accept/live-checkpoint.ts";
import { assertLogged, assertSameKeys, assertSameWordings } from "../../accept/served-content.ts";
import { openOnionSite } from "../../accept/site/onion-site.ts";
import { hasOwnSignatures } from "../../form-service/filing/refiling.ts";
import { openBursts } from "../../form-service/limits/domain-bursts.ts";
import { startFormService } from "../../form-service/main.ts";
import { assertDatabaseToStart } from "../../form-service/store/campaign-database.ts";
import { openClockWatch } from "../../form-service/store/clock-watch.ts";
import { assertNoPurgeBegun } from "../../handover/handover-note.ts";
import { destroyStaleCopies } from "../../handover/stale-copies.ts";
import { parseVkey } from "../../letter/ledger/note.ts";
import { isQuarantined } from "../../letter/review/filing-message.ts";
import { formatProposal } from "../../letter/review/proposal-body.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import { parseSheet } from "../../letter/signature/sheet.ts";
import { assertOwnOrigin, assertReady } from "../../letter/text/readiness.ts";
import { systemClock } from "../../outside/clock.ts";
import { lockDataFolder } from "../../outside/data-folder.ts";
import { CAMPAIGN_PATH, readServedFilesIn } from "../../outside/git/letter-files.ts";
import { readText } from "../../outside/git/object.ts";
import { openGitHub } from "../../outside/github/api.ts";
import { openGitHubHost } from "../../outside/github/git-host.ts";
import { openLog } from "../../outside/log.ts";
import { assertMailIsSent } from "../../outside/mail-sender.ts";
import { systemRandom } from "../../outside/random.ts";
import { openServiceKeys } from "../../outside/seal/keys.ts";
import type { GitHubSettings, Settings } from "../../outside/settings.ts";
import { siteContext } from "../../site/views/context.ts";
import { readContent } from "../../site/views/read-content.ts";
import { followMain } from "./github-main.ts";
import { explainPort, runUntilSignal, tellDoubt } from "./run-until-signal.ts";

const BRING_BACK = "have an organiser bring main back to the newest clone (git push), and start again";

/** Runs the form service until a signal comes, and files at GitHub: it accepts nothing, and holds no key that could. */
export async function startOnGitHub(
  settings: Settings,
  named: GitHubSettings,
  { newDatabase }: { newDatabase: boolean },
): Promise<void> {
  assertMailIsSent(settings);
  const content = await readContent("content");
  assertReady(content.campaign, settings);
  const lock = await lockDataFolder(settings.dataDir);
  await assertNoPurgeBegun(settings.dataDir);
  const [clock, random] = [systemClock, systemRandom];
  const watch = openClockWatch(clock, () => performance.now());
  const log = openLog(clock);
  const keys = await openServiceKeys(settings.dataDir, content.campaign);
  const bursts = openBursts(clock, random(32));
  const { repository, app, apiUrl, serverUrl } = named;
  // Another name than that of a campaign on this machine, whose main it would overwrite.
  const mirror = join(settings.dataDir, "mirror.git");
  const gitHub = openGitHubHost({
    api: openGitHub({ repository, as: app, apiUrl, clock, noteTime: (time) => watch.noteServer("git host", time) }),
    ...{ mirror, serverUrl },
    propose: ({ text, message }, { record }) =>
      formatProposal(parseSheet(text), { listed: record.rows, bursts, quarantined: isQuarantined(message) }),
  });
  const readMain = async () => {
    const main = await gitHub.readMain();
    for (const reason of await destroyStaleCopies(settings.dataDir, main.record.entries))
      log.info({}, `bags that this machine had made were destroyed: ${reason}`);
    return main;
  };
  const host = followMain({ ...gitHub, readMain }, mirror, content, log);
  console.log("reading main …");
  const verifier = parseVkey(keys.publicKeys.ledger);
  // First the site, which is built from main: it is never ahead of what is read afterwards.
  const live = await readCheckpointNow(settings.siteUrl, verifier);
  const main = await host.readMain();
  assertOwnOrigin(content.campaign, settings, main.record.entries);
  if (host.hasAnswered()) assertGoesOn(rootsOf(main.record.entries), { live }, verifier, BRING_BACK);
  assertSameKeys(content, await readText(mirror, main.commit, CAMPAIGN_PATH));
  await assertSameWordings(await readServedFilesIn("."), (path) => readText(mirror, main.commit, path));
  const logged = loggedEdition(main.record.entries);
  assertLogged(content, logged);
  if (logged === undefined) {
    console.log("the letter is not on the ledger yet: nobody can sign before the workflow accept has run");
  }

  const hasSheets = () => hasOwnSignatures(host, keys.attestation);
  await assertDatabaseToStart(settings, main.record, { isNew: newDatabase, hasSheets });
  const onionSite = openOnionSite({
    ...{ dataDir: settings.dataDir, repository: mirror, keys: keys.publicKeys, log },
    ...{ verifier: parseVkey(keys.publicKeys.ledger), onion: content.campaign.onion },
  });
  const readAndShow = async () => {
    const main = await host.readMain();
    onionSite.follow(main);
    return main;
  };
  // The site lies elsewhere, but for onion addresses; what a campaign on this machine may have left is not to be served.
  const siteFolder = join(settings.dataDir, "no-site");
  await mkdir(siteFolder, { recursive: true });
  const context = siteContext({ content, settings, keys: keys.publicKeys, at: "service" });
  const service = await startFormService({
    ...{ settings, keys, clock, watch, random, log, siteFolder, onionSite, bursts, newDatabase },
    gitHost: { ...host, readMain: readAndShow },
    site: () => context,
  }).catch(explainPort(settings));
  tellDoubt(watch);
  const introduction = [
    `sheets are filed, and reviewed, at ${serverUrl}/${repository}/pulls`,
    `the site is ${settings.siteUrl}/, and its forms are sent to ${settings.serviceUrl}/`,
    `keep a copy of ${join(settings.dataDir, "keys")} offline; the ledger’s key does not belong on this machine`,
  ];
  await runUntilSignal(service, introduction.join("\n"), async () => {
    await service.close();
    await onionSite.idle();
    lock.release();
  });
}
