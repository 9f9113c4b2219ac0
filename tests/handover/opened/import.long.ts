import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOpenedFolder } from "../../../scripts/handover/opened/opened-folder.ts";
import { parseCsv } from "../../support/formulas.ts";
import { parseWorkbook } from "../../support/workbook.ts";
import { crowdOf } from "./crowd.ts";

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { stdio: "pipe", timeout: 120_000, maxBuffer: 1 << 26 }).toString();
const answers = (program: string, ...args: string[]) => {
  try {
    run(program, ...args);
    return true;
  } catch {
    return false;
  }
};
const pandas = answers("python3", "-c", "import pandas");
const openpyxl = answers("python3", "-c", "import pandas, openpyxl");

const out = mkdtempSync(join(tmpdir(), "undersigned-import-"));
const file = join(out, "import.csv");
let table: string[][];
beforeAll(async () => {
  const { rights, facts } = crowdOf(200, ["name", "initials", "hidden"]);
  await writeOpenedFolder(out, { facts, read: async () => undefined, split: undefined }, async (add) => {
    for (const right of rights) await add(right);
  });
  table = parseCsv(readFileSync(file, "utf8"));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe("200 people of all scripts come back equal", () => {
  it.skipIf(!pandas)("from pandas, which reads import.csv (needs python3 with pandas)", () => {
    const script = `import json, pandas, sys
t = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False, encoding="utf-8")
print(json.dumps([list(t.columns)] + t.values.tolist()))`;
    expect(JSON.parse(run("python3", "-c", script, file))).toEqual(table);
  });

  it.skipIf(!openpyxl)("from pandas, which reads signatories.xlsx (needs openpyxl too)", () => {
    const script = `import json, pandas, sys
t = pandas.read_excel(sys.argv[1], sheet_name="Signatories", dtype=str, keep_default_na=False)
print(json.dumps([list(t.columns)] + t.values.tolist()))`;
    const workbook = join(out, "signatories.xlsx");
    const own = parseWorkbook(readFileSync(workbook), "Signatories");
    const columns = own[0]!.length;
    const wanted = own.map((cells) => Array.from({ length: columns }, (_, i) => cells[i] ?? ""));
    expect(JSON.parse(run("python3", "-c", script, workbook))).toEqual(wanted);
  });

  it.skipIf(!answers("soffice", "--version"))("from LibreOffice, every column read as text (needs soffice)", () => {
    const profile = `-env:UserInstallation=file://${join(out, "profile")}`;
    // Comma, quotes, UTF-8, from line 1; every column as text, so that 1e5 and 00123 stay what they are.
    const columns = table[0]!.map((_, i) => `${i + 1}/2`).join("/");
    const read = `--infilter=CSV:44,34,76,1,${columns}`;
    // Every text quoted.
    const write = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false";
    const back = join(out, "back");
    run("soffice", profile, "--headless", read, "--convert-to", write, "--outdir", back, file);
    const text = readFileSync(join(back, "import.csv"), "utf8");
    expect(parseCsv(text.replace(/\r?\n/g, "\r\n"))).toEqual(table);
  });
});
