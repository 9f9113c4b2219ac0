import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { readMainOnce } from "../accept/record/kept-main.ts";
import { seedCampaign } from "../accept/seed.ts";
import { makeDatabase, noteSeen, withCampaignStore } from "../form-service/store/campaign-database.ts";
import { formatRoot } from "../letter/ledger/checkpoint.ts";
import { rootOf } from "../letter/ledger/tree.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { assertClock } from "../outside/known-days.ts";
import { systemRandom } from "../outside/random.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run seed -- N

Adds N invented signatures to the local campaign, for a look at the pages: Persian and Latin names, shown in every way,
one in forty refused and one in fifty withdrawn. They go the way of real ones, through sheets, review and acceptance,
but nobody is behind them and no contact record exists. Never do this to a letter that is to be handed over.`;

await runCommand(HELP, {}, async ({ positionals: [typed, ...rest] }) => {
  if (!/^[1-9]\d{0,6}$/.test(typed ?? "") || rest.length > 0) throw usageError("say how many, from 1 to 9999999", HELP);
  const settings = readLocalSettings();
  const lock = await lockDataFolder(settings.dataDir);
  try {
    await assertClock(settings, systemClock);
    const campaign = await openLocalCampaign("make");
    // Before main has signatures: a start without a database would be refused then, and only here is one made.
    const { attestation } = campaign.keys.publicKeys;
    if ((await readMainOnce(campaign.host)).record.accepts.size > 0) await withCampaignStore(settings, async () => {});
    else await makeDatabase(settings, (await campaign.host.readMain()).record, attestation);
    const { isTTY } = process.stderr;
    const total = await seedCampaign(campaign, Number(typed), systemRandom, (done) => {
      process.stderr.write(`${isTTY ? "\r" : ""}${done} of ${typed}${isTTY ? "" : "\n"}`);
    });
    if (isTTY) process.stderr.write("\n");
    // The database holds none of these people, and has seen them: npm start goes on.
    const { size, frontier } = (await readMainOnce(campaign.host)).record;
    const seen = { size, root: () => formatRoot(rootOf(frontier)) };
    await withCampaignStore(settings, (store) => noteSeen(store, seen, attestation));
    console.log(`accepted ${total.accepted}, refused ${total.refused}, withdrawn ${total.withdrawn}`);
    console.log(`the list has ${total.listed} signatures`);
    sayWhere(settings);
  } finally {
    lock.release();
  }
});
