import type { SigningKey } from "../../letter/bytes/key.ts";
import { isSheetAttested } from "../../letter/ledger/attestation.ts";
import { attestationIn } from "../../letter/review/filing-message.ts";
import { parseSheet, type Sheet } from "../../letter/signature/sheet.ts";
import type { GitHost, MainState, PendingSheets } from "../../outside/git/host.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import type { Query, Store } from "../store/schema.ts";

/**
 * Queues rows and withdrawals for a new sheet if their own sheet can no longer decide anything:
 *
 * - it was fixed before sheets were attested, so accept passes over it;
 * - it was settled and left the row out, though the row is decided nowhere: a copy of it on another sheet was to
 *   decide;
 * - its branch is `gone` or holds other bytes than were filed, and main has not settled it.
 *
 * A row that is on one of the `open` sheets too waits for that one.
 */
export async function queueLost(
  query: Query,
  gone: ReadonlySet<string>,
  open: ReadonlyMap<Sheet, { readonly message: string }>,
): Promise<void> {
  const sheets = await query.selectFrom("sheet").select(["sheet", "message", "state"]).orderBy("sheet").execute();
  for (const { sheet, message, state } of sheets) {
    const isGone = state === "filed" && gone.has(sheet);
    if (isGone || attestationIn(message) === undefined)
      await query.deleteFrom("sheet").where("sheet", "=", sheet).execute();
  }
  await query
    .updateTable("withdrawal")
    .set({ sheet: null })
    .where("sheet", "not in", query.selectFrom("sheet").select("sheet.sheet"))
    .execute();
  for (const { id, row } of await lostRows(query)) {
    const [sheet, on] = [...open].find(([one]) => holds(one, id, storedRow(row).attestation)) ?? [];
    if (sheet && on) await noteSheet(query, sheet, on.message);
    const values = sheet
      ? ({ state: "filed", sheet: sheet.sheet } as const)
      : ({ state: "confirmed", sheet: null } as const);
    await query.updateTable("signature").set(values).where("id", "=", id).execute();
  }
}

/**
 * Goes on with the sheets whose text was deleted because somebody on them withdrew before the git host had taken them.
 * One that the host has after all is filed to its end, with the text that lies there. Otherwise nobody has seen the name,
 * and nobody will: the other rows wait for another sheet.
 */
export async function remakeLeft(
  {
    store,
    gitHost,
    attestation,
  }: {
    readonly store: Store;
    readonly gitHost: Pick<GitHost, "pendingSheets">;
    readonly attestation: Pick<SigningKey, "publicKey">;
  },
  { settled }: Pick<MainState, "settled">,
): Promise<void> {
  const left = await store.query
    .selectFrom("sheet")
    .select("sheet")
    .where("state", "=", "filing")
    .where("text", "is", null)
    .execute();
  if (left.length === 0) return;
  const pending = await gitHost.pendingSheets();
  // What somebody else put on the branch is not the sheet: a later one that goes on from it would attest their text.
  const ours = new Set([...attestedSheets(pending, attestation).keys()].map(({ sheet }) => sheet));
  await store.change(async (query) => {
    for (const { sheet } of left) {
      if (settled.sheets.has(sheet)) continue;
      const text = ours.has(sheet) ? pending.get(sheet)?.text : undefined;
      if (text !== undefined) {
        await query.updateTable("sheet").set({ text }).where("sheet", "=", sheet).execute();
        continue;
      }
      const waits = { state: "confirmed", sheet: null } as const;
      await query.updateTable("signature").set(waits).where("sheet", "=", sheet).execute();
      await query.deleteFrom("sheet").where("sheet", "=", sheet).execute();
    }
  });
}

/** Returns the pending sheets that this service has attested, byte for byte. */
export function attestedSheets(
  pending: PendingSheets,
  { publicKey }: Pick<SigningKey, "publicKey">,
): Map<Sheet, { readonly message: string }> {
  const found = new Map<Sheet, { message: string }>();
  for (const [name, { text, message }] of pending) {
    if (isSheetAttested(name, text, attestationIn(message), publicKey)) found.set(parseSheet(text), { message });
  }
  return found;
}

/**
 * Whether signatures that this service has attested wait on an open sheet. Of a git host that is away that is not known
 * now; the first round asks it again, and then the log tells what is not known here.
 */
export async function hasOwnSignatures(
  gitHost: Pick<GitHost, "pendingSheets">,
  attestation: Pick<SigningKey, "publicKey">,
): Promise<boolean> {
  const pending = await gitHost.pendingSheets().catch((): PendingSheets => new Map());
  return [...attestedSheets(pending, attestation).keys()].some(({ kind }) => kind === "signatures");
}

/** Returns the rows that count as filed, and are on no sheet that the service knows. */
function lostRows(query: Query) {
  return query
    .selectFrom("signature")
    .select(["id", "row"])
    .where("state", "in", ["filing", "filed"])
    .where((is) =>
      is.or([is("sheet", "is", null), is("sheet", "not in", is.selectFrom("sheet").select("sheet.sheet"))]),
    )
    .orderBy("id")
    .execute();
}

async function noteSheet(query: Query, { sheet, kind }: Sheet, message: string): Promise<void> {
  const known = await query.selectFrom("sheet").select("state").where("sheet", "=", sheet).executeTakeFirst();
  if (known) return;
  await query
    .insertInto("sheet")
    .values({ sheet, kind, state: "filed", text: null, base: "", message, day: "" })
    .execute();
}

function holds(sheet: Sheet, id: string, attestation: string | undefined): boolean {
  return sheet.kind === "signatures" && sheet.rows.some((row) => row.id === id && row.attestation === attestation);
}
