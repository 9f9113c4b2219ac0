import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import { countUndecided, emptyDatabase, leavingIds } from "../form-service/store/destruction.ts";
import { withdrawnHere } from "../form-service/store/vault-records.ts";
import { openHandoverPlace } from "../handover/handover-place.ts";
import { purge } from "../handover/purge.ts";
import { parseHandover } from "../letter/handover/handover.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { assertClock } from "../outside/known-days.ts";
import { systemRandom } from "../outside/random.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run purge -- --tag handover/DATE [--receipt SHA256] [--deleted N]

After the recipient has opened the contacts bag: destroys what this machine holds of the signatories, for good. That is the
vault, the queue and every other row of the database, the pepper, captured mail, older builds of the site, the backups and
the bags that backups.json and copies.json in DATA_DIR name, and on one machine the history of the campaign's repository. With
after_purge: counts in content/campaign.yaml the list goes too; with names it stays, and people can still leave by their
codes. The ledger and the count stay verifiable. Stop the form service first.

  --tag handover/DATE  the handover that was received
  --receipt SHA256     the digest of the contacts bag as the recipient read it to you from its own report, not as you know
                       it yourself. Without it nothing is destroyed, and it is said what would be
  --deleted N          how many people the recipient has deleted from what it has, because they left since the tag; asked
                       for once anybody has, and refused unless it is their number
  --lost-database      the database with the contact records is lost, and a new one is in its place. Without it the purge is
                       refused where the database holds the record of nobody who was handed over

Refused while signatures are undecided, or were accepted after the tag, and while withdrawals are on their way: they would
be lost unseen. All steps: .github/handing-over.md`;

const TEXT = { type: "string" } as const;
const OPTIONS = { tag: TEXT, receipt: TEXT, deleted: TEXT, "lost-database": { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const handover = parseHandover(values.tag);
  const place = await openHandoverPlace();
  await assertClock(place.settings, systemClock);
  const { settings } = place;
  const store = {
    countUndecided: () => withCampaignStore(settings, countUndecided),
    leaving: () => withCampaignStore(settings, leavingIds),
    lost: async (ids: readonly string[]) => (await withdrawnHere(settings, ids)).lost,
    deleteEverything: () => emptyDatabase(settings),
  };
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const { destroyed, report } = await purge(handover, place, {
      told: { receipt: values.receipt, deleted: values.deleted, lostDatabase: values["lost-database"] },
      store,
      random: systemRandom,
    });
    console.log(report);
    if (!destroyed) process.exitCode = 1;
  } finally {
    lock.release();
  }
});
