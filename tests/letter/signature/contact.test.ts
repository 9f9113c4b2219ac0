import { describe, expect, it } from "vitest";
import { parseBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { commit } from "../../../scripts/letter/ledger/commitment.ts";
import {
  CONTACT_BYTES,
  type ContactRecord,
  contactCommitment,
  formatContactRecord,
  parseContactRecord,
} from "../../../scripts/letter/signature/contact.ts";
import { invent } from "../invented.ts";

const { contact } = invent(0, "name");
const bytes = formatContactRecord(contact);
const padded = (json: string) => Buffer.alloc(CONTACT_BYTES, " ").fill(json, 0, Buffer.byteLength(json));
const text = Buffer.from(bytes).toString("utf8").trimEnd();

describe("a contact record", () => {
  it("has one length, whatever it holds", () => {
    const short = formatContactRecord({ ...contact, name: "", place: "" });
    expect([bytes.length, short.length]).toEqual([CONTACT_BYTES, CONTACT_BYTES]);
    // The longest name, place and address that the form takes.
    const longest = {
      ...contact,
      name: "𠀀".repeat(100),
      place: "𠀀".repeat(60),
      email: `${"a".repeat(242)}@example.org`,
    };
    expect(parseContactRecord(formatContactRecord(longest))).toEqual(longest);
    expect(() => formatContactRecord({ ...contact, name: "a".repeat(CONTACT_BYTES) })).toThrow("at most 2,048 bytes");
  });

  it.each([
    ["another version", text.replace('"v":1', '"v":2')],
    ["another order", text.replace(/("name":"[^"]*"),("email":"[^"]*")/, "$2,$1")],
    ["white space", text.replace('"v":1,', '"v":1, ')],
    ["one more field", text.replace('"v":1', '"v":1,"note":""')],
    ["a forbidden field", text.replace('"v":1', '"v":1,"__proto__":{"polluted":1}')],
    ["a field less", text.replace(/"place":"[^"]*",/, "")],
    ["a doubled field", text.replace('"v":1', '"v":1,"v":1')],
    ["a consent that does not exist", text.replace('"public"', '"everything"')],
    ["consents in another order", text.replace('"handover","public"', '"public","handover"')],
    ["a consent twice", text.replace('"handover"', '"handover","handover"')],
    ["a short opening", text.replace(/"opening":"./, '"opening":"')],
    ["another escape", text.replace("@", "\\u0040")],
    ["no JSON at all", "hello"],
    ["nothing", ""],
  ])("is refused with %s", (_what, json) => {
    expect(json).not.toBe(text);
    expect(() => parseContactRecord(padded(json))).toThrow(LetterError);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("is refused without its padding, or with another", () => {
    expect(() => parseContactRecord(Buffer.from(text))).toThrow("another spelling");
    expect(() => parseContactRecord(Buffer.concat([bytes, Buffer.from(" ")]))).toThrow("another spelling");
    expect(() => parseContactRecord(Buffer.from(bytes).fill("\n", CONTACT_BYTES - 1))).toThrow("another spelling");
    expect(() => parseContactRecord(Buffer.from(bytes).fill(0xff, 60, 61))).toThrow(LetterError);
  });

  it("opens its commitment, and no other record does", () => {
    const commitment = contactCommitment(contact);
    const changes: Partial<ContactRecord>[] = [
      ...[{ id: invent(1).contact.id }, { name: "x" }, { email: "x@example.org" }, { place: "x" }, { lang: "ku" }],
      ...[{ signed: "2026-11-24" }, { consents: ["handover"] as const }, { opening: invent(1).contact.opening }],
    ];
    for (const change of changes) expect(contactCommitment({ ...contact, ...change })).not.toBe(commitment);
    // The order in which consents were given says nothing.
    expect(contactCommitment({ ...contact, consents: ["public", "handover"] })).toBe(commitment);
  });
});

describe("a commitment", () => {
  const opening = parseBase64url(contact.opening, 32);

  it("keeps its fields apart", () => {
    const one = commit(opening, ["ab", "c"]);
    for (const fields of [["a", "bc"], ["abc"], ["ab", "c", ""], ["", "ab", "c"]])
      expect(commit(opening, fields)).not.toEqual(one);
  });

  it("takes fields of up to 65,535 bytes", () => {
    expect(commit(opening, ["a".repeat(65_535)]).length).toBe(32);
    expect(() => commit(opening, ["é".repeat(32_768)])).toThrow("65,535 bytes");
  });
});
