import { parseBase64url } from "../../letter/bytes/base64url.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import type { Clock } from "../../outside/clock.ts";
import type { GitHost, MainState } from "../../outside/git/host.ts";
import { forget } from "../signing/withdrawal.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import { OUT_OF_QUEUE, type Query, type Store } from "../store/schema.ts";
import { attestedSheets } from "./refiling.ts";
import { contactCommitments, settle } from "./settlement.ts";

/** Notes that the database comes from a backup. Until `reconcileAfterRestore` has run, main and the pending sheets know more. */
export async function noteRestored(query: Query, day: string): Promise<void> {
  await query.insertInto("restoration").values({ day }).execute();
}

/**
 * After a restoration, takes over what has happened since the backup, as far as main and the pending sheets show it.
 * What main has accepted is settled, what was withdrawn there is forgotten, and what waits on a sheet is not filed on
 * another one, where moderators would see it twice. Only what this service attested counts as a sheet.
 */
export async function reconcileAfterRestore(
  store: Store,
  clock: Clock,
  main: MainState,
  gitHost: Pick<GitHost, "pendingSheets">,
  attestation: Pick<SigningKey, "publicKey">,
): Promise<void> {
  const restored = await store.query.selectFrom("restoration").select("day").executeTakeFirst();
  if (!restored) return;
  const pending = await gitHost.pendingSheets();
  await store.change(async (query) => {
    await takeOverMain(query, main);
    for (const [sheet, filed] of attestedSheets(pending, attestation)) {
      if (!main.settled.sheets.has(sheet.sheet)) await takeOverSheet(query, sheet, filed.message);
    }
    await query.deleteFrom("restoration").execute();
  });
  await settle(store, clock, main);
  await store.scrub();
}

async function takeOverMain(query: Query, { record, settled }: MainState): Promise<void> {
  const accepted = contactCommitments(record.entries);
  const listed = new Set(record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))));
  const rows = await query
    .selectFrom("signature")
    .select(["id", "state", "row"])
    .where("state", "in", ["confirmed", "aside", "filing", "filed", "accepted"])
    .orderBy("id")
    .forUpdate()
    .execute();
  for (const { id, state, row } of rows) {
    const isAccepted = state === "accepted" || accepted.has(storedRow(row).contact ?? "");
    if ((isAccepted && !listed.has(id)) || settled.withdrawn.has(id)) {
      await forget(query, id);
      await query
        .updateTable("signature")
        .set({ state: "withdrawn", ...OUT_OF_QUEUE })
        .where("id", "=", id)
        .execute();
    } else if (state === "confirmed" && (isAccepted || settled.refused.has(id))) {
      // As if it had been filed from here: the settlement does the rest.
      await query.updateTable("signature").set({ state: "filed" }).where("id", "=", id).execute();
    }
  }
}

/** Takes over a sheet that was filed after the backup: our rows on it, compared row by row, count as filed. */
async function takeOverSheet(query: Query, sheet: Sheet, message: string): Promise<void> {
  const name = sheet.sheet;
  const known = await query.selectFrom("sheet").select("state").where("sheet", "=", name).executeTakeFirst();
  if (known) return;
  const values = { sheet: name, kind: sheet.kind, state: "filed", text: null, base: "", message, day: "" } as const;
  await query.insertInto("sheet").values(values).execute();
  for (const row of sheet.rows) {
    if (sheet.kind === "withdrawals") {
      await query.updateTable("withdrawal").set({ sheet: name }).where("id", "=", row.id).execute();
      continue;
    }
    const mine = await query
      .selectFrom("signature")
      .select("row")
      .where("id", "=", row.id)
      .where("state", "in", ["confirmed", "filing"])
      .forUpdate()
      .executeTakeFirst();
    if (!mine || storedRow(mine.row).attestation !== row.attestation) continue;
    await query.updateTable("signature").set({ state: "filed", sheet: name }).where("id", "=", row.id).execute();
  }
}
