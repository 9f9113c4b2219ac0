import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IMPORT_COLUMNS } from "../../../scripts/handover/opened/import-file.ts";
import { COUNTED_COLUMNS, SIGNATORY_COLUMNS } from "../../../scripts/handover/opened/lists.ts";
import { writeOpenedFolder } from "../../../scripts/handover/opened/opened-folder.ts";
import { openOutFolder } from "../../../scripts/handover/out-folder.ts";
import type { Read } from "../../../scripts/letter/bytes/read.ts";
import { formatCsv } from "../../../scripts/letter/handover/csv.ts";
import { STRINGS } from "../../../scripts/site/views/strings.ts";
import { parseCsv } from "../../support/formulas.ts";
import { parseWorkbook, sheetNames } from "../../support/workbook.ts";
import { type Crowd, crowdOf } from "./crowd.ts";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "undersigned-opened-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const nothing: Read = async () => undefined;
const write = (crowd: Crowd, more: { split?: number; read?: Read } = {}) =>
  open(crowd.facts, more, async (add) => {
    for (const right of crowd.rights) await add(right);
  });
/** Writes the folder as an opening does: whole, or not at all. */
const open = async (
  facts: Crowd["facts"],
  { split, read = nothing }: { split?: number; read?: Read },
  run: Parameters<typeof writeOpenedFolder<void>>[2],
) => {
  const folder = await openOutFolder(out);
  try {
    await writeOpenedFolder(folder.draft, { facts, read, split }, run);
    await folder.finish();
  } catch (cause) {
    await folder.abandon();
    throw cause;
  }
};
const text = (name: string) => readFileSync(join(out, name), "utf8");
const table = (name: string): Record<string, string>[] => recordsOf(parseCsv(text(name)));

