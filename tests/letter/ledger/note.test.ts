import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import {
  formatVkey,
  noteSigner,
  noteVerifier,
  openNote,
  parseVkey,
  signNote,
} from "../../../scripts/letter/ledger/note.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { ledger } from "../invented.ts";

const other = noteSigner("letter.example.org/ledger", fixedRandomness("another key")(32));
const stranger = noteSigner("witness.example.net", fixedRandomness("stranger")(32));
const text = "letter.example.org/ledger\n1\nGMsiAmXIDtcoXL5YzrKW9hTWtEnhvIrkg6Et+7Bz3lA=\n";
const note = signNote(text, ledger);
const lineOf = (signer: typeof ledger, of = text) => signNote(of, signer).slice(of.length + 1);

describe("a verifier key", () => {
  // From the specification: https://c2sp.org/signed-note
  const VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

  it("is spelled as in the specification", () => {
    const verifier = parseVkey(VKEY);
    expect(verifier.name).toBe("example.com/foo");
    expect(formatVkey(noteVerifier(verifier.name, verifier.publicKey))).toBe(VKEY);
  });

  it.each([
    ["another id", VKEY.replace("530d903a", "530d903b")],
    ["an id in upper case", VKEY.replace("530d903a", "530D903A")],
    ["another name", VKEY.replace("foo", "fo")],
    ["another type", VKEY.replace("+A", "+B")],
    ["a short key", VKEY.slice(0, -4)],
    ["a blank", `${VKEY} `],
    ["a line feed", `${VKEY}\n`],
    ["nothing", ""],
    ["no name", VKEY.slice(15)],
  ])("is refused with %s", (_what, vkey) => {
    expect(() => parseVkey(vkey)).toThrow("verifier key");
  });

  it("has a name without blank and plus", () => {
    for (const name of ["", "a b", "a+b", "a\u00a0b", "a\u0085b", "a\u2028b", "a\n"])
      expect(() => noteVerifier(name, new Uint8Array(32))).toThrow("name");
  });
});

describe("a signed note", () => {
  it("gives its text", () => {
    expect(openNote(note, ledger.verifier)).toBe(text);
  });

  it("may carry signatures of keys that nobody here knows, in any order", () => {
    expect(openNote(note + lineOf(stranger), ledger.verifier)).toBe(text);
    expect(openNote(`${text}\n${lineOf(stranger)}${lineOf(other)}${lineOf(ledger)}`, ledger.verifier)).toBe(text);
  });

  it("may carry a line of the known key again, as a tool appends it that does not look", () => {
    expect(openNote(note + lineOf(ledger) + lineOf(stranger) + lineOf(stranger), ledger.verifier)).toBe(text);
  });

  it("may carry lines of unknown keys that we would spell otherwise, but none whose name has a Unicode blank", () => {
    const named = (name: string, base64 = "AAAAAAAA") => `${note}— ${name} ${base64}\n`;
    // Bits behind the last byte, which no encoder sets; a byte order mark, which is no blank.
    for (const line of [named("w.example", "AAAAAAAAAB=="), named("w\ufeff.example")])
      expect(openNote(line, ledger.verifier)).toBe(text);
    for (const blank of ["\u0085", "\u00a0", "\u2003", "\u2028"])
      expect(() => openNote(named(`w${blank}.example`), ledger.verifier)).toThrow("malformed");
  });

  it("may hold empty lines: the last one parts it", () => {
    const long = "a\n\nb\n\n\nc\n";
    expect(openNote(signNote(long, ledger), ledger.verifier)).toBe(long);
    expect(() => openNote(`${signNote(long, ledger)}\n`, ledger.verifier)).toThrow();
    // A second note appended to the first is one note whose signature is over everything before the last empty line.
    expect(() => openNote(`${note}\n${lineOf(ledger)}`, ledger.verifier)).toThrow("wrong");
  });

  const bad = lineOf(ledger, `${text}x\n`);
  it.each([
    ["no signature", text],
    ["an empty signature block", `${text}\n`],
    ["a signature of another key alone", `${text}\n${lineOf(other)}`],
    ["a signature of another name alone", `${text}\n${lineOf(stranger)}`],
    ["a bad signature of the known key", `${text}\n${bad}`],
    ["a bad signature of the known key before a good one", `${text}\n${bad}${lineOf(ledger)}`],
    ["a bad signature of the known key behind a good one", note + bad],
    ["another text", note.replace("\n1\n", "\n2\n")],
    ["no line feed at the end", note.slice(0, -1)],
    ["carriage returns", note.replaceAll("\n", "\r\n")],
    ["a tab", note.replace("1", "\t1")],
    ["a NUL", note.replace("1", "\u00001")],
    ["a replacement character", note.replace("letter", "\ufffd")],
    ["a hyphen for the dash", note.replace("— ", "- ")],
    ["a malformed line besides", `${note}— nobody\n`],
    ["text behind the signatures", `${note}hello\n`],
    ["padding that is missing", note.replace(/=\n$/, "\n")],
    ["stray bits", note.replace(/.=\n$/, (end) => `${end === "M=\n" ? "N" : "M"}=\n`)],
    ["a short signature", note.replace(/ (\S+)\n$/, () => ` ${Buffer.from([1, 2, 3]).toString("base64")}\n`)],
  ])("is refused with %s", (_what, changed) => {
    expect(() => openNote(changed, ledger.verifier)).toThrow(/note|signature/);
  });

  it("is never made of a text that does not end its line", () => {
    expect(() => signNote("a", ledger)).toThrow("line feed");
  });
});

describe("a checkpoint", () => {
  const ROOT = "GMsiAmXIDtcoXL5YzrKW9hTWtEnhvIrkg6Et+7Bz3lA=";
  const open = (body: string) => openCheckpoint(signNote(body, ledger), ledger.verifier);

  it("may carry more lines", () => {
    expect(open(`${text}an extension\n`).size).toBe(1);
  });

  it.each([
    ["another origin", `example.org\n1\n${ROOT}\n`],
    ["no root", "letter.example.org/ledger\n1\n"],
    ["a size with a zero before it", `letter.example.org/ledger\n01\n${ROOT}\n`],
    ["a size with a sign", `letter.example.org/ledger\n+1\n${ROOT}\n`],
    ["a size that no number holds", `letter.example.org/ledger\n9999999999999999\n${ROOT}\n`],
    ["a size in hexadecimal", `letter.example.org/ledger\n0x1\n${ROOT}\n`],
    ["an empty line for an extension", `${text}\n`],
    ["an empty line between extensions", `${text}one\n\ntwo\n`],
    ["a root in base64url", `letter.example.org/ledger\n1\n${ROOT.replace("+", "-")}\n`],
    ["a root without padding", `letter.example.org/ledger\n1\n${ROOT.slice(0, -1)}\n`],
    ["a short root", `letter.example.org/ledger\n1\nAAAA\n`],
  ])("is refused with %s, whoever signed it", (_what, body) => {
    expect(() => open(body)).toThrow("checkpoint");
  });
});
