import { Resolver } from "node:dns/promises";
import { checkCampaign } from "../accept/campaign-check.ts";
import { checkSheets } from "../form-service/filing/sheet-check.ts";
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
usage: npm run doctor

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not:
also whether a sheet is stuck, whether people are told who is responsible, and whether a day that the pages promise comes soon (!) or is over (✕),
and whether main's history has to be erased (.github/erasing.md).
With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const settings = currentSettings();
  const findings = [
    checkNode(),
    checkGit(),
    checkFolder(settings),
    await checkPort(settings),
    await checkContent(),
    ...(await checkCampaign(settings, dayOf(systemClock.now()))),
    ...(settings.mail.kind === "smtp" ? [await checkCoreFiles()] : []),
    ...(await checkMailDomain(settings, (name) => new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name))),
    await checkDatabase(settings),
    ...(await checkSheets(settings)),
    ...(await checkBackups(settings, systemClock.now())),
    await checkErasure(settings, dayOf(systemClock.now())),
  ];
  for (const finding of findings) console.log(formatFinding(finding));
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});
