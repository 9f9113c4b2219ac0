import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatBase64url, parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { sha256 } from "../../scripts/letter/bytes/hash.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { attest, attestLeave, isAttested, isLeaveAttested } from "../../scripts/letter/ledger/attestation.ts";
import { openLedgerCheck } from "../../scripts/letter/ledger/check.ts";
import { openCheckpoint, signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { attestedText, formatEntry, parseEntry } from "../../scripts/letter/ledger/entry.ts";
import { formatVkey, noteSigner, parseVkey } from "../../scripts/letter/ledger/note.ts";
import { outlineOf, publishedSizes } from "../../scripts/letter/ledger/outline.ts";
import { leafHash, treeRoot } from "../../scripts/letter/ledger/tree.ts";
import { filingMessage } from "../../scripts/letter/review/filing-message.ts";
import { formatMergeMessage, parseMergeMessage } from "../../scripts/letter/review/merge-message.ts";
import {
  type ContactRecord,
  contactCommitment,
  formatContactRecord,
  parseContactRecord,
} from "../../scripts/letter/signature/contact.ts";
import { confirmKeyOf, idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { formatListShard, parseListShard } from "../../scripts/letter/signature/list.ts";
import {
  acceptEntryOf,
  type PublicFields,
  parseRow,
  publicCommitment,
  ROW_COLUMNS,
} from "../../scripts/letter/signature/row.ts";
import { formatSheet, parseSheet } from "../../scripts/letter/signature/sheet.ts";
import { formatTable, parseTable } from "../../scripts/letter/signature/table.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { root } from "../support/source.ts";
import { noVectors, readVectorJson } from "../support/vectors.ts";

// The seeds of the worked values: 00..1f for the form service, 20..3f for the ledger.
const service = signingKey(Uint8Array.from({ length: 32 }, (_, i) => i));
const ledger = noteSigner(
  "letter.example.org/ledger",
  Uint8Array.from({ length: 32 }, (_, i) => i + 32),
);

type Person = Record<
  | ("s" | "code" | "confirmKey" | "withdrawalCode" | "opening" | "id" | "contactOpening" | "publicCommitment")
  | ("contactCommitment" | "attestation" | "entry" | "leaveAttestation"),
  string
> & { row: PublicFields; contactRecord: Omit<ContactRecord, "opening"> };
type WorkedValues = Record<"origin" | "vkey" | "serviceKey" | "edition", string> & {
  letter: Record<string, string>;
  people: Person[];
  entries: string[];
  leafHashes: string[];
  states: { size: number; root: string; checkpoint: string }[];
};

// The normative text carries the worked values, so that readers can check their own programs: what it says must be right.
const readme = readFileSync(join(root, "signatures/README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind,
  text: text ?? "",
}));
const values = JSON.parse(blocks.find(({ kind }) => kind === "json")?.text ?? "{}") as WorkedValues;
const block = (begin: string) => blocks.find(({ text }) => text.startsWith(begin))?.text ?? "";

describe("the worked values of signatures/README.md", () => {
  it("are three signatures, six entries and three checkpoints", () => {
    expect([values.people.length, values.entries.length, values.states.length]).toEqual([3, 6, 3]);
  });

  describe.each(values.people)("signature $id", (person) => {
    const { row, contactRecord } = person;
    const contact = { ...contactRecord, opening: person.contactOpening };
    const secret = parseBase64url(person.s, 16);

    it("derives key, opening and id from page, code and withdrawal code", () => {
      expect(formatBase64url(confirmKeyOf(secret, person.code))).toBe(person.confirmKey);
      expect(formatBase64url(openingOf(person.withdrawalCode))).toBe(person.opening);
      expect(idOf(parseBase64url(person.opening, 32))).toBe(person.id);
    });

    it("commits to what is public and to the contact record", () => {
      expect(publicCommitment({ ...row, opening: person.opening }, values.edition)).toBe(person.publicCommitment);
      expect(contactCommitment(contact)).toBe(person.contactCommitment);
      expect(parseContactRecord(formatContactRecord(contact))).toEqual(contact);
    });

    it("is attested, and so is its withdrawal", () => {
      const { publicCommitment, contactCommitment, attestation } = person;
      const entry = {
        kind: "accept" as const,
        edition: values.edition,
        publicCommitment,
        contactCommitment,
        attestation,
      };
      expect(attest(entry, service)).toBe(attestation);
      expect(isAttested(entry, parseBase64url(values.serviceKey, 32))).toBe(true);
      expect(attestLeave(person.id, service)).toBe(person.leaveAttestation);
      expect(isLeaveAttested(person.id, person.leaveAttestation, service.publicKey)).toBe(true);
      expect(isLeaveAttested(person.id, attestation, service.publicKey)).toBe(false);
    });

    it("makes its entry", () => {
      const cells = {
        id: person.id,
        ...row,
        opening: person.opening,
        contact: person.contactCommitment,
        attestation: person.attestation,
      };
      const parsed = parseRow(
        ROW_COLUMNS.map((column) => cells[column]),
        "row 1",
      );
      expect(formatEntry(acceptEntryOf(parsed, values.edition))).toBe(person.entry);
    });
  });

  it("have the edition of their letter", () => {
    expect(editionOf(new Map(Object.entries(values.letter)))).toBe(values.edition);
    expect(editionOf(new Map(Object.entries(values.letter).reverse()))).toBe(values.edition);
  });

  it("have the leaf hashes, roots and checkpoints of their entries", () => {
    const leaves = values.entries.map((line) => leafHash(line));
    expect(leaves.map((leaf) => Buffer.from(leaf).toString("base64"))).toEqual(values.leafHashes);
    for (const { size, root, checkpoint } of values.states) {
      const found = treeRoot(leaves.slice(0, size));
      expect(Buffer.from(found).toString("base64")).toBe(root);
      expect(signCheckpoint({ origin: values.origin, size, root: found }, ledger)).toBe(checkpoint);
      expect(openCheckpoint(checkpoint, parseVkey(values.vkey))).toEqual({ origin: values.origin, size, root: found });
    }
    expect(publishedSizes(outlineOf(values.entries))).toEqual(values.states.map(({ size }) => size));
  });

  it("have a ledger that obeys its rules, and the keys of their seeds", () => {
    const check = openLedgerCheck((entry) => isAttested(entry, service.publicKey));
    for (const line of values.entries) {
      expect(formatEntry(parseEntry(line))).toBe(line);
      check.add(line);
    }
    const facts = check.finish();
    expect([[...facts.accepts.keys()], [...facts.withdrawn]]).toEqual([[2, 3, 4], [3]]);
    expect(formatVkey(ledger.verifier)).toBe(values.vkey);
    expect(formatBase64url(service.publicKey)).toBe(values.serviceKey);
  });

  it.skipIf(noVectors)("are those of formats.json", () => {
    const { about: _, ...formats } = readVectorJson<WorkedValues & { about: string }>("formats.json");
    expect(values).toEqual(formats);
  });
});

describe("the examples of signatures/README.md", () => {
  const [hidden, , named] = values.people as [Person, Person, Person];

  it("show a sheet, a list, a table and rows in their one spelling", () => {
    const sheet = block("---\nsheet: ");
    expect(formatSheet(parseSheet(sheet))).toBe(sheet);
    expect(parseSheet(sheet).rows.map(({ id }) => id)).toEqual([hidden.id, named.id]);
    const list = block("| index |");
    expect(formatListShard(parseListShard(list, 0))).toBe(list);
    const table = block("| id | attestation |");
    expect(parseTable(["id", "attestation"], table, "table")).toEqual([[hidden.id, hidden.leaveAttestation]]);
    const rows = block(`| ${named.id} | name`);
    for (const cells of parseTable(ROW_COLUMNS, formatTable(ROW_COLUMNS, []) + rows, "rows")) parseRow(cells, "row");
  });

  it("show the message of a public commitment as it is hashed", () => {
    const text = block("message of the public commitment");
    const hex = text
      .split("\n")
      .slice(1)
      .map((line) => /^[0-9a-f]{4} ([0-9a-f]+) /.exec(line)?.[0].replaceAll(" ", "") ?? "")
      .join("");
    const { row } = named;
    const fields = ["undersigned/v1/public", parseBase64url(values.edition, 32), ...Object.values(row)];
    const expected = fields.map((field) => {
      const bytes = Buffer.from(field as string);
      return bytes.length.toString(16).padStart(4, "0") + bytes.toString("hex");
    });
    expect(hex).toBe(expected.join(""));
  });

  it("show the texts that are attested, a contact record, a checkpoint and a merge commit", () => {
    const { publicCommitment, contactCommitment } = hidden;
    const attested = attestedText({ edition: values.edition, publicCommitment, contactCommitment });
    const sheet = block("---\nsheet: ");
    const { sheet: name } = parseSheet(sheet);
    const word = `undersigned/v1/sheet ${name} ${formatBase64url(sha256(sheet))}`;
    expect(block("undersigned/v1 accept")).toBe(`${attested}\nundersigned/v1/leave ${hidden.id}\n${word}\n`);
    const attestation = formatBase64url(service.sign(Buffer.from(word)));
    expect(block("file sheet")).toBe(filingMessage(name, { quarantined: false, attestation }));
    const record = { ...hidden.contactRecord, opening: hidden.contactOpening };
    expect(block('{"v":1').trimEnd()).toBe(Buffer.from(formatContactRecord(record)).toString("utf8").trimEnd());
    expect(block(values.origin)).toBe(values.states.at(-1)?.checkpoint);
    const message = block("accept sheet");
    const settlement = parseMergeMessage(message)!;
    expect(formatMergeMessage(message.split("\n")[0]!, settlement)).toBe(message);
    expect(settlement).toMatchObject({ approvedBy: [1234567, 7654321], size: 5, root: values.states[1]?.root });
  });

  it("show codes and ids that belong together", () => {
    for (const value of [hidden.s, hidden.code, hidden.withdrawalCode, hidden.opening, hidden.id])
      expect(block("s    ")).toContain(` ${value}`);
    expect(readme).toContain(`\`${values.vkey}\``);
  });
});
