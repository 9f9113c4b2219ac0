import { Resolver } from "node:dns/promises";
import { checkCampaign } from "../../accept/campaign-check.ts";
import { checkClock } from "../../form-service/clock-check.ts";
import { checkSheets } from "../../form-service/filing/sheet-check.ts";
import { checkServed } from "../../form-service/served-check.ts";
import { checkContent, checkDatabase } from "../../form-service/start-check.ts";
import { checkBackups } from "../../form-service/store/old-backups.ts";
import { checkErasure } from "../../handover/requests/erasure-due.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { systemClock } from "../../outside/clock.ts";
import { checkCoreFiles, checkFolder, checkGit, checkNode, checkPort, checkRoom } from "../../outside/machine-check.ts";
import { checkMailDomain, type Finding } from "../../outside/mail-domain-check.ts";
import type { Settings } from "../../outside/settings.ts";
import { checkTorExits } from "../../outside/tor/exits.ts";
import { type Get, getOverSocks, parseSocks } from "../../outside/tor/socks.ts";
import { readContent } from "../../site/views/read-content.ts";

/** What visitors get at the public addresses and over Tor. @param socks where a Tor answers, `HOST:PORT` */
export async function findServed(settings: Settings, socks: string): Promise<Finding[]> {
  const { campaign } = await readContent("content");
  const get: Get = (url, signal) => fetch(url, { signal });
  return checkServed({ settings, campaign, get, getOverTor: getOverSocks(parseSocks(socks)) });
}

/** What this machine, its settings and its content are like. */
export async function findHere(settings: Settings): Promise<Finding[]> {
  return [
    checkNode(),
    checkGit(),
    await checkClock(settings, systemClock),
    checkFolder(settings),
    checkRoom(settings),
    await checkPort(settings),
    await checkContent(),
    ...(await checkCampaign(settings, dayOf(systemClock.now()))),
    ...(settings.mail.kind === "smtp" ? [await checkCoreFiles()] : []),
    ...(await checkMailDomain(settings, (name) => new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name))),
    ...(await checkTorExits(settings, systemClock.now())),
    await checkDatabase(settings),
    ...(await checkSheets(settings)),
    ...(await checkBackups(settings, systemClock.now())),
    await checkErasure(settings, dayOf(systemClock.now())),
  ];
}
