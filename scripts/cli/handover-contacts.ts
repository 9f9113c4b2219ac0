import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import { sealedRecords, withoutRecord } from "../form-service/store/vault-records.ts";
import { findPublicBag, formatHandedContacts, handOverContacts, warningsOf } from "../handover/contacts-handover.ts";
import { openHandoverPlace } from "../handover/handover-place.ts";
import { parseHandover } from "../letter/handover/handover.ts";
import { openBag } from "../outside/bag/reader.ts";
import { systemClock } from "../outside/clock.ts";
import { assertClock } from "../outside/known-days.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover:contacts -- --tag handover/DATE --out DIR [--json]

Writes DIR/contacts-DATE.tar on the form service's host: the sealed contact record of every signature that is accepted and
not withdrawn at the tag, as it lies in the vault. Nothing is opened, and nothing leaves this machine: take the file to the
recipient yourself, never through GitHub.

  --tag handover/DATE  the tag of the handover
  --out DIR            where the public bag handover-DATE.tar lies. A campaign on this machine makes it when it is not
                       there; with GitHub, download it from the release first.

Refused once anybody has left since the tag: make another one, and hand over both bags of that one.

Prepares the notice for the ledger, DIR/handover-DATE.md, with the digests of both bags. On this machine it goes to main and
the ledger at once; with GitHub, put it into signatures/notices/ by a pull request. All steps: .github/handing-over.md`;

const OPTIONS = { tag: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { out } = values;
  if (positionals.length > 0 || out === undefined) throw usageError("name a folder with --out", HELP);
  const handover = parseHandover(values.tag);
  const place = await openHandoverPlace();
  await assertClock(place.settings, systemClock);
  const bag = await openBag(await findPublicBag(handover, place, out));
  try {
    const handed = await withCampaignStore(place.settings, (store) => {
      const vault = {
        sealedRecords: (ids: readonly string[]) => sealedRecords(store, ids),
        withoutRecord: (ids: readonly string[]) => withoutRecord(store, ids),
      };
      return handOverContacts(handover, place, { bag, out, vault });
    });
    console.log(values.json ? JSON.stringify(handed) : formatHandedContacts(handover, handed));
    for (const warning of warningsOf(handed)) console.error(`warning: ${warning}`);
  } finally {
    await bag.close();
  }
});
