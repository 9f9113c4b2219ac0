import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBase64url, isBase64url, parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { CROCKFORD, formatCrockford128, isCrockford128 } from "../../scripts/letter/bytes/crockford.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import { openCheckpoint, signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { type Entry, formatEntry, parseEntry } from "../../scripts/letter/ledger/entry.ts";
import { formatVkey, noteVerifier, openNote, parseVkey, signNote } from "../../scripts/letter/ledger/note.ts";
import { formatLedgerShards, parseLedgerShard } from "../../scripts/letter/ledger/shards.ts";
import { formatEntryBundle, parseEntryBundle } from "../../scripts/letter/ledger/tile.ts";
import { formatMergeMessage, parseMergeMessage, type Settlement } from "../../scripts/letter/review/merge-message.ts";
import { REFUSAL_CODES } from "../../scripts/letter/review/order.ts";
import { parseCode } from "../../scripts/letter/signature/code.ts";
import { type ContactRecord, formatContactRecord, parseContactRecord } from "../../scripts/letter/signature/contact.ts";
import { confirmKeyOf, idOf, leaveKeyOf } from "../../scripts/letter/signature/derivation.ts";
import { formatListShard, type ListRow, parseListShard } from "../../scripts/letter/signature/list.ts";
import { initialsOf } from "../../scripts/letter/signature/name.ts";
import { formatRow, type PublicFields, parseRow, type Row } from "../../scripts/letter/signature/row.ts";
import { formatSheet, parseSheet, type Sheet } from "../../scripts/letter/signature/sheet.ts";
import { formatTable, parseTable } from "../../scripts/letter/signature/table.ts";
import { ledger } from "./invented.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const base64url = (length: number) => bytes(length).map(formatBase64url);
const id = bytes(16).map(formatCrockford128);
const name = fc
  .array(
    fc.constantFrom("علی‌رضا", "Ağa", "O’Neil", "王小明", "Nguyễn", "D’Arcy-Smith", "محمّد", "Jr.", "(Sara)", "נאוה"),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(" "));
const lang = fc.constantFrom("fa", "en", "ckb");
const place = fc.constantFrom("", "Melbourne", "تهران", "Frankfurt (Oder)", "75011 Paris");
const day = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const silent = fc
  .constantFrom("hidden" as const, "counted" as const)
  .map((shown) => ({ shown, name: "", lang: "", place: "", signed: "" }));
const publicFields: fc.Arbitrary<PublicFields> = fc.oneof(
  silent,
  fc.record({ shown: fc.constant("name" as const), name, lang, place, signed: day }),
  fc.record({ shown: fc.constant("initials" as const), name: name.map(initialsOf), lang, place, signed: day }),
);
const row: fc.Arbitrary<Row> = fc
  .tuple(bytes(32), publicFields, base64url(32), base64url(64))
  .map(([opening, fields, contact, attestation]) => ({
    ...{ id: idOf(opening), ...fields, opening: formatBase64url(opening), contact, attestation },
  }));
const inOrder = <T extends { id: string }>(rows: T[]) => rows.sort((a, b) => (a.id < b.id ? -1 : 1));
const unique = { minLength: 1, maxLength: 6, selector: (one: { id: string }) => one.id };
const sheet: fc.Arbitrary<Sheet> = fc.oneof(
  fc.record({
    sheet: id,
    kind: fc.constant("signatures" as const),
    edition: base64url(32),
    rows: fc.uniqueArray(row, unique).map(inOrder),
  }),
  fc.record({
    sheet: id,
    kind: fc.constant("withdrawals" as const),
    edition: base64url(32),
    rows: fc.uniqueArray(fc.record({ id, attestation: base64url(64) }), unique).map(inOrder),
  }),
);
const SHARD = 1234;
const listRows: fc.Arbitrary<ListRow[]> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: SHARD * 256, max: SHARD * 256 + 255 }), publicFields, base64url(32)), {
    maxLength: 6,
    selector: ([index]) => index,
  })
  .map((rows) => rows.sort(([a], [b]) => a - b).map(([index, fields, opening]) => ({ index, ...fields, opening })));
const digest = base64url(32);
const count = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 1e15 - 1 }));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ kind: fc.constant("letter" as const), edition: digest }),
  fc.record({ kind: fc.constant("batch" as const), filed: count, refused: count, leftOut: count }),
  fc.record({
    kind: fc.constant("accept" as const),
    edition: digest,
    publicCommitment: digest,
    contactCommitment: digest,
    attestation: base64url(64),
  }),
  fc.record({ kind: fc.constant("withdraw" as const), index: count }),
  fc.record({ kind: fc.constant("handover" as const), publicBag: digest, contactsBag: digest }),
  fc.record({ kind: fc.constant("purge" as const), contactsBag: digest }),
);
const contact: fc.Arbitrary<ContactRecord> = fc.record({
  id,
  name,
  email: fc.emailAddress(),
  place,
  lang,
  signed: day,
  consents: fc.constantFrom(["handover" as const], ["handover" as const, "public" as const]),
  opening: digest,
});
const cell = fc.string({ unit: fc.constantFrom("a", "ی", "‌", " ", "\\", "-", "é", "王") }).map((text) => text.trim());
const table = fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 });
const COLUMNS = ["one", "two", "three"];

