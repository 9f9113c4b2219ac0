import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatCsv } from "../../scripts/letter/handover/csv.ts";
import { writeWorkbook } from "../../scripts/outside/spreadsheet.ts";
import { FORMULAS, parseCsv, withApostrophe } from "../support/formulas.ts";

const soffice = (...args: string[]) => execFileSync("soffice", args, { stdio: "pipe", timeout: 120_000 }).toString();
const here = () => {
  try {
    return soffice("--version").includes("LibreOffice");
  } catch {
    return false;
  }
};

describe.skipIf(!here())("what LibreOffice makes of a list of signatories (needs soffice)", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-spreadsheet-"));
  const columns = ["name", "place"];
  const rows = FORMULAS.map((text) => [text, `${text}${text}`]);
  beforeAll(async () => {
    writeFileSync(join(folder, "list.csv"), formatCsv(columns, rows));
    await writeWorkbook(join(folder, "list.xlsx"), [{ name: "List", columns, rows }]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The list as the program opens it and writes it in another format. Its window sees the byte order mark; here it is told. */
  const converted = (file: string, to: string, filter = "") => {
    const out = join(folder, `${file}-as-${to}`);
    mkdirSync(out);
    const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
    const read = file.endsWith(".csv") ? ["--infilter=CSV:44,34,76,1"] : [];
    soffice(profile, "--headless", ...read, "--convert-to", to + filter, "--outdir", out, join(folder, file));
    return readFileSync(join(out, `list.${to}`), "utf8");
  };
  // Comma, quotes, UTF-8, from line 1, as shown, every text quoted.
  const ALL_AS_TEXT = ":Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false";

  it.each([
    ["list.csv", withApostrophe],
    ["list.xlsx", (text: string) => text],
  ])("holds no formula in %s, and comes back as it was written", (file, written) => {
    const sheet = converted(file, "fods");
    expect(sheet).toContain("table:table-cell");
    expect(sheet).not.toContain("table:formula");
    const back = parseCsv(converted(file, "csv", ALL_AS_TEXT).replaceAll('"\n', '"\r\n'));
    const wanted = [columns, ...rows.map((cells) => cells.map(written))];
    expect(back.map((cells) => cells.map(oneLineEnd))).toEqual(wanted.map((cells) => cells.map(oneLineEnd)));
  });

  it("would hold formulas without what the two formats do about them", () => {
    writeFileSync(join(folder, "list.csv"), `"name","place"\r\n"=1+1","x"\r\n`);
    rmSync(join(folder, "list.csv-as-fods"), { recursive: true });
    expect(converted("list.csv", "fods")).toContain("table:formula");
  });
});

/** How a line ends inside a cell is each program's own. */
function oneLineEnd(text: string): string {
  return text.replace(/[\r\n]+/g, "\n");
}
