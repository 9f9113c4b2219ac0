import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import { countUndecided, emptyDatabase } from "../form-service/store/destruction.ts";
import { openHandoverPlace } from "../handover/handover-place.ts";
import { purge } from "../handover/purge.ts";
import { parseHandover } from "../letter/handover/handover.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { systemRandom } from "../outside/random.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run purge -- --tag handover/DATE [--receipt SHA256]

After the recipient has opened the contacts bag: destroys what this machine holds of the signatories, for good. That is the
vault, the queue and every other row of the database, the pepper, captured mail, older builds of the site, the backups that
DATA_DIR/backups.json names, and on one machine the history of the campaign's repository. Ledger, list, public bag and site
live on, and the count stays verifiable. Stop the form service first.

  --tag handover/DATE  the handover that was received
  --receipt SHA256     the digest of the contacts bag as the recipient read it to you from its own report, not as you know
                       it yourself. Without it nothing is destroyed, and it is said what would be

Refused while signatures are undecided, or were accepted after the tag: they would be lost unseen. All steps:
.github/handing-over.md`;

const OPTIONS = { tag: { type: "string" }, receipt: { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const handover = parseHandover(values.tag);
  const place = await openHandoverPlace();
  const { settings } = place;
  const store = {
    countUndecided: () => withCampaignStore(settings, countUndecided),
    deleteEverything: () => emptyDatabase(settings),
  };
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const { destroyed, report } = await purge(handover, place, {
      receipt: values.receipt,
      store,
      random: systemRandom,
    });
    console.log(report);
    if (!destroyed) process.exitCode = 1;
  } finally {
    lock.release();
  }
});
