import { sha256 } from "../../scripts/letter/bytes/hash.ts";
import { isSheetAttested } from "../../scripts/letter/ledger/attestation.ts";
import type { Verdict } from "../../scripts/letter/review/acceptance.ts";
import { copiesOf } from "../../scripts/letter/review/copies.ts";
import { attestationIn } from "../../scripts/letter/review/filing-message.ts";
import { type Settlement, settledBy } from "../../scripts/letter/review/merge-message.ts";
import type { RefusalCode } from "../../scripts/letter/review/order.ts";
import { type CampaignRecord, EMPTY_RECORD } from "../../scripts/letter/signature/record.ts";
import { parseSheet, type Sheet } from "../../scripts/letter/signature/sheet.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import type { Filing, GitHost, MainState } from "../../scripts/outside/git/host.ts";
import { acceptSheet, applyWithdrawals, findCopies, logEdition } from "../letter/plain.ts";

export type StandInGitHost = GitHost & {
  /** All sheets that were filed and are not settled, by id. */
  open: Map<string, Filing>;
  /** Calls of `file`, also those that failed. */
  filings: Filing[];
  /** Lets the next call of `file` fail before or after the sheet has arrived. */
  failNext(when: "before" | "after"): void;
  /** Validates a sheet as the workflow does and merges it, with these rows refused; false when accept passes over it. */
  accept(sheet: string, refused?: Record<string, RefusalCode>): boolean;
  /** Merges it with every row refused. */
  reject(sheet: string, code: RefusalCode): boolean;
  /** What somebody makes of a sheet's branch who can push. */
  push(branch: string, text: string, message: string): void;
  /** Puts a settlement into main's history that accept would not make any more. */
  settle(settlement: Partial<Settlement>): void;
  parse(sheet: string): Sheet;
  record(): CampaignRecord;
  edition: string;
  changeLetter(texts: ReadonlyMap<string, string>): string;
  /** Puts an entry on the ledger as a notice does. */
  log(entry: string): void;
  /** Takes the list off main, as the organisers do with the purge. */
  takeDown(): void;
};

/** A git host in memory that accepts by the real rules. Filing another content under a known id is an error. */
export function standInGitHost(texts: ReadonlyMap<string, string>, attestationKey: Uint8Array): StandInGitHost {
  const open = new Map<string, Filing>();
  const filings: Filing[] = [];
  const failures: ("before" | "after")[] = [];
  const undecidable = new Map<string, string>();
  const settlements: Settlement[] = [];
  const edition = editionOf(texts);
  let { record } = logEdition(EMPTY_RECORD, edition, texts);
  const commit = () =>
    Buffer.from(sha256(record.entries.join("\n"), `${settlements.length} ${record.takenDown ?? ""}`))
      .toString("hex")
      .slice(0, 40);
  const line = new Set<string>();
  const main = (): MainState => {
    line.add(commit());
    return { commit: commit(), record, settled: settledBy(settlements), line };
  };

  return {
    open,
    filings,
    edition,
    failNext: (when) => void failures.push(when),
    head: async () => commit(),
    readMain: async () => main(),
    pendingBranches: async () => new Map([...open].map(([sheet, { text }]) => [sheet, idOfText(text)])),
    pendingSheets: async (only = () => true) =>
      new Map(
        [...open].filter(([sheet]) => only(sheet)).map(([sheet, { text, message }]) => [sheet, { text, message }]),
      ),
    undecidable: async () => undecidable,
    async file(filing) {
      filings.push(filing);
      const failure = failures.shift();
      if (failure === "before") throw new Error("the git host is away");
      const known = filings.find(({ sheet }) => sheet === filing.sheet)!;
      if (JSON.stringify(known) !== JSON.stringify(filing)) throw new Error("a retry is not the same filing");
      parseSheet(filing.text);
      if (!isAttested(filing)) throw new Error("the sheet is not attested");
      if (!main().settled.sheets.has(filing.sheet)) open.set(filing.sheet, filing);
      if (failure === "after") throw new Error("the answer was lost");
    },
    accept: (id, refusals = {}) => merge(id, { state: "approved", refused: new Map(Object.entries(refusals)) }),
    reject: (id, code) => {
      const refused = new Map(parseSheet(open.get(id)!.text).rows.map((row) => [row.id, code]));
      return merge(id, { state: "rejected", refused });
    },
    push: (sheet, text, message) => void open.set(sheet, { sheet, text, message, base: commit(), day: "2026-11-22" }),
    settle: (settlement) =>
      void settlements.push({ approvedBy: [1], refused: [], leftOut: [], size: 0, root: "", ...settlement }),
    parse: (id) => parseSheet(open.get(id)!.text),
    record: () => record,
    changeLetter(changed) {
      const next = editionOf(changed);
      ({ record } = logEdition(record, next, changed));
      return next;
    },
    log(entry) {
      record = { ...record, entries: [...record.entries, entry] };
    },
    takeDown() {
      record = { ...record, rows: [], takenDown: true };
    },
  };

  function idOfText(text: string): string {
    return Buffer.from(sha256(text)).toString("hex").slice(0, 40);
  }

  function merge(id: string, verdict: Verdict): boolean {
    if (!isAttested(open.get(id)!)) return false;
    const sheet = parseSheet(open.get(id)!.text);
    const rules = { ...main(), attestationKey };
    const sheets = [...open.values()].filter(isAttested).map(({ text }) => parseSheet(text));
    const elsewhere = copiesOf(findCopies(rules, sheets), sheet);
    const acceptance =
      sheet.kind === "signatures" ? acceptSheet(rules, sheet, verdict, elsewhere) : applyWithdrawals(rules, sheet);
    record = acceptance.record;
    const { leftOut } = acceptance;
    const approvedBy = sheet.kind === "signatures" ? [1] : [];
    settlements.push({ sheet: id, approvedBy, refused: acceptance.refused, leftOut, size: 0, root: "" });
    open.delete(id);
    return true;
  }

  function isAttested({ sheet, text, message }: Filing): boolean {
    return isSheetAttested(sheet, text, attestationIn(message), attestationKey);
  }
}
