import { parseBase64url } from "../bytes/base64url.ts";
import { LetterError } from "../bytes/error.ts";
import { type BagNotice, type Notice, noticeEntry, type RemoveNotice } from "../handover/notice.ts";
import { isAttested, isLeaveAttested } from "../ledger/attestation.ts";
import { formatRoot, signCheckpoint } from "../ledger/checkpoint.ts";
import { entriesOf, formatEntry } from "../ledger/entry.ts";
import type { NoteSigner } from "../ledger/note.ts";
import { linesOf } from "../ledger/outline.ts";
import { whyListed } from "../ledger/taken-down.ts";
import { append, type Frontier, leafHash, rootOf } from "../ledger/tree.ts";
import { idOf } from "../signature/derivation.ts";
import type { ListRow } from "../signature/list.ts";
import type { Growth } from "../signature/record.ts";
import { acceptEntryOf, publicCommitment } from "../signature/row.ts";
import type { Sheet, SignaturesSheet, WithdrawalsSheet } from "../signature/sheet.ts";
import type { Standing } from "../signature/standing.ts";
import type { Settled, Settlement } from "./merge-message.ts";
import type { Decision } from "./moderation.ts";
import type { RefusalCode } from "./order.ts";

/** What a sheet is judged by: main's record, what main's history settled, the form service's public key (32 bytes). */
export type Main = { readonly standing: Standing; readonly settled: Settled; readonly attestationKey: Uint8Array };

/** The effect of a sheet on the record. */
export type Acceptance = Growth & {
  readonly refused: readonly (readonly [id: string, code: RefusalCode])[];
  readonly leftOut: readonly string[];
};

/**
 * Checks what no parser can: the attestations of the rows, a known edition, and that the sheet was not settled before.
 *
 * A row that was settled before does not make the sheet invalid (`settledRows`): it would hold up all the other rows.
 *
 * @throws LetterError `validate` naming the row and the rule
 */
export function validateSheet(main: Main, sheet: Sheet): void {
  for (const fault of faultsOf(main, sheet)) throw fault;
}

/**
 * Returns every fault for which `validateSheet` would refuse a sheet, in the order of the rows: one error for each row,
 * or a single one for a sheet that is refused as a whole.
 */
export function* faultsOf(main: Main, sheet: Sheet): Generator<LetterError, void> {
  if (main.standing.takenDown) return yield invalid(NOTHING_MORE);
  if (main.settled.sheets.has(sheet.sheet)) return yield invalid("this sheet has been settled before");
  if (sheet.kind === "withdrawals") {
    for (const [i, row] of sheet.rows.entries()) {
      if (!isLeaveAttested(row.id, row.attestation, main.attestationKey))
        yield invalid(`row ${i + 1}: the withdrawal is not attested by the form service`);
    }
    return;
  }
  if (!main.standing.editions.includes(sheet.edition)) {
    return yield invalid("the edition of the sheet is not on the ledger");
  }
  const here = new Set<string>();
  for (const [i, row] of sheet.rows.entries()) {
    const entry = acceptEntryOf(row, sheet.edition);
    if (!isAttested(entry, main.attestationKey)) {
      yield invalid(`row ${i + 1}: the row is not attested by the form service as it stands`);
      continue;
    }
    if (here.has(entry.publicCommitment) || here.has(entry.contactCommitment))
      yield invalid(`row ${i + 1}: the sheet has this signature twice`);
    here.add(entry.publicCommitment).add(entry.contactCommitment);
  }
}

// A list that was taken down does not come back, and an entry after the purge would forbid that it is gone.
const NOTHING_MORE = "the list was taken down with the purge, so nothing more can be accepted";

/** Why a row of a sheet is left out whatever the moderators say: it was decided before. */
export type SettledBefore = "withdrawn" | "on the ledger" | "refused";

/** Finds the rows of a sheet that main has settled before, by id. */
export function settledRows(
  { standing, settled }: Omit<Main, "attestationKey">,
  sheet: SignaturesSheet,
): Map<string, SettledBefore> {
  const found = new Map<string, SettledBefore>();
  for (const row of sheet.rows) {
    if (settled.withdrawn.has(row.id)) found.set(row.id, "withdrawn");
    else if (standing.hasCommitment(row.contact) || standing.hasCommitment(publicCommitment(row, sheet.edition)))
      found.set(row.id, "on the ledger");
    else if (settled.refused.has(row.id)) found.set(row.id, "refused");
  }
  return found;
}

/** The part of a decision about the rows of a sheet; `named` rows were refused one by one. */
export type Verdict = Pick<Decision, "state" | "refused"> & Partial<Pick<Decision, "named">>;

/**
 * Returns what an approved or rejected sheet does to the record: a `batch` entry, then an `accept` for each row that is
 * neither refused nor left out.
 *
 * @param elsewhere the rows that are on another open sheet too. When such a row is refused as a `duplicate`, or
 *   rejected with the sheet, it is left out here and decided there: refusing a copy must not refuse the signature.
 * @throws LetterError `validate`
 */