const codecs: [
  noun: string,
  value: fc.Arbitrary<unknown>,
  format: (v: never) => string,
  parse: (t: string) => unknown,
][] = [
  ["row", row, (v) => formatTable(Array(9).fill("c"), [formatRow(v)]), parseRowText],
  ["sheet", sheet, formatSheet, parseSheet],
  ["list shard", listRows, formatListShard, (t) => parseListShard(t, SHARD)],
  ["ledger shard", fc.array(entry.map(formatEntry), { minLength: 1, maxLength: 5 }), formatShard, parseShard],
  ["entry", entry, formatEntry, parseEntry],
  ["contact record", contact, (v) => latin(formatContactRecord(v)), (t) => parseContactRecord(ofLatin(t))],
  ["table", table, (v) => formatTable(COLUMNS, v), (t) => parseTable(COLUMNS, t, "here")],
  ["base64url", bytes(32), formatBase64url, (t) => parseBase64url(t, 32)],
  ["verifier key", bytes(32).map((key) => noteVerifier("a.example/b", key)), formatVkey, parseVkey],
];

function parseRowText(text: string): Row {
  return parseRow(parseTable(Array(9).fill("c"), text, "here")[0] ?? [], "row 1");
}
function formatShard(lines: string[]): string {
  return [...formatLedgerShards(lines)][0]?.[1] ?? "";
}
function parseShard(text: string): string[] {
  const lines = parseLedgerShard(text, 0);
  for (const line of lines) parseEntry(line);
  return lines;
}
const latin = (value: Uint8Array) => Buffer.from(value).toString("latin1");
const ofLatin = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** What an attacker or an editor does to a text: inserts, deletes, replaces, doubles, swaps, at a random place. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(3),
  put: fc.oneof(
    fc.constantFrom("", " ", "\n", "\r\n", "|", " | ", "0", "A", "=", "-", "\t", "\u0000", "\ufeff", "‌", "\u00a0"),
    fc.constantFrom(
      "\u2028",
      "\ud800",
      "é",
      "e\u0301",
      "ي",
      "__proto__: 1\n",
      "# x\n",
      "'",
      '"',
      "!!js ",
      "&a ",
      "*a",
      "`",
    ),
    fc.string({ minLength: 1, maxLength: 2 }),
  ),
});
function apply(text: string, { at, cut, put }: { at: number; cut: number; put: string }): string {
  const where = Math.floor(at * text.length);
  return text.slice(0, where) + put + text.slice(where + cut);
}

