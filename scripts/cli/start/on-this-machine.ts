import { relative } from "node:path";
import { acceptAll } from "../../accept/acceptance.ts";
import { openLocalCampaign } from "../../accept/local-campaign.ts";
import { recordServedTexts } from "../../accept/served-content.ts";
import { openOnionSite } from "../../accept/site/onion-site.ts";
import { hasOwnSignatures } from "../../form-service/filing/refiling.ts";
import { every } from "../../form-service/filing/repeat.ts";
import { type FormService, startFormService } from "../../form-service/main.ts";
import { assertDatabaseToStart } from "../../form-service/store/campaign-database.ts";
import { openClockWatch } from "../../form-service/store/clock-watch.ts";
import { assertNoPurgeBegun } from "../../handover/handover-note.ts";
import { destroyStaleCopies } from "../../handover/stale-copies.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { printable } from "../../letter/bytes/printable.ts";
import { assertOwnOrigin, assertReady } from "../../letter/text/readiness.ts";
import { systemClock } from "../../outside/clock.ts";
import { lockDataFolder } from "../../outside/data-folder.ts";
import { readKnownDays } from "../../outside/known-days.ts";
import { openLog } from "../../outside/log.ts";
import { systemRandom } from "../../outside/random.ts";
import type { Settings } from "../../outside/settings.ts";
import { siteContext } from "../../site/views/context.ts";
import { readContent } from "../../site/views/read-content.ts";
import { becomeOneService } from "./one-service.ts";
import { explainPort, originOf, runUntilSignal, tellDoubt } from "./run-until-signal.ts";

// Approvals may come from another process, and withdrawals need none: main is looked at this often.
const ACCEPT_EVERY = 1000;

/** Runs a whole campaign on this machine until a signal comes. */
export async function startLocally(
  settings: Settings,
  { newDatabase, isMoved }: { newDatabase: boolean; isMoved: boolean },
): Promise<void> {
  const content = await readContent("content");
  assertReady(content.campaign, settings);
  // Whatever ledger this machine has under the template's name, a trial has begun it.
  assertOwnOrigin(content.campaign, settings, []);
  const lock = await lockDataFolder(settings.dataDir);
  await assertNoPurgeBegun(settings.dataDir);
  const [clock, random] = [systemClock, systemRandom];
  const log = openLog(clock);
  const { host, keys, site, acceptor } = await openLocalCampaign("make");
  const hasSheets = () => hasOwnSignatures(host, keys.attestation);
  await assertDatabaseToStart(settings, (await host.readMain()).record, { isNew: newDatabase, hasSheets });
  const one = await becomeOneService({ host, keys }, settings, { log, random, isMoved });
  const watch = openClockWatch(clock, () => performance.now());
  watch.know(await readKnownDays(settings));
  tellDoubt(watch);
  await recordServedTexts(host, content, { folder: ".", day: dayOf(watch.certain.now()) });

  const onionSite = openOnionSite({
    ...{ dataDir: settings.dataDir, repository: host.repository, keys: keys.publicKeys, log },
    ...{ verifier: keys.ledger.verifier, onion: content.campaign.onion },
  });
  let seen = "";
  const acceptAndPublish = async () => {
    // Also when nothing moved: what waits for a day, or for a clock, is accepted when that has come.
    const refs = [await host.refs(), dayOf(clock.now()), watch.judge().mayDate].join(" ");
    if (refs === seen) return;
    const { mayDate, reason } = watch.judge();
    // Where the watch believes the clock all the same, main's day does not contradict it.
    const today = { day: dayOf(clock.now()), overruled: watch.known().main, doubt: mayDate ? undefined : reason };
    const { outcomes, noticeProblems } = await acceptAll({ ...acceptor, ...today });
    const main = await host.readMain();
    for (const { path, reason } of noticeProblems) log.warn({ path, reason }, "a notice breaks a rule");
    for (const outcome of outcomes)
      if (outcome.state === "invalid")
        log.warn({ sheet: printable(outcome.sheet), reason: outcome.reason }, "a sheet breaks a rule");
    await site.publish(main);
    onionSite.follow(main);
    for (const reason of await destroyStaleCopies(settings.dataDir, main.record.entries))
      log.info({}, `bags that this machine had made were destroyed: ${reason}`);
    seen = refs;
  };
  console.log("building the site …");
  await acceptAndPublish();

  const context = siteContext({ content, settings, keys: keys.publicKeys, at: "service" });
  const service = await startFormService({
    ...{ settings, keys, clock, watch, random, log, newDatabase },
    gitHost: host,
    site: () => context,
    ...{ siteFolder: site.folder, onionSite },
  }).catch(explainPort(settings));
  const rounds = every(ACCEPT_EVERY, { log, random }, acceptAndPublish);
  await runUntilSignal(service, introduction(settings, service, keys.demoCustodian), async () => {
    await Promise.all([rounds.stop().then(onionSite.idle), service.close()]);
    await one.release();
    lock.release();
  });
}

function introduction({ dataDir }: Settings, service: FormService, demo: boolean): string {
  const folder = shortest(dataDir);
  const lines = [`keys, database, repository and site lie in ${folder}`];
  if (service.inboxKey !== undefined)
    lines.push(`mail is captured, not sent: ${originOf(service)}/inbox/?key=${service.inboxKey}`);
  if (demo)
    lines.push(
      `for trying out only: the contact details are sealed for demonstration keys in ${folder}/demo-custodian`,
    );
  lines.push("review what is pending, in another terminal: npm run moderate -- list");
  return lines.join("\n");
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere || ".";
}
