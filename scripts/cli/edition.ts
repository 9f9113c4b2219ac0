import { acceptAll } from "../actions/acceptance.ts";
import { loggedEdition } from "../letter/record.ts";
import { readLetterFilesIn } from "../outside/letter-files.ts";
import { runCommand, usageError } from "./command.ts";
import { openLocalCampaign } from "./local-campaign.ts";

const HELP = `
usage: npm run edition

Puts a changed letter on the ledger of the local campaign: the texts of content/ go to main, and a new edition to the
ledger. Signatures for the old edition stay what they are, and the list says which text they signed. Prints both.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const { host, acceptor, day } = await openLocalCampaign("make");
  const before = loggedEdition((await host.readMain()).record.entries);
  await host.commitText(await readLetterFilesIn("."), day);
  const after = loggedEdition((await acceptAll(acceptor)).main.record.entries);
  console.log(`old edition ${before ?? "none"}`);
  console.log(`new edition ${after}${after === before ? " (the letter has not changed)" : ""}`);
});