describe.each(codecs)("%s", (_noun, value, format, parse) => {
  it("parses what it formatted to the same value", () => {
    fc.assert(fc.property(value, (one) => void expect(parse(format(one as never))).toEqual(one)));
  });

  it("refuses a text that was edited, or reads it as what it now says", () => {
    fc.assert(
      fc.property(value, fc.array(edit, { minLength: 1, maxLength: 3 }), (one, edits) => {
        const text = edits.reduce(apply, format(one as never));
        const read = attempt(() => parse(text));
        if (read !== undefined) expect(format(read as never)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    // Anything but the project's own error would be a crash.
    expect(error).toBeInstanceOf(LetterError);
    return undefined;
  }
}

describe("signed note and checkpoint", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "—", " ", "+", "é") }).map((inner) => `${inner}\n`);

  it("opens what it signed", () => {
    fc.assert(fc.property(text, (one) => void expect(openNote(signNote(one, ledger), ledger.verifier)).toBe(one)));
    const checkpoint = fc.record({ origin: fc.constant(ledger.verifier.name), size: fc.nat(), root: bytes(32) });
    fc.assert(
      fc.property(
        checkpoint,
        (one) => void expect(openCheckpoint(signCheckpoint(one, ledger), ledger.verifier)).toEqual(one),
      ),
    );
  });

  it("refuses every edit", () => {
    fc.assert(
      fc.property(text, edit, (one, change) => {
        const note = signNote(one, ledger);
        const edited = apply(note, change);
        fc.pre(edited !== note);
        const read = attempt(() => openNote(edited, ledger.verifier));
        // A signature is only over the text: what opens after an edit has the very text that was signed.
        if (read !== undefined) expect(read).toBe(one);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("crockford", () => {
  it("spells ids in one way, with two zero bits at the end", () => {
    fc.assert(
      fc.property(id, fc.nat(25), fc.constantFrom(...CROCKFORD.toLowerCase()), (one, at, character) => {
        expect(isCrockford128(one)).toBe(true);
        expect(isCrockford128(one.toUpperCase())).toBe(/^\d+$/.test(one));
        const edited = one.slice(0, at) + character + one.slice(at + 1);
        expect(isCrockford128(edited)).toBe(at < 25 || "048cgmrw".includes(character));
      }),
    );
  });

  it("gives different ids for different bytes", () => {
    fc.assert(
      fc.property(
        bytes(16),
        bytes(16),
        (a, b) => void expect(formatCrockford128(a) === formatCrockford128(b)).toBe(Buffer.compare(a, b) === 0),
      ),
    );
  });
});

describe("base64url", () => {
  it("has one spelling: no padding, no other alphabet, no stray bits", () => {
    for (const text of ["AA==", "AB", "A", "A A", "+A", "/A", "A\n", ""]) expect(isBase64url(text, 1)).toBe(false);
    expect(isBase64url("AA", 1)).toBe(true);
    expect(() => parseBase64url("AB", 1)).toThrow("base64url");
    expect(() => parseBase64url("AAA", 1)).toThrow("1 bytes");
  });

  it("is told from other text without decoding it", () => {
    const text = fc.string({ unit: fc.constantFrom(..."AQgwEMcBb_-9=+"), minLength: 1, maxLength: 5 });
    const parses = (end: string, length: number) => {
      try {
        return parseBase64url(end, length).length === length;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(text, fc.constantFrom(1, 2, 3), fc.nat(2), (end, length, more) => {
        const [whole, bytes] = [`${"AAAA".repeat(more)}${end}`, length + 3 * more];
        expect(isBase64url(whole, bytes)).toBe(parses(whole, bytes));
      }),
    );
  });
});

describe("code", () => {
  const code = fc.string({ unit: fc.constantFrom(...CROCKFORD), minLength: 8, maxLength: 8 });
  const spell = (text: string, how: number) =>
    [...text]
      .map((character, i) => {
        const digit = /\d/.test(character) ? Number(character) : undefined;
        switch ((how + i) % 6) {
          case 0:
            return character.toLowerCase();
          case 1:
            return digit === undefined ? character : String.fromCharCode(0x06f0 + digit);
          case 2:
            return digit === undefined ? `${character}-` : String.fromCharCode(0x0660 + digit);
          case 3:
            return ` ${character === "0" ? "o" : character === "1" ? "l" : character}`;
          case 4:
            return `\u200f${character === "0" ? "O" : character === "1" ? "I" : character}\u200e`;
          default:
            return String.fromCharCode(character.charCodeAt(0) + 0xfee0);
        }
      })
      .join("");

  it("is read in every way in which people type it", () => {
    fc.assert(fc.property(code, fc.nat(5), (one, how) => void expect(parseCode(spell(one, how), 8)).toBe(one)));
    expect(parseCode(" ۷k3m-9tx۰\n", 8)).toBe("7K3M9TX0");
  });

  it("and the page give keys only when both are whole", () => {
    expect(() => confirmKeyOf(new Uint8Array(15), "00AB12CD")).toThrow("16 bytes of the page");
    expect(() => leaveKeyOf(new Uint8Array(16), "00AB12C")).toThrow("8 characters of the code");
  });

  it("is not made up from anything else", () => {
    for (const typed of ["", "7K3M9TX", "7K3M9TX00", "7K3M9TXU", "7K3M9TX*", "7K3M9TXß", "0".repeat(300), "۷"])
      expect(parseCode(typed, 8)).toBeUndefined();
  });
});

describe("entry bundle", () => {
  it("parses to the entries that were put in, and no other number of them", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (entries) => {
        const bundle = formatEntryBundle(entries);
        const parsed = parseEntryBundle(bundle, entries.length).map((one) => Buffer.from(one).toString("utf8"));
        expect(parsed).toEqual(entries);
        expect(() => parseEntryBundle(bundle, entries.length + 1)).toThrow(LetterError);
        expect(() => parseEntryBundle(bundle.subarray(0, -1), entries.length)).toThrow(LetterError);
      }),
    );
  });
});

describe("merge message", () => {
  const settlement: fc.Arbitrary<Settlement> = fc.record(
    {
      sheet: id,
      approvedBy: fc.array(fc.nat()),
      refused: fc.array(fc.tuple(id, fc.constantFrom(...REFUSAL_CODES))),
      leftOut: fc.array(id),
      size: fc.nat(),
      root: bytes(32).map((root) => Buffer.from(root).toString("base64")),
    },
    { requiredKeys: ["approvedBy", "refused", "leftOut", "size", "root"] },
  );

  it("parses to what was settled", () => {
    fc.assert(
      fc.property(
        settlement,
        fc.constantFrom("accept sheet 3v9c", "a: b", "Sheet: x"),
        (one, subject) => void expect(parseMergeMessage(formatMergeMessage(subject, one))).toEqual(one),
      ),
    );
  });

  it("settles nothing when the trailers do not stand at the end, or are not of accept", () => {
    const message = formatMergeMessage("accept", { approvedBy: [1], refused: [], leftOut: [], size: 5, root: "S/q=" });
    expect(parseMergeMessage(`${message}\nand more\n`)).toBeUndefined();
    expect(parseMergeMessage("letter: a change\n\nSheet: x\n")).toBeUndefined();
    expect(parseMergeMessage("")).toBeUndefined();
  });
});
