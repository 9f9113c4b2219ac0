import { readFile } from "node:fs/promises";
import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import { parseReasons, pause, resume } from "../form-service/store/pause.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run pause -- "REASON IN FA" "REASON IN EN" | off

Takes no new signatures for a while: the form says so, with the reason, in the language of the page. All pages stay up;
whoever has a code can still confirm, and everybody can withdraw. It works at once, while the form service runs, for
all instances on the same database (same DATA_DIR and DATABASE_URL). "off" takes signatures again.

Give one sentence for each language of the campaign, in the order of "languages" in content/campaign.yaml.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  const { languages } = parseCampaign(await readFile("content/campaign.yaml", "utf8"));
  const off = positionals.length === 1 && positionals[0] === "off";
  if (!off && positionals.length !== languages.length) {
    throw usageError(`give a reason in each of ${languages.join(", ")}, or off`, HELP);
  }
  const reasons = off ? undefined : parseReasons(languages, positionals);
  const settings = currentSettings();
  await withCampaignStore(settings, async (store) => {
    if (reasons === undefined) {
      console.log((await resume(store)) ? "signatures are taken again" : "signatures were not paused");
    } else {
      await pause(store, reasons);
      console.log("new signatures are paused; npm run pause -- off takes them again");
    }
  });
  sayWhere(settings);
});
