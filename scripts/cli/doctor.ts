import { Resolver } from "node:dns/promises";
import { checkCampaign } from "../accept/campaign-check.ts";
import { believeClock, checkClock } from "../form-service/clock-check.ts";
import { checkContent, checkDatabase } from "../form-service/start-check.ts";
import { checkBackups } from "../form-service/store/old-backups.ts";
import { checkErasure } from "../handover/requests/erasure-due.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { systemClock } from "../outside/clock.ts";
import { checkCoreFiles, checkFolder, checkGit, checkNode, checkPort } from "../outside/machine-check.ts";
import { checkMailDomain, formatFinding } from "../outside/mail-domain-check.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run doctor [-- --clock-is-right]

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not:
also whether people are told who is responsible, and whether a day that the pages promise comes soon (!) or is over (✕),
and whether main's history has to be erased (.github/erasing.md).
  --clock-is-right  says so where days that the campaign has had contradict the clock, as after a long standstill; a service
                    that runs takes forms and deletes again within a minute

With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.`;

const OPTIONS = { "clock-is-right": { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const settings = currentSettings();
  if (values["clock-is-right"]) return console.log(await believeClock(settings, systemClock));
  const findings = [
    checkNode(),
    checkGit(),
    await checkClock(settings, systemClock),
    checkFolder(settings),
    await checkPort(settings),
    await checkContent(),
    ...(await checkCampaign(settings, dayOf(systemClock.now()))),
    ...(settings.mail.kind === "smtp" ? [await checkCoreFiles()] : []),
    ...(await checkMailDomain(settings, (name) => new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name))),
    await checkDatabase(settings),
    ...(await checkBackups(settings, systemClock.now())),
    await checkErasure(settings, dayOf(systemClock.now())),
  ];
  for (const finding of findings) console.log(formatFinding(finding));
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});
