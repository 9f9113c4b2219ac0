import { Resolver } from "node:dns/promises";
import { checkContent, checkDatabase } from "../form-service/start-check.ts";
import { checkBackups } from "../form-service/store/old-backups.ts";
import { systemClock } from "../outside/clock.ts";
import { checkCoreFiles, checkFolder, checkGit, checkNode, checkPort } from "../outside/machine-check.ts";
import { checkMailDomain } from "../outside/mail-domain-check.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run doctor

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not.
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
    ...(settings.mail.kind === "smtp" ? [await checkCoreFiles()] : []),
    ...(await checkMailDomain(settings, (name) => new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name))),
    await checkDatabase(settings),
    ...(await checkBackups(settings, systemClock.now())),
  ];
  for (const { what, mend } of findings) console.log(mend === undefined ? `✓ ${what}` : `✕ ${what}: ${mend}`);
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});
