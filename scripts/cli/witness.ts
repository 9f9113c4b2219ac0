import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import { need, type Read, readJson, textOf } from "../letter/bytes/read.ts";
import { openCheckpoint } from "../letter/ledger/checkpoint.ts";
import { formatVkey, type NoteVerifier, parseVkey } from "../letter/ledger/note.ts";
import { type Hash, leafHash } from "../letter/ledger/tree.ts";
import { isQuorumMet, parseWitnessPolicy, type WitnessPolicy } from "../letter/ledger/witness-policy.ts";
import { readPublishedLedger } from "../letter/published/ledger.ts";
import { systemClock } from "../outside/clock.ts";
import { openPublished } from "../outside/published.ts";
import { readSettings } from "../outside/settings.ts";
import { printable } from "../outside/terminal.ts";
import { askWitness } from "../outside/witness.ts";
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
  const policy = parseWitnessPolicy(await readPolicy(values.policy));
  const read = openPublished(place ?? join(readSettings(process.env).dataDir, "site"));
  const { note, leaves } = await readLedger(read, values.vkey, policy.logs);

  const cosigned = new Map<string, string>();
  const ask = async (witness: WitnessPolicy["witnesses"][number]) => {
    try {
      cosigned.set(witness.name, (await askWitness(witness, note, leaves, systemClock)).line);
    } catch (cause) {
      if (!(cause instanceof LetterError)) throw cause;
      console.log(`${printable(witness.name)}: ${cause.message}`);
    }
  };
  await Promise.all(policy.witnesses.map(ask));

  const { length } = policy.witnesses;
  const met = isQuorumMet(policy, new Set(cosigned.keys()));
  const told =
    length === 0 ? "no witness is asked, since the policy names none" : `${cosigned.size} of ${length} cosigned`;
  console.log(
    `${met ? "quorum met" : "quorum not met"} (${printable(policy.quorum)}): ${told}, tree size ${leaves.length}`,
  );
  if (!met) process.exitCode = 1;
  else if (values.out !== undefined) {
    // In the order of the policy, whoever answered first.
    const lines = policy.witnesses.map(({ name }) => cosigned.get(name) ?? "");
    await writeFile(values.out, note + lines.join(""));
  }
});

async function readPolicy(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new LetterError("policy", `the policy ${file} cannot be read: name one with --policy`, { cause });
  }
}

/** The checkpoint and the hashes of its entries, checked against its root: nothing else is worth a witness's word. */
async function readLedger(
  read: Read,
  pinned: string | undefined,
  logs: readonly NoteVerifier[],
): Promise<{ note: string; leaves: Hash[] }> {
  const note = textOf("ledger/checkpoint", await need(read, "ledger/checkpoint"));
  const vkey = pinned ?? (await readJson(read, "keys.json", z.object({ ledger: z.string() }))).ledger;
  if (logs.length > 0 && !logs.some((log) => formatVkey(log) === vkey))
    throw new LetterError("policy", "the key of this ledger is none of the policy's logs");
  const leaves: Hash[] = [];
  const checkpoint = openCheckpoint(note, parseVkey(vkey));
  await readPublishedLedger(read, "ledger/", checkpoint, (bytes) => void leaves.push(leafHash(bytes)));
  return { note, leaves };
}
