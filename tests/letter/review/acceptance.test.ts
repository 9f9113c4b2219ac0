import { describe, expect, it } from "vitest";
import { attestSheet, isSheetAttested } from "../../../scripts/letter/ledger/attestation.ts";
import { openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { append, EMPTY_FRONTIER, leafHash, rootOf, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { type Acceptance, signGrowth } from "../../../scripts/letter/review/acceptance.ts";
import { copiesOf } from "../../../scripts/letter/review/copies.ts";
import { attestationIn } from "../../../scripts/letter/review/filing-message.ts";
import { settledBy } from "../../../scripts/letter/review/merge-message.ts";
import type { Decision } from "../../../scripts/letter/review/moderation.ts";
import { idOf } from "../../../scripts/letter/signature/derivation.ts";
import {
  type CampaignRecord,
  changedFiles,
  countRecord,
  EMPTY_RECORD,
  formatRecord,
  parseRecord,
} from "../../../scripts/letter/signature/record.ts";
import { formatSheet } from "../../../scripts/letter/signature/sheet.ts";
import { editionOf } from "../../../scripts/letter/text/edition.ts";
import {
  approved,
  attested,
  attestedMessage,
  edition,
  freshMain,
  invent,
  inventedCampaign,
  ledger,
  letterText,
  service,
  sheetOf,
  signed,
  withdrawalsOf,
} from "../invented.ts";
import {
  acceptSheet,
  applyWithdrawals,
  faultsOf,
  findCopies,
  type Grown,
  logEdition,
  type Main,
  settledRows,
  validateSheet,
} from "../plain.ts";

const people = [invent(0, "name"), invent(1, "initials"), invent(2, "hidden"), invent(3, "counted")];
const rows = people.map(({ row }) => row);
const sheet = sheetOf(1, rows);
const ids = sheet.rows.map(({ id }) => id);
const [first, second] = ids as [string, string];

/** Main after a sheet has been merged, as its trailers tell. */
function merged(main: Main, id: string, { record, refused, leftOut }: Grown<Acceptance>, approvedBy = [1]): Main {
  const settlement = { sheet: id, approvedBy, refused, leftOut, size: 0, root: "" };
  return { ...main, record: signed(record), settled: settledBy([settlement], main.settled) };
}
const accept = (main: Main, decision: Decision = approved()) =>
  merged(main, sheet.sheet, acceptSheet(main, sheet, decision));
const kinds = (record: CampaignRecord) => record.entries.map((line) => line.split(" ")[1]);
const listed = (record: CampaignRecord) => record.rows.map((row) => idOf(Buffer.from(row.opening, "base64url")));

describe("acceptance of a sheet", () => {
  it("adds a batch with its counts, an accept for each row in its order, and the rows to the list", () => {
    const { record } = accept(freshMain());
    expect(kinds(record)).toEqual(["letter", "batch", "accept", "accept", "accept", "accept"]);
    expect(record.entries[1]).toBe("undersigned/v1 batch 4 0 0");
    expect(listed(record)).toEqual(ids);
    expect(record.rows.map(({ index }) => index)).toEqual([2, 3, 4, 5]);
  });

  it("writes nothing of a name, a day or an address into the ledger", () => {
    const text = accept(freshMain()).record.entries.join("\n");
    for (const { row, contact } of people)
      for (const secret of [row.name, row.signed, row.opening, row.id, contact.email, contact.name, contact.opening])
        if (secret !== "") expect(text).not.toContain(secret);
  });

  it("leaves out refused rows and says with which code", () => {
    const acceptance = acceptSheet(
      freshMain(),
      sheet,
      approved([
        [second, "fake-name"],
        ["unknown", "advert"],
      ]),
    );
    expect(acceptance.record.entries[1]).toBe("undersigned/v1 batch 4 1 0");
    expect(acceptance.refused).toEqual([[second, "fake-name"]]);
    expect(listed(acceptance.record)).toEqual(ids.filter((id) => id !== second));
  });

  it("takes a rejected sheet with all its rows refused", () => {
    const refusals = new Map(ids.map((id) => [id, "advert"] as const));
    const all: Decision = { ...approved(), state: "rejected", refused: refusals };
    const { record, refused } = acceptSheet(freshMain(), sheet, all);
    expect(kinds(record)).toEqual(["letter", "batch"]);
    expect(record.entries[1]).toBe("undersigned/v1 batch 4 4 0");
    expect([record.rows, refused.length]).toEqual([[], 4]);
  });

  it("does not happen without approvals", () => {
    for (const state of ["waiting", "blocked"] as const)
      expect(() => acceptSheet(freshMain(), sheet, { ...approved(), state })).toThrow("lacks approvals");
  });

  it("keeps the bytes of what was there, and signs the checkpoint of what is there now", () => {
    const before = freshMain();
    const { record } = accept(before);
    expect(record.entries.slice(0, 1)).toEqual(before.record.entries);
    const { size, root } = openCheckpoint(record.checkpoint!, ledger.verifier);
    expect(size).toBe(record.entries.length);
    expect(root).toEqual(treeRoot(record.entries.map(leafHash)));
  });
});

describe("what acceptance refuses", () => {
  const refuse = (main: Main, changed = sheet) => expect(() => validateSheet(main, changed));
  const edited = (change: object, of = 0) =>
    sheetOf(
      1,
      rows.map((row, i) => (i === of ? { ...row, ...change } : row)),
    );

  it("the same sheet again", () => {
    refuse(accept(freshMain())).toThrow("settled before");
  });

  it("one contact commitment twice on a sheet", () => {
    const twin = attested({ ...invent(9).row, contact: rows[0]!.contact });
    refuse(freshMain(), sheetOf(3, [rows[0]!, twin])).toThrow("row 2: the sheet has this signature twice");
  });

  it("a row whose attestation is of another row, of another key, or of other fields", () => {
    refuse(freshMain(), edited({ attestation: rows[1]!.attestation })).toThrow("not attested");
    refuse(freshMain(), edited({ name: "زهرا محمدی" })).toThrow("not attested");
    refuse(freshMain(), edited({ shown: "initials", name: "ع. ک." })).toThrow("not attested");
    refuse(freshMain(), edited({ contact: rows[1]!.contact })).toThrow("not attested");
    refuse({ ...freshMain(), attestationKey: ledger.verifier.publicKey }).toThrow("not attested");
  });

  it("each row that is at fault, by its number, and a sheet that is at fault as a whole once", () => {
    const messages = (main: Main, changed = sheet) => [...faultsOf(main, changed)].map(({ message }) => message);
    expect(messages(freshMain())).toEqual([]);
    const all = { ...freshMain(), attestationKey: ledger.verifier.publicKey };
    const unattested = (_: unknown, i: number) =>
      `row ${i + 1}: the row is not attested by the form service as it stands`;
    expect(messages(all)).toEqual(rows.map(unattested));
    const one = edited({ lang: "de" }, 1);
    const at = one.rows.findIndex(({ id }) => id === rows[1]!.id);
    expect(messages(freshMain(), one)).toEqual([unattested(one, at)]);
    expect(messages(accept(freshMain()))).toEqual(["this sheet has been settled before"]);
  });

  it("a sheet of an edition that is not on the ledger, or that was attested for another edition", () => {
    const texts = new Map([["en", letterText("Another", "We ask.")]]);
    const next = editionOf(texts);
    refuse(freshMain(), sheetOf(1, rows, next)).toThrow("edition of the sheet is not on the ledger");
    const main = { ...freshMain(), record: signed(logEdition(freshMain().record, next, texts).record) };
    refuse(main, sheetOf(1, rows, next)).toThrow("not attested");
    validateSheet(main, sheetOf(1, [invent(1, "name", next).row], next));
    // A sheet of the older edition stays valid after the text has changed.
    validateSheet(main, sheet);
  });

  it("a withdrawal that the form service does not attest", () => {
    const main = accept(freshMain());
    const leave = withdrawalsOf(2, [first, second]);
    const swapped = {
      ...leave,
      rows: leave.rows.map((row, i) => ({ ...row, attestation: leave.rows[1 - i]!.attestation })),
    };
    expect(() => applyWithdrawals(main, swapped)).toThrow("row 1: the withdrawal is not attested");
    // The attestation of a signature is none of its withdrawal.
    const stolen = { ...leave, rows: [{ id: first, attestation: sheet.rows[0]!.attestation }] };
    expect(() => applyWithdrawals(main, stolen)).toThrow("not attested");
  });
});

describe("a row that was settled before", () => {
  const fresh = invent(9).row;
  /** Accepts a sheet that has this row and a new one: the new one must not suffer for it. */
  function beside(main: Main, row = rows[0]!, decision = approved()) {
    const next = sheetOf(3, [fresh, row]);
    validateSheet(main, next);
    const acceptance = acceptSheet(main, next, decision);
    const [batch] = acceptance.added;
    const here = acceptance.record.rows.filter(({ opening }) => opening === fresh.opening).length;
    return { batch, leftOut: acceptance.leftOut, refused: acceptance.refused, here };
  }

  it("is left out where it is filed again, whatever is said about it there, and holds nothing up", () => {
    const main = accept(freshMain());
    const leave = withdrawalsOf(2, [rows[0]!.id]);
    const withdrawn = merged(main, leave.sheet, applyWithdrawals(main, leave), []);
    const refused = accept(freshMain(), approved([[rows[0]!.id, "advert"]]));
    for (const [before, why] of [
      [main, "on the ledger"],
      [withdrawn, "on the ledger"],
      [refused, "refused"],
    ] as const) {
      const expected = { batch: "undersigned/v1 batch 2 0 1", leftOut: [rows[0]!.id], refused: [], here: 1 };
      expect(beside(before)).toEqual(expected);
      expect(beside(before, rows[0]!, approved([[rows[0]!.id, "fake-name"]]))).toEqual(expected);
      expect([...settledRows(before, sheetOf(3, [fresh, rows[0]!]))]).toEqual([[rows[0]!.id, why]]);
    }
  });

  it("is known by either commitment", () => {
    const main = accept(freshMain());
    const other = attested({ ...invent(8).row, contact: rows[0]!.contact });
    expect(beside(main, other)).toMatchObject({ leftOut: [other.id], here: 1 });
  });

  it("does not come back when its whole sheet is filed again under another id", () => {
    const main = accept(freshMain());
    const again = acceptSheet(main, { ...sheet, sheet: sheetOf(2, []).sheet }, approved());
    expect(again.added).toEqual(["undersigned/v1 batch 4 0 4"]);
    expect(again.record.rows).toEqual(main.record.rows);
  });
});

describe("a row that is on another open sheet too", () => {
  const elsewhere = new Set([second]);
  const judge = (decision: Decision) => {
    const { leftOut, refused } = acceptSheet(freshMain(), sheet, decision, elsewhere);
    return { leftOut, refused: refused.map(([id]) => id) };
  };

  it("is left out when it is refused as a duplicate or rejected with the sheet, and refused for any other reason", () => {
    expect(judge(approved([[second, "duplicate"]]))).toEqual({ leftOut: [second], refused: [] });
    expect(judge(approved([[second, "fake-name"]]))).toEqual({ leftOut: [], refused: [second] });
    expect(judge(approved([[first, "duplicate"]]))).toEqual({ leftOut: [], refused: [first] });
    const all = new Map(ids.map((id) => [id, "advert"] as const));
    const rejected: Decision = { ...approved(), state: "rejected", refused: all, named: new Set() };
    const others = ids.filter((id) => id !== second);
    expect(judge(rejected)).toEqual({ leftOut: [second], refused: others });
    // Somebody who refuses the row itself means the row, on any sheet.
    expect(judge({ ...rejected, named: elsewhere })).toEqual({ leftOut: [], refused: ids });
  });

  it("may still be accepted on the other", () => {
    const left = acceptSheet(freshMain(), sheet, approved([[second, "duplicate"]]), elsewhere);
    const main = merged(freshMain(), sheet.sheet, left);
    const other = sheetOf(2, [sheet.rows[1]!]);
    expect(acceptSheet(main, other, approved()).record.rows.map(({ opening }) => opening)).toContain(
      sheet.rows[1]!.opening,
    );
  });

  it("is found on valid sheets of signatures only", () => {
    const [one, two] = [sheetOf(1, rows.slice(0, 2)), sheetOf(2, rows.slice(1, 3))];
    const broken = { ...sheetOf(3, [rows[0]!]), rows: [{ ...rows[0]!, attestation: rows[1]!.attestation }] };
    const leaving = withdrawalsOf(4, [rows[0]!.id]);
    const copies = findCopies(freshMain(), [one, two, broken, leaving]);
    expect(copiesOf(copies, one)).toEqual(new Map([[rows[1]!.id, [two.sheet]]]));
    expect(copiesOf(copies, two)).toEqual(new Map([[rows[1]!.id, [one.sheet]]]));
    expect(copiesOf(copies, one, new Set([two.sheet])).size).toBe(0);
  });
});

describe("the attestation of a sheet", () => {
  const text = formatSheet(sheet);
  it("is for these bytes under this id, by this key", () => {
    const word = attestationIn(attestedMessage(sheet));
    expect(word).toBe(attestSheet(sheet.sheet, text, service));
    const good = (id = sheet.sheet, bytes = text, said = word, key = service.publicKey) =>
      isSheetAttested(id, bytes, said, key);
    expect(good()).toBe(true);
    expect(good(sheetOf(2, []).sheet)).toBe(false);
    expect(good(sheet.sheet, `${text}\n`)).toBe(false);
    expect(good(sheet.sheet, text, attestSheet(sheet.sheet, `${text} `, service))).toBe(false);
    expect(good(sheet.sheet, text, word, ledger.verifier.publicKey)).toBe(false);
    for (const said of [undefined, "", "x", `${word}=`, sheet.rows[0]!.attestation])
      expect(isSheetAttested(sheet.sheet, text, said, service.publicKey)).toBe(false);
  });

  it("is read from the last line of the message only", () => {
    const word = attestSheet(sheet.sheet, text, service);
    expect(attestationIn(attestedMessage(sheet, true))).toBe(word);
    for (const message of [`Attested: ${word}\nx`, `attested: ${word}`, ` Attested: ${word}`, `file sheet x`, ""])
      expect(attestationIn(message)).toBeUndefined();
  });
});

describe("withdrawal", () => {
  it("takes the row with its opening off the list and adds an entry that names its index alone", () => {
    const main = accept(freshMain());
    const { record, leftOut, gone } = applyWithdrawals(main, withdrawalsOf(2, [second]));
    expect(record.entries.at(-1)).toBe("undersigned/v1 withdraw 3");
    expect(listed(record)).toEqual(ids.filter((id) => id !== second));
    expect(leftOut).toEqual([]);
    const opening = sheet.rows[1]!.opening;
    const changed = changedFiles(main.record, { record: signed(record), gone });
    for (const text of changed.values()) expect(text).not.toContain(opening);
    expect([...changed.keys()].sort()).toEqual(["accepted/000.md", "ledger/000.txt", "ledger/checkpoint"]);
  });

  it("of a pending row leaves it out when its sheet is accepted", () => {
    const main = freshMain();
    const leave = withdrawalsOf(2, [second]);
    const left = applyWithdrawals(main, leave);
    expect([left.leftOut, left.record.entries.length]).toEqual([[second], 1]);
    const after = merged(main, leave.sheet, left, []);
    const acceptance = acceptSheet(
      after,
      sheet,
      approved([
        [second, "advert"],
        [first, "duplicate"],
      ]),
    );
    expect(acceptance.record.entries[1]).toBe("undersigned/v1 batch 4 1 1");
    expect(acceptance.leftOut).toEqual([second]);
    expect(acceptance.refused).toEqual([[first, "duplicate"]]);
    expect(listed(acceptance.record)).toEqual(ids.slice(2));
  });

  it("twice changes nothing more", () => {
    const main = accept(freshMain());
    const leave = withdrawalsOf(2, [second]);
    const after = merged(main, leave.sheet, applyWithdrawals(main, leave), []);
    expect(() => applyWithdrawals(after, leave)).toThrow("settled before");
    const again = applyWithdrawals(after, withdrawalsOf(3, [second]));
    expect(again.record.entries).toEqual(after.record.entries);
    expect(again.leftOut).toEqual([second]);
  });
});

describe("the record", () => {
  const { main } = inventedCampaign(7, 45);

  it("is read from the files that were written, whatever way it grew", () => {
    const files = formatRecord(main.record);
    expect(parseRecord(files)).toEqual(main.record);
    expect([...files.keys()].sort()).toEqual([
      ...["accepted/000.md", "accepted/001.md", `editions/${edition}/en.md`, `editions/${edition}/fa.md`],
      ...["ledger/000.txt", "ledger/001.txt", "ledger/checkpoint"],
    ]);
  });

  it("grows file by file to the same files", () => {
    const files = new Map<string, string>();
    let before = EMPTY_RECORD;
    for (const size of [1, 40, 255, 256, 257, main.record.entries.length]) {
      const record = {
        ...main.record,
        entries: main.record.entries.slice(0, size),
        rows: main.record.rows.filter(({ index }) => index < size),
      };
      for (const [path, text] of changedFiles(before, { record, gone: [] })) files.set(path, text);
      before = record;
    }
    expect(parseRecord(files)).toEqual(main.record);
  });

  it("is signed from the frontier before it and what was added: no earlier entry is read again", () => {
    const { record } = main;
    for (const size of [0, 1, 2, 255, 256, 257, record.entries.length - 1]) {
      const frontier = append(EMPTY_FRONTIER, record.entries.slice(0, size).map(leafHash));
      expect(frontier.peaks.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size + 1)));
      const { checkpoint, ...facts } = signGrowth(frontier, { added: record.entries.slice(size) }, ledger);
      const root = treeRoot(record.entries.map(leafHash));
      expect(openCheckpoint(checkpoint, ledger.verifier)).toMatchObject({ size: record.entries.length, root });
      expect(facts).toMatchObject({ size: record.entries.length, root: Buffer.from(root).toString("base64") });
      expect(rootOf(facts.frontier)).toEqual(root);
    }
  });

  it("rewrites no file that did not change", () => {
    const before = { ...main.record, entries: main.record.entries.slice(0, 300) };
    const after = { ...before, entries: main.record.entries.slice(0, 301) };
    expect([...changedFiles(before, { record: after, gone: [] }).keys()].sort()).toEqual([
      "ledger/001.txt",
      "ledger/checkpoint",
    ]);
    const gone = main.record.rows.find(({ index }) => index < 256)!;
    const rows = main.record.rows.filter((row) => row !== gone);
    expect([...changedFiles(main.record, { record: { ...main.record, rows }, gone: [gone] }).keys()].sort()).toEqual([
      ...["accepted/000.md", "ledger/001.txt", "ledger/checkpoint"],
    ]);
  });

  it("is refused when a shard before the last is not full", () => {
    const files = formatRecord(main.record);
    files.set("ledger/000.txt", files.get("ledger/000.txt")!.split("\n").slice(1).join("\n"));
    expect(() => parseRecord(files)).toThrow("ledger/000.txt is not full");
  });

  it("counts what it holds", () => {
    const { accepted, withdrawn, listed: live, shown, size } = countRecord(main.record);
    expect([accepted - withdrawn, size]).toEqual([live, main.record.entries.length]);
    expect(shown.name + shown.initials + shown.hidden + shown.counted).toBe(live);
    expect(accepted).toBe(7 * 43);
    expect(withdrawn).toBe(2 * 6);
    expect(main.attestationKey).toEqual(service.publicKey);
  });
});
