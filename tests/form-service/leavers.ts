import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { findLeftLists, restoreService } from "../../scripts/form-service/filing/restored-service.ts";
import { readBackup, readBackupKey } from "../../scripts/form-service/store/backup-contents.ts";
import { deleteEverything } from "../../scripts/form-service/store/destruction.ts";
import { makeBackupKey, writeBackup } from "../../scripts/form-service/store/written-backup.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { days, fixedRandomness } from "../support/fixtures.ts";
import { type Harness, openHarness, sign } from "./harness.ts";

/** The states in which somebody may leave. */
export const STATES = ["accepted", "refused", "filed", "filing", "confirmed"] as const;
export type LeftIn = (typeof STATES)[number];

/** Somebody who signed, with the withdrawal code. */
export type Leaver = { readonly name: string; readonly email: string; readonly place: string; readonly code: string };
export type Leavers = Readonly<Record<LeftIn, Leaver>>;

/** A harness whose sheets have one row each, so that everybody can be brought into a state of their own. */
export const openCampaign = () => openHarness({ settings: { FILE_AT_MOST: "1" } });

/** Signs with a name, place and address that are nowhere else. */
export async function signAs(harness: Harness, seed: string, who: string, shown = "name"): Promise<Leaver> {
  const draw = fixedRandomness(`${seed}/${who}`);
  const word = () => Array.from(draw(9), (byte) => String.fromCharCode(97 + (byte % 26))).join("");
  const name = `Z${word()} Q${word()}`;
  const person = { name, place: `X${word()}`, email: `${who}.${word()}@example.org` };
  const { withdrawalCode } = await sign(harness, person, { shown });
  return { ...person, code: withdrawalCode };
}

/** Brings one signature into each state. */
export async function signInEveryState(harness: Harness, seed: string): Promise<Leavers> {
  const signed = (state: LeftIn) => signAs(harness, seed, state);
  const [accepted, refused] = [await signed("accepted"), await signed("refused")];
  await harness.round();
  decide(harness, { accepted, refused });
  await harness.round();
  const filed = await signed("filed");
  await harness.round();
  const filing = await signed("filing");
  harness.gitHost.failNext("before");
  await harness.round();
  return { accepted, refused, filed, filing, confirmed: await signed("confirmed") };
}

/** Accepts and refuses the rows of these people. */
export function decide(harness: Harness, { accepted, refused }: Pick<Leavers, "accepted" | "refused">): void {
  const sheetOf = (code: string) =>
    [...harness.gitHost.open.keys()].find((sheet) => harness.gitHost.parse(sheet).rows[0]!.id === idOfCode(code))!;
  harness.gitHost.accept(sheetOf(accepted.code));
  harness.gitHost.accept(sheetOf(refused.code), { [idOfCode(refused.code)]: "fake-name" });
}

export const idOfCode = (code: string) => idOf(openingOf(code));

/** Writes a backup into a folder of its own, as a removable medium would be. */
export async function backUp(harness: Harness, name: string): Promise<string> {
  const keys = join(harness.dataDir, "keys");
  mkdirSync(keys, { recursive: true });
  for (const [file, bytes] of Object.entries(harness.secrets))
    writeFileSync(join(keys, file), `${formatBase64url(bytes)}\n`);
  const folder = join(harness.folder, name);
  mkdirSync(folder);
  const recipient = await makeBackupKey(join(folder, "backup.key"));
  const path = join(folder, "backup.age");
  await writeBackup(harness.settings, path, recipient, dayOf(harness.clock.now()));
  return path;
}

/** Loses the database, and makes it again from a backup on another machine, with the lists that are found there. */
export async function loseAndRestore(harness: Harness, path: string, oldDataDirs: string[] = []): Promise<string> {
  const dataDir = join(harness.folder, `machine-${oldDataDirs.length}-${path.length}`);
  mkdirSync(dataDir, { recursive: true });
  await deleteEverything(harness.store, harness.settings.database.kind);
  const identity = await readBackupKey(join(path, "../backup.key"));
  const backup = { path, identity };
  const lists = await findLeftLists(path, [dataDir, ...oldDataDirs]);
  const settings = { ...harness.settings, dataDir };
  const { clock } = harness;
  await restoreService(backup, await readBackup(backup), lists, { settings, clock, random: fixedRandomness(path) });
  await harness.restart();
  return dataDir;
}

/** All that is stored in the database, by table and column, bytes as Latin-1. */
export async function everyCell(harness: Harness): Promise<{ at: string; text: string }[]> {
  const { query } = harness.store;
  // On PostgreSQL every trial has a schema of its own, with the same names.
  const tables = new Set((await query.introspection.getTables()).map(({ name }) => name));
  const cells: { at: string; text: string }[] = [];
  for (const name of tables) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(query);
    for (const row of rows)
      for (const [column, value] of Object.entries(row)) {
        const text = value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
        cells.push({ at: `${name}.${column}`, text });
      }
  }
  return cells;
}

/** Leaves as somebody does who has lost the withdrawal code. */
export async function withdrawByAddress(harness: Harness, email: string): Promise<void> {
  const before = harness.mailServer.mails.length;
  const asked = await harness.post("/en/withdraw/", { email });
  const s = new URL(asked.headers.get("location")!, "http://localhost:8080").searchParams.get("s")!;
  await harness.mailed();
  const mail = harness.mailServer.mails.slice(before).at(-1)!;
  const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(mail.text)![0];
  const done = await harness.post("/en/withdraw/confirm/", { s, code });
  if (done.status !== 200) throw new Error(`the withdrawal was answered with ${done.status}`);
}

/** Leaves by code. */
export async function withdrawAll(harness: Harness, people: readonly Leaver[]): Promise<void> {
  for (const { code } of people) {
    const { status } = await harness.post("/en/withdraw/", { code });
    if (status !== 200) throw new Error(`the withdrawal was answered with ${status}`);
  }
}

export function acceptAll(harness: Harness): void {
  for (const sheet of [...harness.gitHost.open.keys()]) harness.gitHost.accept(sheet);
}

/** Goes on until everything that could ever be filed and accepted has been. */
export async function liveOn(harness: Harness): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await harness.round();
    acceptAll(harness);
    harness.clock.advance(days(8));
    await harness.sweep();
  }
  await harness.round();
}

export const shownIn = (harness: Harness) => harness.gitHost.record().rows.map(({ name }) => name);