describe("what the recipient opens", () => {
  it("names in the columns of names only what each person chose to show", async () => {
    const crowd = crowdOf(40);
    await write(crowd);
    const rows = table("signatories.csv");
    const named = crowd.rights.filter(({ expected }) => expected.row.shown !== "counted");
    expect(rows.map(({ id }) => id)).toEqual(named.map(({ expected }) => expected.id));
    for (const [i, { expected, record }] of named.entries()) {
      const { public_name = "", sealed_name, shown, allowed_en = "", allowed_fa = "", email_opt_in } = rows[i]!;
      expect([shown, sealed_name, email_opt_in]).toEqual([expected.row.shown, record.name, "N"]);
      expect(public_name).toBe(expected.row.name);
      // The words give no more of the name than may be printed.
      for (const words of [allowed_en, allowed_fa]) {
        expect(words.includes(record.name)).toBe(shown === "name");
        expect(words.includes(`\u2068${public_name}\u2069`)).toBe(shown !== "hidden");
      }
      expect(allowed_en).toMatch(shown === "hidden" ? /^Must not be printed/ : /may be printed/i);
    }
    expect(SIGNATORY_COLUMNS[0]).toBe("public_name");
    expect(SIGNATORY_COLUMNS).not.toContain("name");
  });

  it("has who is only counted in a file of their own and in no other, without a place", async () => {
    const crowd = crowdOf(40);
    const [first] = crowd.rights.filter(({ expected }) => expected.row.shown === "counted");
    // As records of an earlier version of the form may have it.
    Object.assign(first!.record, { place: "Countedplace, Iran" });
    await write(crowd);
    const counted = crowd.rights.filter(({ expected }) => expected.row.shown === "counted");
    expect(table("counted.csv").map(({ email }) => email)).toEqual(
      counted.map(({ record }) => record.email.replace(/^(?=[=+\-@])/, "'")),
    );
    const workbook = parseWorkbook(readFileSync(join(out, "signatories.xlsx")), "Signatories").flat();
    for (const { record, expected } of counted) {
      for (const name of ["signatories.csv", "import.csv"]) {
        expect(text(name)).not.toContain(record.email);
        expect(text(name)).not.toContain(expected.id);
      }
      expect(workbook).not.toContain(record.email);
    }
    for (const name of readdirSync(out)) expect(readFileSync(join(out, name), "latin1")).not.toContain("Countedplace");
    for (const { shown, country } of table("totals.csv")) if (shown === "counted") expect(country).toBe("");
  });

  it("begins the workbook with what each column is and what may be done, in both languages", async () => {
    await write(crowdOf(4));
    const workbook = readFileSync(join(out, "signatories.xlsx"));
    const first = Object.values(STRINGS).map(({ opened }) => opened.sheet);
    expect(sheetNames(workbook)).toEqual([...first, "Signatories", "Consents"]);
    expect(parseWorkbook(workbook, "Signatories")[0]).toEqual([...SIGNATORY_COLUMNS]);
    for (const [lang, { opened }] of Object.entries(STRINGS)) {
      const readMe = text(`READ-ME-FIRST-${lang}.txt`);
      const sheet = parseWorkbook(workbook, opened.sheet);
      for (const column of new Set([...SIGNATORY_COLUMNS, ...COUNTED_COLUMNS, ...IMPORT_COLUMNS])) {
        expect(readMe).toMatch(new RegExp(`^\\|.*\`${column}\`.*\\|`, "m"));
        expect(sheet.some(([names = "", ...what]) => names.includes(column) && what.join("").length > 10)).toBe(true);
      }
      for (const way of ["name", "initials", "hidden", "counted"])
        expect(sheet.filter(([shown]) => shown === way).map((cells) => cells.length)).toEqual([3]);
      for (const file of readdirSync(out).filter((name) => name.endsWith(".csv"))) expect(readMe).toContain(file);
      expect(readMe).not.toMatch(/\{\w+\}/);
    }
  });

  it("has the wordings that each person agreed to, as the public bag has them", async () => {
    const crowd = crowdOf(12);
    const day = (i: number, signed: string, lang: string) => Object.assign(crowd.rights[i]!.record, { signed, lang });
    day(0, "2026-11-05", "en");
    day(1, "2026-11-20", "en");
    day(2, "2026-11-21", "fa");
    const index = [
      ["id", "kind", "lang", "from", "until", "file", "sha256"],
      ["en/consent-handover-1", "consent-handover", "en", "2026-10-01", "2026-11-10", "en/consent-handover-1.md", ""],
      ["en/consent-handover-2", "consent-handover", "en", "2026-11-10", "", "en/consent-handover-2.md", ""],
      ["en/consent-public-1", "consent-public", "en", "2026-10-01", "", "en/consent-public-1.md", ""],
      ["fa/consent-handover-1", "consent-handover", "fa", "2026-10-01", "", "fa/consent-handover-1.md", ""],
      ["en/privacy-1", "privacy", "en", "2026-10-01", "", "en/privacy-1.md", ""],
    ];
    const [columns = [], ...wordings] = index;
    const csv = formatCsv(columns, wordings);
    const read: Read = async (path) => Buffer.from(path === "consents/index.csv" ? csv : `The words of ${path}\n`);
    await write(crowd, { read });
    const [first, second, third] = table("import.csv");
    expect(first?.consent_ids).toBe("en/consent-handover-1 en/consent-public-1");
    expect(second?.consent_ids).toBe("en/consent-handover-2 en/consent-public-1");
    expect(third?.consent_ids).toBe("fa/consent-handover-1");
    expect(table("signatories.csv")[0]).toMatchObject({
      consents: "handover public",
      consent_ids: first?.consent_ids,
    });
    const sheet = recordsOf(parseWorkbook(readFileSync(join(out, "signatories.xlsx")), "Consents"));
    expect(sheet.find(({ consent_id }) => consent_id === "en/consent-handover-2")).toMatchObject({
      from: "2026-11-10",
      text: "The words of consents/en/consent-handover-2.md",
    });
    // A form waits for its code up to 48 hours.
    day(0, "2026-11-12", "en");
    await write(crowd, { read });
    expect(table("import.csv")[0]?.consent_ids).toContain("en/consent-handover-1 en/consent-handover-2");
  });

  it("can be read by nobody else on the machine", async () => {
    await write(crowdOf(8), { split: 2 });
    for (const name of readdirSync(out)) expect([name, statSync(join(out, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it("is divided into files of as many rows as a database takes", async () => {
    const crowd = crowdOf(40, ["name", "hidden", "initials"]);
    await write(crowd);
    const whole = parseCsv(text("import.csv"));
    await write(crowd, { split: 13 });
    const names = readdirSync(out).filter((name) => name.startsWith("import"));
    expect(names.sort()).toEqual(["import-1.csv", "import-2.csv", "import-3.csv", "import-4.csv"]);
    const parts = names.map((name) => parseCsv(text(name)));
    expect(parts.map(({ length }) => length)).toEqual([14, 14, 14, 2]);
    for (const [columns] of parts) expect(columns).toEqual([...IMPORT_COLUMNS]);
    expect(parts.flatMap(([, ...rows]) => rows)).toEqual(whole.slice(1));
  });

  it("keeps nothing of an earlier opening, which may have people who have left", async () => {
    await write(crowdOf(40), { split: 5 });
    writeFileSync(join(out, "signatories-2.xlsx"), "of a longer list");
    writeFileSync(join(out, "files.txt"), `${text("files.txt")}signatories-2.xlsx\n`);
    writeFileSync(join(out, "notes.txt"), "the recipient's own");
    mkdirSync(join(out, "unfinished"));
    writeFileSync(join(out, "unfinished", "import-7.csv"), "of a run that was cut off");
    const crowd = crowdOf(4);
    await write(crowd);
    expect(
      readdirSync(out)
        .filter((name) => /import|signatories|notes|unfinished/.test(name))
        .sort(),
    ).toEqual(["import.csv", "notes.txt", "signatories.csv", "signatories.xlsx"]);
    expect(table("import.csv")).toHaveLength(3);
  });

  it("is not there when the opening fails, not even in part", async () => {
    const crowd = crowdOf(8);
    await write(crowd);
    const before = Object.fromEntries(readdirSync(out).map((name) => [name, text(name)]));
    const failing = open(crowd.facts, {}, async (add) => {
      await add(crowd.rights[0]!);
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(Object.fromEntries(readdirSync(out).map((name) => [name, text(name)]))).toEqual(before);
  });
});

function recordsOf([columns = [], ...rows]: string[][]): Record<string, string>[] {
  return rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""])));
}
