import fc from "fast-check";
import { signingKey } from "../../../scripts/letter/bytes/key.ts";
import { attestSheet } from "../../../scripts/letter/ledger/attestation.ts";
import { filingMessage } from "../../../scripts/letter/review/filing-message.ts";
import type { Row } from "../../../scripts/letter/signature/row.ts";
import { formatSheet, type Sheet, type SignaturesSheet } from "../../../scripts/letter/signature/sheet.ts";
import { attestedMessage, invent, sheetOf, withdrawalsOf } from "../invented.ts";

// What people and programs may do, and what must come of it: told only from the steps, without the code under test.

// Two sheets; a push exchanges the rows of a sheet for others. Six people, the last on both versions of the first sheet.
const rows: Row[] = Array.from({ length: 6 }, (_, i) => invent(i).row);
export const VERSIONS: SignaturesSheet[][] = [
  [sheetOf(1, [rows[0]!, rows[1]!, rows[5]!]), sheetOf(1, [rows[2]!, rows[5]!])],
  [sheetOf(2, [rows[3]!, rows[4]!]), sheetOf(2, [rows[4]!])],
];
export const IDS = rows.map(({ id }) => id);
/** The moderators, by numbers of this model; two approvals are needed. */
export const LISTED = [11, 12, 13];
export const OUTSIDER = 99;

/** How somebody who can push and has not the form service's key makes a sheet of the rows of an open one. */
export const WAYS = ["bare", "replayed", "another key", "same id", "withdrawals"] as const;
/** What every moderator says about such a sheet. */
export const SAYINGS = ["approve", "duplicate", "reject"] as const;

export type Step =
  | { do: "push"; sheet: number }
  | { do: "approve"; sheet: number; by: number; stale: boolean }
  | { do: "dismiss" | "block"; sheet: number; by: number }
  | { do: "refuse" | "keep" | "slip"; sheet: number; by: number; row: number }
  | { do: "reject"; sheet: number; by: number }
  | { do: "mend"; sheet: number; by: number }
  | { do: "close" | "reopen"; sheet: number }
  | { do: "retarget"; sheet: number; base: "main" | "other" }
  | { do: "remove moderator"; by: number }
  | { do: "withdraw"; row: number }
  | { do: "copy"; sheet: number; how: (typeof WAYS)[number]; say: (typeof SAYINGS)[number] }
  | { do: "accept"; until: number }
  | { do: "accept twice at once" };

const sheet = fc.nat({ max: 1 });
const by = fc.constantFrom(...LISTED, ...LISTED, OUTSIDER);
const row = fc.nat({ max: 5 });
const stale = fc.constantFrom(true, ...Array<boolean>(9).fill(false));
const base = fc.constantFrom("main" as const, "other" as const);

/** @param until an acceptance dies before this number of whatever is counted */
export const stepsUntil = (until: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("push" as const), sheet }) },
    { weight: 36, arbitrary: fc.record({ do: fc.constant("approve" as const), sheet, by, stale }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("dismiss" as const, "block" as const), sheet, by }) },
    { weight: 9, arbitrary: fc.record({ do: fc.constantFrom("refuse" as const, "keep" as const), sheet, by, row }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("slip" as const), sheet, by, row }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("mend" as const), sheet, by }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("reject" as const), sheet, by }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("close" as const, "reopen" as const), sheet }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("retarget" as const), sheet, base }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("remove moderator" as const), by }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("withdraw" as const), row }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("copy" as const),
        sheet,
        how: fc.constantFrom(...WAYS),
        say: fc.constantFrom(...SAYINGS),
      }),
    },
    { weight: 9, arbitrary: fc.record({ do: fc.constant("accept" as const), until }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("accept twice at once" as const) }) },
  );

/** A sheet by somebody who can push, the nth, and the message of its commit: it copies the rows of a sheet. */
export function copyOf(
  n: number,
  { sheet: number, how }: Extract<Step, { do: "copy" }>,
): { sheet: Sheet; message: string } {
  const [original] = VERSIONS[number] as [SignaturesSheet];
  const copy = sheetOf(200 + n, original.rows);
  const other = { ...original, rows: original.rows.slice(1) };
  switch (how) {
    case "bare":
      return { sheet: copy, message: `file sheet ${copy.sheet}\n` };
    case "replayed":
      return { sheet: copy, message: attestedMessage(original) };
    case "another key": {
      const attestation = attestSheet(copy.sheet, formatSheet(copy), strangersKey);
      return { sheet: copy, message: filingMessage(copy.sheet, { quarantined: false, attestation }) };
    }
    case "same id":
      return { sheet: other, message: attestedMessage(original) };
    case "withdrawals": {
      const leave = withdrawalsOf(300 + n, []);
      const rows = original.rows.map(({ id, attestation }) => ({ id, attestation }));
      return { sheet: { ...leave, rows }, message: attestedMessage(original) };
    }
    default:
      return how satisfies never;
  }
}

const strangersKey = signingKey(Uint8Array.from({ length: 32 }, (_, i) => 255 - i));