export function acceptSheet(
  main: Main,
  sheet: SignaturesSheet,
  { state, refused: codes, named = new Set() }: Verdict,
  elsewhere: Pick<ReadonlySet<string>, "has"> = new Set<string>(),
): Acceptance {
  validateSheet(main, sheet);
  if (state !== "approved" && state !== "rejected") throw invalid("the sheet lacks approvals");
  const settled = settledRows(main, sheet);
  const leftOut: string[] = [];
  const refused: [string, RefusalCode][] = [];
  for (const { id } of sheet.rows) {
    const code = codes.get(id);
    const ofTheCopy = code === "duplicate" || (state === "rejected" && !named.has(id));
    if (settled.has(id) || (code !== undefined && ofTheCopy && elsewhere.has(id))) leftOut.push(id);
    else if (code !== undefined) refused.push([id, code]);
  }
  const gone = new Set([...leftOut, ...refused.map(([id]) => id)]);
  const added = [
    formatEntry({ kind: "batch", filed: sheet.rows.length, refused: refused.length, leftOut: leftOut.length }),
  ];
  const rows: ListRow[] = [];
  for (const row of sheet.rows) {
    if (gone.has(row.id)) continue;
    const { shown, name, lang, place, signed, opening } = row;
    rows.push({ index: main.standing.ledger.size + added.length, shown, name, lang, place, signed, opening });
    added.push(formatEntry(acceptEntryOf(row, sheet.edition)));
  }
  return { added, rows, gone: [], refused, leftOut };
}

/**
 * Returns what a sheet of withdrawals does to the record: each row leaves the list, with its opening, and a `withdraw` entry
 * names its index. An id that is not on the list is left out of every sheet on which it is still pending.
 *
 * @throws LetterError `validate`
 */
export function applyWithdrawals(main: Main, sheet: WithdrawalsSheet): Acceptance {
  validateSheet(main, sheet);
  const pending = new Set(sheet.rows.map((row) => row.id));
  const gone = main.standing.rowsOf(pending);
  for (const row of gone) pending.delete(idOf(parseBase64url(row.opening, 32)));
  const added = gone.map(({ index }) => formatEntry({ kind: "withdraw", index }));
  return { added, rows: [], gone, refused: [], leftOut: [...pending].sort() };
}

/**
 * Returns what a reviewed change of the letter does to the record: a `letter` entry and the texts of the edition.
 *
 * @throws LetterError `edition` when the list was taken down
 */
export function logEdition(
  { takenDown }: Pick<Standing, "takenDown">,
  edition: string,
  texts: ReadonlyMap<string, string>,
): Growth {
  if (takenDown) throw new LetterError("edition", `${NOTHING_MORE}: take the change of the letter back`);
  return { added: [formatEntry({ kind: "letter", edition })], rows: [], gone: [], letter: { edition, texts } };
}

/**
 * Returns what a reviewed notice does to the record, by its entry; undefined when the ledger has it already.
 *
 * @param takesDown whether a purge takes the list down, with all its rows
 * @throws LetterError `notice` for a purge of contact details that were never handed over, a second handover of one
 *   contacts bag, the removal of what is not on the list, and for any notice but that of the purge when the list was
 *   taken down
 */
export function logNotice(standing: Standing, notice: Notice, takesDown = false): Growth | undefined {
  const entry = noticeEntry(notice);
  if (standing.ledger.others.some(({ line }) => line === entry)) return undefined;
  if (notice.kind === "remove") return removeRow(standing, notice, entry);
  assertOfHandover(standing, notice);
  // When the list is gone already, only the purge that takes it down may follow.
  const takenDown = standing.takenDown || (takesDown && notice.kind === "purge");
  const reason = takenDown ? whyListed(standing.ledger, [entry]) : undefined;
  if (reason !== undefined)
    throw new LetterError("notice", `with this notice the list may not be taken down: ${reason}`);
  return { added: [entry], rows: [], gone: [], ...(takenDown ? { takenDown } : {}) };
}

function removeRow(standing: Standing, { index }: RemoveNotice, entry: string): Growth {
  const row = standing.rowAt(index);
  if (row === undefined) throw new LetterError("notice", `the list has no row ${index}: nothing is removed`);
  return { added: [entry], rows: [], gone: [row] };
}

function assertOfHandover({ ledger }: Standing, notice: BagNotice): void {
  const handedOver = entriesOf("handover", linesOf(ledger)).some(
    ({ contactsBag }) => contactsBag === notice.contactsBag,
  );
  if (notice.kind === "purge" && !handedOver) {
    throw new LetterError("notice", "the notice of a purge names a contacts bag that no handover on the ledger has");
  }
  if (notice.kind === "handover" && handedOver) {
    throw new LetterError("notice", "another handover on the ledger has the contacts bag of this notice");
  }
}

/**
 * Signs the checkpoint of a record that has grown, as the last step before it is written, and returns what the commit's
 * trailers need. It reads no earlier entry: the tree grows from its frontier, O(log n) hashes, so the new checkpoint is
 * by construction consistent with the one that the frontier was checked against.
 *
 * @param frontier of the ledger before it grew
 */
export function signGrowth(
  frontier: Frontier,
  { added }: Pick<Growth, "added">,
  signer: NoteSigner,
): { checkpoint: string; frontier: Frontier } & Pick<Settlement, "size" | "root"> {
  const grown = append(frontier, added.map(leafHash));
  const [size, root] = [grown.size, rootOf(grown)];
  const checkpoint = signCheckpoint({ origin: signer.verifier.name, size, root }, signer);
  return { checkpoint, frontier: grown, size, root: formatRoot(root) };
}

function invalid(message: string): LetterError {
  return new LetterError("validate", message);
}
