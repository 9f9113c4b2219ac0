import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { parseContactRecord } from "../../letter/signature/contact.ts";
import type { ListRow } from "../../letter/signature/list.ts";
import { makeWritableFolder } from "../../outside/folder.ts";
import { openIdentities } from "../../outside/seal/unseal.ts";
import { formatListed } from "./removal.ts";

/** What is held about one signature, as far as the answer needs it. */
export type HeldFacts = {
  readonly state: string;
  readonly stateOnMain: string;
  readonly day: string | undefined;
  readonly listed: ListRow | undefined;
  readonly sealed: Uint8Array | undefined;
};

/** The names of the files of an answer. */
const [HELD, SEALED, OPENED] = ["held.json", "record.age", "record.json"] as const;

/**
 * Writes what is held about a signature into an empty folder: `held.json`, and `record.age`, the sealed contact record.
 *
 * @returns lines for the terminal; a name only where the public list shows it
 * @throws LetterError `access` when an earlier answer is in the folder, `folder` when nothing can be written there
 */
export async function writeAnswer(held: HeldFacts, out: string): Promise<string[]> {
  makeWritableFolder(out, "--out");
  for (const name of [HELD, SEALED]) assertFree(out, name);
  const { sealed, listed, state, stateOnMain, day } = held;
  const facts = { ...held, sealed: sealed ? SEALED : null };
  await writeFile(join(out, HELD), `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
  if (sealed) await writeFile(join(out, SEALED), sealed, { mode: 0o600 });
  const since = day === undefined ? "" : ` since ${day}`;
  return [
    `here ${state}${since}, on main ${stateOnMain}`,
    listed ? `on the public list:\n${formatListed(listed).trimEnd()}` : "not on the public list",
    `wrote ${join(out, HELD)}: everything that is held here in plain text`,
    ...(sealed
      ? [
          `wrote ${join(out, SEALED)}: the sealed contact record, which only a custodian can open, with age 1.3 or later:`,
          `age --decrypt --identity KEYFILE ${SEALED} > ${OPENED}`,
          `or with this program: npm run access -- --open ${SEALED} --identity KEYFILE --out DIR`,
        ]
      : ["no contact record is held here"]),
    "give the answer to nobody but the person who brought the code, and delete the folder then",
  ];
}

/**
 * Opens one sealed contact record, as a custodian does, and writes it as JSON.
 *
 * @returns the file that was written
 * @throws LetterError `access` when there is no record in the file, or the key does not open it
 */
export async function openAnswer(file: string, identity: string, out: string): Promise<string> {
  const unseal = await openIdentities(identity);
  const sealed = await readFile(file).catch((cause) => {
    throw new LetterError("access", "there is no such file, or it cannot be read", { cause });
  });
  const plain = await unseal(sealed);
  if (plain === undefined) throw new LetterError("access", "this key does not open the file, or the file is damaged");
  const record = parseContactRecord(plain);
  makeWritableFolder(out, "--out");
  assertFree(out, OPENED);
  const path = join(out, OPENED);
  await writeFile(path, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  return path;
}

function assertFree(out: string, name: string): void {
  if (existsSync(join(out, name)))
    throw new LetterError("access", `--out: ${name} is there already: name an empty folder, so that no two people mix`);
}