/** What a moderator writes about such a sheet. */
export function sayingOf(say: (typeof SAYINGS)[number], { rows }: Pick<Sheet, "rows">): string {
  if (say === "approve") return "";
  return say === "reject" ? "reject duplicate" : rows.map(({ id }) => `refuse ${id} duplicate`).join("\n");
}

/** The withdrawals sheet of the nth withdrawal. */
export const leaveSheet = (n: number, id: string) => withdrawalsOf(100 + n, [id]);

/** What must be on the list after the steps so far, whose row can never come there any more, and what is settled. */
export type Expected = { listed: Set<string>; gone: Set<string>; settled: Set<number>; left: Set<number> };

export const nothingExpected = (): Expected => ({
  listed: new Set(),
  gone: new Set(),
  settled: new Set(),
  left: new Set(),
});

/**
 * What an acceptance must do after these steps.
 *
 * @param history steps that took place; one that was not possible is not among them
 * @param commits so many commits at most: withdrawals first, then sheets, each in the order of their ids
 * @param taken sheets that were taken before the others: on GitHub a run may begin at any
 */
export function expectAccept(
  expected: Expected,
  history: readonly Step[],
  commits: number,
  taken: readonly string[] = [],
): void {
  let left = commits;
  const removed = new Set(history.flatMap((one) => (one.do === "remove moderator" ? [one.by] : [])));
  const voices = LISTED.filter((id) => !removed.has(id));
  const leaving = history
    .flatMap((one) => (one.do === "withdraw" ? [IDS[one.row]!] : []))
    .map((id, n) => ({ id, n, sheet: leaveSheet(n, id).sheet }));
  for (const { id, n } of leaving.toSorted(bySheet)) {
    if (left === 0 || expected.left.has(n)) continue;
    expected.left.add(n);
    expected.listed.delete(id);
    expected.gone.add(id);
    left--;
  }
  const sheets = VERSIONS.map(([first], number) => ({ number, sheet: first!.sheet }));
  const isLater = ({ sheet }: { sheet: string }) => Number(!taken.includes(sheet));
  for (const { number } of sheets.toSorted((a, b) => isLater(a) - isLater(b) || bySheet(a, b))) {
    const said = history
      .map((one, at) => ({ one, at }))
      .filter(({ one }) => "sheet" in one && one.do !== "copy" && one.sheet === number);
    const lastOf = (...kinds: Step["do"][]) => said.findLast(({ one }) => kinds.includes(one.do))?.one;
    const closed = lastOf("close", "reopen")?.do === "close";
    const target = lastOf("retarget");
    const elsewhere = target?.do === "retarget" && target.base === "other";
    if (left === 0 || closed || elsewhere || expected.settled.has(number)) continue;
    const last = (who: number, ...kinds: Step["do"][]) =>
      said.findLast(({ one }) => kinds.includes(one.do) && "by" in one && one.by === who);
    const versionAt = (at: number) =>
      history.slice(0, at).filter((one) => one.do === "push" && one.sheet === number).length;
    const version = versionAt(history.length);
    const approves = (who: number) => {
      const found = last(who, "approve", "dismiss", "block");
      if (found?.one.do !== "approve") return false;
      return versionAt(found.at) - (found.one.stale ? 1 : 0) === version;
    };
    const rejecting = voices.filter((who) => last(who, "approve", "reject")?.one.do === "reject").length >= 2;
    // Anyone who may write can dismiss a review. That takes an approval away; a request for changes goes on blocking.
    // A refusal that cannot be read blocks, whatever its author says after it, until they take it away.
    // So does an order about a row that is not on the sheet: the row that it meant would come to the list.
    const here = new Set(VERSIONS[number]![version % 2]!.rows.map(({ id }) => id));
    const strays = (who: number) => IDS.some((id) => !here.has(id) && orderStands(said, who, id));
    const blocked = voices.some(
      (who) =>
        last(who, "approve", "block")?.one.do === "block" ||
        last(who, "slip", "mend")?.one.do === "slip" ||
        strays(who),
    );
    if (!rejecting && (blocked || voices.filter(approves).length < 2)) continue;
    const refuses = (id: string) =>
      voices.some(
        (who) =>
          said.findLast(
            ({ one }) => (one.do === "refuse" || one.do === "keep") && one.by === who && IDS[one.row] === id,
          )?.one.do === "refuse",
      );
    expected.settled.add(number);
    left--;
    for (const { id } of VERSIONS[number]![version % 2]!.rows) {
      if (rejecting || refuses(id)) expected.gone.add(id);
      else if (!expected.gone.has(id)) expected.listed.add(id);
    }
  }
}

/** Whether the last order of a moderator about an id still holds; `keep` takes a refusal back, and nothing is left of both. */
function orderStands(said: readonly { one: Step }[], who: number, id: string): boolean {
  let stands: "refuse" | "keep" | undefined;
  for (const { one } of said) {
    if ((one.do !== "refuse" && one.do !== "keep") || one.by !== who || IDS[one.row] !== id) continue;
    stands = one.do === "keep" && stands === "refuse" ? undefined : one.do;
  }
  return stands !== undefined;
}

function bySheet(a: { sheet: string }, b: { sheet: string }): number {
  return a.sheet < b.sheet ? -1 : 1;
}
