import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IMPORT_COLUMNS, importRow } from "../../../scripts/handover/opened/import-file.ts";
import { writeOpenedFolder } from "../../../scripts/handover/opened/opened-folder.ts";
import { parseCsv } from "../../support/formulas.ts";
import { root } from "../../support/source.ts";
import { crowdOf } from "./crowd.ts";
import { isNo, isYes, SYSTEMS } from "./systems.ts";

const crowd = crowdOf(200, ["name", "initials", "hidden"]);
const out = mkdtempSync(join(tmpdir(), "undersigned-import-"));
const file = join(out, "import.csv");
let rows: Record<string, string>[];
beforeAll(async () => {
  await writeOpenedFolder(out, { facts: crowd.facts, read: async () => undefined, split: undefined }, async (add) => {
    for (const right of crowd.rights) await add(right);
  });
  const [columns = [], ...cells] = parseCsv(readFileSync(file, "utf8"));
  rows = cells.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]!])));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

const python = () => {
  try {
    return execFileSync("python3", ["--version"]).toString().startsWith("Python 3");
  } catch {
    return false;
  }
};

describe("the file to import", () => {
  it("begins with the first column and nothing else, ends its rows as RFC 4180 says, and changes no text", () => {
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 10).toString("latin1")).toBe("email,emai");
    expect(bytes.toString("utf8").replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(bytes.subarray(-2).toString()).toBe("\r\n");
    expect(rows.map(({ email, full_name, place }) => [email, full_name, place])).toEqual(
      crowd.rights.map(({ record }) => [record.email, record.name, record.place]),
    );
    // Addresses that a spreadsheet would take for a formula are there, as they were typed.
    for (const sign of ["-", "+", "="]) expect(rows.some(({ email = "" }) => email.startsWith(sign))).toBe(true);
  });

  it("says of each person what may be printed, that mail is not wanted, and where they signed", () => {
    for (const [i, { expected, record }] of crowd.rights.entries())
      expect(rows[i]).toMatchObject({
        public_name: expected.row.name,
        shown: expected.row.shown,
        external_id: expected.id,
        email_opt_in: "N",
        email_opt_out: "1",
        confirmed: "code",
        source: "letter.example.org/ledger",
        signed: record.signed,
        language: record.lang,
        consents: record.consents.join(" "),
      });
  });

  it("has each address once more as databases compare it: in lower case, with an ASCII domain", () => {
    for (const { email = "", email_key = "" } of rows) {
      expect(email_key).toMatch(/^[!-~]+@[a-z0-9.-]+$/);
      expect(email_key).toBe(email_key.toLowerCase());
      expect(email_key.split("@")[0]).toBe(email.split("@")[0]?.toLowerCase());
    }
    expect(rows.map(({ email_key }) => email_key)).toContain(
      rows.find(({ email = "" }) => /[^!-~]/.test(email))?.email_key,
    );
    expect(rows.some(({ email_key = "" }) => email_key.endsWith("@xn--bcher-kva.example.net"))).toBe(true);
    expect(new Set(rows.map(({ email_key }) => email_key)).size).toBe(rows.length);
  });

  it("takes the country from the place, and has none where it would be a guess", () => {
    const by = (place: string) => rows.find((row) => row.place === place);
    expect(by("تهران، ایران")).toMatchObject({ country_derived: "Iran", country_code: "IR", country_source: "place" });
    for (const place of ["", "Melbourne", "رشت", "Georgia"])
      expect(by(place)).toMatchObject({ country_derived: "", country_code: "", country_source: "none" });
  });

  it.skipIf(!python())("comes back equal from Python’s csv module (needs python3)", () => {
    const script =
      "import csv, json, sys\nwith open(sys.argv[1], encoding='utf-8', newline='') as f:\n  print(json.dumps(list(csv.DictReader(f, strict=True))))";
    const back = JSON.parse(execFileSync("python3", ["-c", script, file], { maxBuffer: 1 << 24 }).toString());
    expect(back).toEqual(rows);
  });
});

describe.each(SYSTEMS)("what $name does with it", (system) => {
  const page = readFileSync(join(root, ".github/importing.md"), "utf8");
  const section = page.split(`\n## ${system.name}\n`)[1]?.split("\n## ")[0] ?? "";

  it("takes every row: what it needs is never empty", () => {
    for (const column of Object.values(system.required)) for (const row of rows) expect(row[column]).not.toBe("");
  });

  it("subscribes nobody", () => {
    for (const { column, asks } of Object.values(system.mail))
      for (const row of rows) expect((asks === "opt-in" ? isNo : isYes)(row[column] ?? "")).toBe(true);
    if (Object.keys(system.mail).length === 0) {
      const choices = [...section.matchAll(/\*\*([^*]+)\*\*/g)].map(([, words = ""]) => words.replaceAll("\n", " "));
      expect(choices).toContainEqual(expect.stringContaining(system.choice!));
    }
  });

  it("is told by its page: these fields, these columns, and no other", () => {
    const listed = [...section.matchAll(/^\| `?([^`|]+?)`? \| `(\w+)` \|/gm)];
    const mail = Object.fromEntries(Object.entries(system.mail).map(([field, { column }]) => [field, column]));
    expect(Object.fromEntries(listed.map(([, field, column]) => [field, column]))).toEqual({
      ...system.required,
      ...system.others,
      ...mail,
    });
    // An N in a field for opting out would subscribe everybody.
    for (const [, field = "", column = ""] of listed) {
      expect(IMPORT_COLUMNS).toContain(column);
      if (/opt.?out|do not/i.test(field)) expect(column).toBe("email_opt_out");
      if (/opt.?in/i.test(field)) expect(column).toBe("email_opt_in");
    }
    expect(section).toContain("\nSources: ");
  });

  it("cuts nothing off, and knows the codes", () => {
    const used = [...Object.values(system.required), ...Object.values(system.others)];
    for (const row of rows) {
      for (const column of used) expect(Buffer.byteLength(row[column]!)).toBeLessThanOrEqual(system.cell ?? 400);
      for (const column of system.codes ?? []) expect(row[column]).toMatch(/^([A-Z]{2})?$/);
    }
  });
});

it("leaves whom it is about as they are: the same person makes the same row", () => {
  const person = {
    index: "7",
    id: "x",
    sealedName: "سید محمد خاتمی",
    publicName: "س. م. خ.",
    shown: "initials",
    email: "Sara@Bücher.Example",
    place: "Berlin, Germany",
    lang: "fa",
    signed: "2026-11-22",
    consents: "handover public",
    consentIds: "fa/consent-handover-1",
    edition: "e",
  } as const;
  expect(Object.values(importRow(person, "letter.example.org/ledger"))).toEqual([
    "Sara@Bücher.Example",
    "sara@xn--bcher-kva.example",
    "سید محمد خاتمی",
    "سید محمد",
    "خاتمی",
    "Berlin, Germany",
    "Germany",
    "DE",
    "place",
    "fa",
    "2026-11-22",
    "letter.example.org/ledger",
    "x",
    "س. م. خ.",
    "initials",
    "N",
    "1",
    "code",
    "handover public",
    "fa/consent-handover-1",
    "e",
  ]);
});
