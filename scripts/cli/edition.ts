import { acceptAll } from "../accept/acceptance.ts";
import { openLocalCampaign } from "../accept/local-campaign.ts";
import { loggedEdition } from "../letter/signature/record.ts";
import { systemClock } from "../outside/clock.ts";
import { readServedFilesIn } from "../outside/git/letter-files.ts";
import { assertClock } from "../outside/known-days.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run edition

Puts a changed letter on the ledger of the local campaign: the texts of content/ go to main, and a new edition to the
ledger. Signatures for the old edition stay what they are, and the list says which text they signed. Prints both.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const { host, acceptor, day } = await openLocalCampaign("make");
  await assertClock(currentSettings(), systemClock);
  const before = loggedEdition((await host.readMain()).record.entries);
  await host.commitText(await readServedFilesIn("."), day);
  const after = loggedEdition((await acceptAll(acceptor)).main.record.entries);
  console.log(`old edition ${before ?? "none"}`);
  console.log(`new edition ${after}${after === before ? " (the letter has not changed)" : ""}`);
});
