import { systemRandom } from "../outside/random.ts";
import { openKeys, openServiceKeys } from "../outside/seal/keys.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { writeOnionKey } from "../outside/tor/onion-key.ts";
import { readContent } from "../site/views/read-content.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run keys -- [--json | --onion DIR]

Prints the public keys of the campaign in DATA_DIR, and makes the keys that are missing. The lines are as they belong
into content/campaign.yaml: once they stand there, a site with other keys is no longer built, and anyone can pin them.

  --json       as /keys.json has them
  --onion DIR  makes the key of an onion service in a new folder instead, and prints its address: Tor takes the folder
               as its HiddenServiceDir, once it belongs to Tor's user

The secret keys stay in DATA_DIR/keys/. Keep a copy of that folder offline: without ledger.key no checkpoint can be
signed, without pepper.key an address can sign twice, and without its key an onion service loses its address.`;

const OPTIONS = { json: { type: "boolean" }, onion: { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  if (values.onion !== undefined) {
    console.log(`onion: ${await writeOnionKey(values.onion, systemRandom)}`);
    console.log(
      `# keep a copy of ${values.onion} offline: who has it can be your onion service (.github/operating.md)`,
    );
    return;
  }
  const settings = currentSettings();
  const { campaign } = await readContent("content");
  const { dataDir, gitHost } = settings;
  // Where others accept, no key of the ledger is to lie on this machine.
  const { publicKeys, demoCustodian } =
    gitHost.kind === "local"
      ? await openKeys(dataDir, campaign)
      : { ...(await openServiceKeys(dataDir, campaign)), demoCustodian: false };
  if (values.json) {
    console.log(JSON.stringify(publicKeys));
    return;
  }
  console.log(`ledger_vkey: ${publicKeys.ledger}\nattestation_key: ${publicKeys.attestation}`);
  sayWhere(settings);
  if (demoCustodian) {
    console.log(
      "# recipient.age is empty: contact details are sealed for two demonstration identities on this machine",
    );
  }
});
