import { createInterface } from "node:readline";
import { allowAgain } from "../form-service/signing/suppression.ts";
import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { parseEmail } from "../letter/signature/email.ts";
import { readPepper } from "../outside/seal/keys.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run allow-mail

Lets confirmation codes be mailed again to somebody who said "I did not ask for this code", before the 30 days are over.
Do it only for someone who has written to you from that very address. It asks for the address on standard input, so that it stays in no history of commands, and
prints nothing of it. It works while the form service runs, with the same DATA_DIR and DATABASE_URL.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("give the address on standard input, not here", HELP);
  const settings = currentSettings();
  const pepper = await readPepper(settings.dataDir);
  if (process.stdin.isTTY) process.stderr.write("address: ");
  const parsed = parseEmail(await firstLine());
  if ("problem" in parsed) throw new LetterError("usage", "that is no e-mail address: write it as name@example.org");
  const done = await withCampaignStore(settings, (store) => allowAgain(store, pepper, parsed.email));
  console.log(done ? "codes may be mailed there again" : "nothing stood in the way: codes are mailed there already");
  sayWhere(settings);
});

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return "";
}
