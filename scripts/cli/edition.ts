import { acceptAll } from "../accept/acceptance.ts";
import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { loggedEdition } from "../letter/signature/record.ts";
import { systemClock } from "../outside/clock.ts";
import { readServedFilesIn } from "../outside/git/letter-files.ts";
import { assertClock } from "../outside/known-days.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run edition

Puts a changed letter on the ledger of the local campaign: the texts of content/ go to main, and a new edition to the
ledger. Signatures for the old edition stay what they are, and the list says which text they signed. Prints both.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  await assertClock(readLocalSettings(), systemClock);
  const { host, acceptor, day } = await openLocalCampaign("refuse");
  const before = loggedEdition((await host.readMain()).record.entries);
  await host.commitText(await readServedFilesIn("."), day);
  const after = (await acceptAll(acceptor)).main.kept.editions.at(-1);
  console.log(`old edition ${before ?? "none"}`);
  console.log(`new edition ${after}${after === before ? " (the letter has not changed)" : ""}`);
  sayWhere(readLocalSettings());
});
