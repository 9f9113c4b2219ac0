import { readFile } from "node:fs/promises";
import { pause, resume } from "../form-service/store/pause.ts";
import { openStore } from "../form-service/store/schema.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { readSettings } from "../outside/settings.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run pause -- "REASON IN FA" "REASON IN EN" | off

Takes no new signatures for a while: the form says so, with the reason, in the language of the page. All pages stay up;
whoever has a code can still confirm, and everybody can withdraw. It works at once, while the form service runs, for
all instances on the same database (same DATA_DIR and DATABASE_URL). "off" takes signatures again.

Give one sentence for each language of the campaign, in the order of "languages" in content/campaign.yaml.`;

/** Longer than any sentence that people read. */
const LONGEST = 300;

await runCommand(HELP, {}, async ({ positionals }) => {
  const { languages } = parseCampaign(await readFile("content/campaign.yaml", "utf8"));
  const off = positionals.length === 1 && positionals[0] === "off";
  const reasons = positionals.map((text) => text.trim().normalize("NFC"));
  if (!off && reasons.length !== languages.length) {
    throw usageError(`give a reason in each of ${languages.join(", ")}, or off`, HELP);
  }
  if (reasons.some((text) => text === "" || [...text].length > LONGEST || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))) {
    throw new LetterError("usage", `a reason is one line of 1 to ${LONGEST} characters`);
  }
  const store = await openStore(readSettings(process.env).database);
  try {
    if (off) console.log((await resume(store)) ? "signatures are taken again" : "signatures were not paused");
    else {
      await pause(store, Object.fromEntries(languages.map((lang, i) => [lang, reasons[i] ?? ""])));
      console.log("new signatures are paused; npm run pause -- off takes them again");
    }
  } finally {
    await store.close();
  }
});
