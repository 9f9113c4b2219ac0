import type { Notice } from "../../scripts/letter/handover/notice.ts";
import type { NoteSigner } from "../../scripts/letter/ledger/note.ts";
import { EMPTY_FRONTIER } from "../../scripts/letter/ledger/tree.ts";
import * as acceptance from "../../scripts/letter/review/acceptance.ts";
import { type Copies, findCopies as findCopiesBy } from "../../scripts/letter/review/copies.ts";
import type { CampaignRecord, Growth } from "../../scripts/letter/signature/record.ts";
import type { Sheet, SignaturesSheet, WithdrawalsSheet } from "../../scripts/letter/signature/sheet.ts";
import { standingOf } from "../../scripts/letter/signature/standing.ts";

// Accepting on records that are in memory as a whole: plain, and slow where they are large.

/** Main with all of its record. */
export type Main = Omit<acceptance.Main, "standing"> & { readonly record: CampaignRecord };

/** What somebody did to a record, and the record after it. */
export type Grown<T> = T & { readonly record: CampaignRecord };

/** The record after it has grown so; its checkpoint is still the old one. */
export function grown(record: CampaignRecord, { added, rows, gone, letter, takenDown }: Growth): CampaignRecord {
  const left = new Set(gone.map(({ index }) => index));
  return {
    ...record,
    entries: [...record.entries, ...added],
    rows: takenDown ? [] : [...record.rows.filter(({ index }) => !left.has(index)), ...rows],
    editions: letter ? new Map(record.editions).set(letter.edition, letter.texts) : record.editions,
    ...(takenDown ? { takenDown } : {}),
  };
}

const after = <T extends Growth>(record: CampaignRecord, growth: T): Grown<T> => ({
  ...growth,
  record: grown(record, growth),
});

/** What judging a sheet by main asks for. */
export function judging<T extends { readonly record: CampaignRecord }>(main: T) {
  return { ...main, standing: standingOf(main.record) };
}

export function acceptSheet(
  main: Main,
  sheet: SignaturesSheet,
  verdict: acceptance.Verdict,
  elsewhere?: Pick<ReadonlySet<string>, "has">,
): Grown<acceptance.Acceptance> {
  return after(main.record, acceptance.acceptSheet(judging(main), sheet, verdict, elsewhere));
}

export function applyWithdrawals(main: Main, sheet: WithdrawalsSheet): Grown<acceptance.Acceptance> {
  return after(main.record, acceptance.applyWithdrawals(judging(main), sheet));
}

export function logEdition(record: CampaignRecord, edition: string, texts: ReadonlyMap<string, string>): Grown<Growth> {
  return after(record, acceptance.logEdition(standingOf(record), edition, texts));
}

export function logNotice(record: CampaignRecord, notice: Notice, takesDown?: boolean): Grown<Growth> | undefined {
  const growth = acceptance.logNotice(standingOf(record), notice, takesDown);
  return growth && after(record, growth);
}

export const validateSheet = (main: Main, sheet: Sheet): void => acceptance.validateSheet(judging(main), sheet);
export const faultsOf = (main: Main, sheet: Sheet) => acceptance.faultsOf(judging(main), sheet);
export const settledRows = (main: Main, sheet: SignaturesSheet) => acceptance.settledRows(judging(main), sheet);
export const findCopies = (main: Main, sheets: readonly Sheet[]): Copies => findCopiesBy(judging(main), sheets);

/** The record with the checkpoint of all its entries. */
export function signedBy(record: CampaignRecord, signer: NoteSigner): CampaignRecord {
  return { ...record, checkpoint: acceptance.signGrowth(EMPTY_FRONTIER, { added: record.entries }, signer).checkpoint };
}
