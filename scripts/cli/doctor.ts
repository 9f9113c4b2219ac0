import { Resolver } from "node:dns/promises";
import { checkCampaign } from "../accept/campaign-check.ts";
import { checkServed } from "../form-service/served-check.ts";
import { checkContent, checkDatabase } from "../form-service/start-check.ts";
import { checkBackups } from "../form-service/store/old-backups.ts";
import { checkErasure } from "../handover/requests/erasure-due.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { systemClock } from "../outside/clock.ts";
import { checkCoreFiles, checkFolder, checkGit, checkNode, checkPort } from "../outside/machine-check.ts";
import { checkMailDomain, type Finding, formatFinding } from "../outside/mail-domain-check.ts";
import type { Settings } from "../outside/settings.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { checkTorExits } from "../outside/tor/exits.ts";
import { type Get, getOverSocks, parseSocks } from "../outside/tor/socks.ts";
import { readContent } from "../site/views/read-content.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run doctor [-- served [--socks HOST:PORT]]

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not:
also whether people are told who is responsible, and whether a day that the pages promise comes soon (!) or is over (✕),
whether main's history has to be erased (.github/erasing.md), and whether the exits of Tor are known.
With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.

  served             asks the public addresses and the onion service as a visitor does, and says what is wrong there
  --socks HOST:PORT  where a Tor answers that asks the onion service (default: 127.0.0.1:9050)`;

const OPTIONS = { socks: { type: "string", default: "127.0.0.1:9050" } } as const;

await runCommand(HELP, OPTIONS, async ({ positionals: [what, ...rest], values }) => {
  if (rest.length > 0 || (what !== undefined && what !== "served")) throw usageError("it takes no other names", HELP);
  const settings = currentSettings();
  const findings = what === "served" ? await served(settings, values.socks) : await here(settings);
  for (const finding of findings) console.log(formatFinding(finding));
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});

async function served(settings: Settings, socks: string): Promise<Finding[]> {
  const { campaign } = await readContent("content");
  const get: Get = (url, signal) => fetch(url, { signal });
  return checkServed({ settings, campaign, get, getOverTor: getOverSocks(parseSocks(socks)) });
}

async function here(settings: Settings): Promise<Finding[]> {
  return [
    checkNode(),
    checkGit(),
    checkFolder(settings),
    await checkPort(settings),
    await checkContent(),
    ...(await checkCampaign(settings, dayOf(systemClock.now()))),
    ...(settings.mail.kind === "smtp" ? [await checkCoreFiles()] : []),
    ...(await checkMailDomain(settings, (name) => new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name))),
    ...(await checkTorExits(settings, systemClock.now())),
    await checkDatabase(settings),
    ...(await checkBackups(settings, systemClock.now())),
    await checkErasure(settings, dayOf(systemClock.now())),
  ];
}
