import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import { isQuorumMet, parseWitnessPolicy } from "../letter/ledger/witness-policy.ts";
import { readLedgerToCosign } from "../letter/published/ledger-to-cosign.ts";
import { systemClock } from "../outside/clock.ts";
import { openPublished } from "../outside/published.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { askWitnesses, formatQuorum } from "../outside/witness.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run witness -- [DIR|BAG|URL] [--policy FILE] [--vkey KEY] [--out FILE]

Asks the witnesses of the policy to cosign the checkpoint of a published ledger: each compares it with the last one it
saw and says, with the time, that nothing was rewritten in between (C2SP tlog-witness). Each cosignature is checked.

  DIR            a built site or an unpacked public bag; without it the site in DATA_DIR
  BAG, URL       a public bag as it came, or the address of a site
  --policy FILE  which witnesses there are and which of them suffice; without it content/witness-policy
  --vkey KEY     the ledger's key as you got it from elsewhere; else the site's own is taken
  --out FILE     where the checkpoint with its cosignatures is written, once the quorum is met. Nothing is written into
                 the site: a cosignature tells the second at which the witness was asked

The last line says whether the quorum is met; if not, the exit code is 1.`;

const OPTIONS = {
  policy: { type: "string", default: join("content", "witness-policy") },
  vkey: { type: "string" },
  out: { type: "string" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [place, ...rest] }) => {
  if (rest.length > 0) throw usageError("name one folder, bag or address", HELP);
  const policy = parseWitnessPolicy(
    await readFile(values.policy, "utf8").catch((cause) => {
      throw new LetterError("policy", `the policy ${values.policy} cannot be read: name one with --policy`, { cause });
    }),
  );
  const read = openPublished(place ?? join(currentSettings().dataDir, "site"));
  const ledger = await readLedgerToCosign(read, values.vkey, policy.logs);
  const cosigned = await askWitnesses(policy, ledger, systemClock, console.log);
  console.log(formatQuorum(policy, cosigned, ledger.leaves.length));
  if (!isQuorumMet(policy, new Set(cosigned.keys()))) process.exitCode = 1;
  else if (values.out !== undefined) {
    // In the order of the policy, not of the answers.
    const lines = policy.witnesses.map(({ name }) => cosigned.get(name) ?? "");
    await writeFile(values.out, ledger.note + lines.join(""));
  }
});
