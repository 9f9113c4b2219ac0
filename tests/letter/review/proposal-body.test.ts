import { describe, expect, it } from "vitest";
import { BODY_LENGTH, escapeCell, formatProposal } from "../../../scripts/letter/review/proposal-body.ts";
import { NAME_LENGTH, PLACE_LENGTH, parseName, parsePlace } from "../../../scripts/letter/signature/name.ts";
import type { Row } from "../../../scripts/letter/signature/row.ts";
import { invent, sheetOf, withdrawalsOf } from "../invented.ts";

const nothing = { listed: [], bursts: new Set<string>() };

function named(number: number, name: string, place = ""): Row {
  return { ...invent(number, "name").row, name, place };
}

describe("the proposal of a sheet", () => {
  const look = named(1, "President Azadi", "Bonn");
  const fine = named(2, "Niamh O’Neil", "Cork");
  const rows = [look, fine, { ...named(3, "S. Ā."), shown: "initials" as const }];
  const unseen = [4, 5, 6].map((number) => invent(number, number === 6 ? "counted" : "hidden"));
  const sheet = sheetOf(1, [...rows, ...unseen.map(({ row }) => row)]);
  const { title, body } = formatProposal(sheet, { listed: [], bursts: new Set([look.id, unseen[0]!.row.id]) });

  it("has the counts in its title and no name", () => {
    expect(title).toBe(`sheet ${sheet.sheet}: 6 signatures`);
    expect(formatProposal(sheetOf(2, [look]), nothing).title).toMatch(/: 1 signature$/);
  });

  it("begins with the counts by how they are shown", () => {
    expect(body).toMatch(/^\*\*6 signatures\*\*: 2 name, 1 initials, 2 hidden, 1 counted\. /);
    expect(body.split("\n")[0]).toContain("1 of these came in a burst from one mail domain.");
  });

  it("shows what needs a look first, with the reasons", () => {
    expect(body).toContain("### 1 to look at\n");
    expect(body).toContain(
      `\n| \`${look.id}\` | <bdi>President Azadi</bdi> | <bdi>Bonn</bdi> | public figure or office; burst from one mail domain |\n`,
    );
    expect(body.indexOf(look.id)).toBeLessThan(body.indexOf("<details>"));
  });

  it("shows the rest behind a fold, and of hidden and counted rows not even the id", () => {
    expect(body.split("<details>")[1]).toContain(`\n| \`${fine.id}\` | <bdi>Niamh O’Neil</bdi> | <bdi>Cork</bdi> |\n`);
    expect(body).toContain("<summary>The other 2 with name or initials</summary>");
    for (const { row } of unseen) expect(body).not.toContain(row.id);
  });

  it("ends with how to answer, in three lines", () => {
    const lines = body.split("**How to answer**")[1]!.trim().split("\n");
    expect(lines).toHaveLength(3);
    for (const word of [
      "Approve",
      "`refuse ID CODE`",
      "`refuse CODE`",
      "Request changes",
      "Do not close",
      "`keep ID`",
      "`reject CODE`",
      "`not-a-person`",
    ])
      expect(lines.join("\n")).toContain(word);
  });

  it("says that the hint of a burst may be missing", () => {
    expect(body).toContain("A burst is noticed only while the form service runs");
  });

  it("holds no contact detail, no opening, no commitment, no attestation", () => {
    for (const { opening, contact, attestation } of sheet.rows)
      for (const value of [opening, contact, attestation]) expect(body).not.toContain(value);
    for (const { contact } of unseen) {
      expect(body).not.toContain(contact.email);
      if (contact.name) expect(body).not.toContain(contact.name);
    }
  });

  it("says when nothing stands out, and when nothing can be seen", () => {
    expect(formatProposal(sheetOf(3, [fine]), nothing).body).toContain("### Nothing stands out\n");
    const { body: blank } = formatProposal(sheetOf(4, [unseen[0]!.row]), nothing);
    expect(blank).not.toContain("<details>");
    expect(blank).toContain("**1 signature**");
  });

  it("of withdrawals is a count", () => {
    const withdrawals = withdrawalsOf(5, [look.id, fine.id]);
    expect(formatProposal(withdrawals, nothing)).toEqual({
      title: `sheet ${withdrawals.sheet}: 2 withdrawals`,
      body: "**2 withdrawals.** Nothing to review: accept takes them over at its next run.\n",
    });
  });
});

describe("the proposal of the largest sheet", () => {
  const some = Array.from({ length: 1000 }, (_, i) => invent(i, "name").row);

  it.each([
    ["nothing flagged", () => false],
    ["all flagged", () => true],
    ["half of it flagged", (i: number) => i % 2 === 0],
    ["a hundred flagged", (i: number) => i < 100],
  ])("keeps within GitHub’s limit and says where the rest is: %s", (_what, isFlagged) => {
    // Letters outside the first plane take two units each; apostrophes and hyphens are what a name can hold besides.
    const rows = some.map((row, i) => ({
      ...row,
      name: i % 3 === 0 ? "𠀀".repeat(NAME_LENGTH) : `${"a'-".repeat(33)}b`,
      place: "𠀀".repeat(PLACE_LENGTH),
    }));
    for (const { name, place } of rows.slice(0, 3)) {
      expect(parseName(name)).toEqual({ name });
      expect(parsePlace(place)).toEqual({ place });
    }
    const sheet = sheetOf(6, rows);
    const listed = sheet.rows.filter((_, i) => isFlagged(i)).map((row, index) => ({ ...row, index }));
    const { title, body } = formatProposal(sheet, { listed, bursts: new Set() });
    expect(body.length).toBeLessThanOrEqual(BODY_LENGTH);
    expect(body.length).toBeGreaterThan(BODY_LENGTH - 2000);
    expect(title).toHaveLength(`sheet ${sheet.sheet}: 1000 signatures`.length);
    expect(body).toMatch(/\n\n\d+ more rows do not fit here: the whole file is under \*\*Files changed\*\*\.\n/);
    expect(body).toMatch(/Codes: .*\.\n$/);
    // No row is cut in two.
    for (const line of body.split("\n").filter((one) => one.startsWith("| `"))) expect(line).toMatch(/ \|$/);
    const said = [...body.matchAll(/\n(\d+) more rows/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const written = body.split("\n").filter((line) => line.startsWith("| `")).length;
    expect(written + said).toBe(1000);
  });

  it("shows all rows where they fit", () => {
    const { body } = formatProposal(sheetOf(7, some.slice(0, 200)), nothing);
    for (const { id } of some.slice(0, 200)) expect(body).toContain(`\`${id}\``);
    expect(body).not.toContain("do not fit");
  });
});

describe("a cell", () => {
  it.each([
    ["a | b", "a &#124; b"],
    ["<b>a</b> & `c`", "&#60;b&#62;a&#60;/b&#62; &#38; &#96;c&#96;"],
    ["@organiser", "&#64;<!-- -->organiser"],
    ["#12 and GH-12", "&#35;<!-- -->12 and GH-<!-- -->12"],
    ["**a** _b_ ~c~ [d](e) ![f](g)", expect.not.stringMatching(/[*_~[\]!]/)],
    [":smile: https://a.example", expect.not.stringMatching(/:\w|:\/\//)],
    ["a\nb\r\nc\u0000\u202ed", "a b  c  d"],
    ["\\| $x$", "&#92;&#124; &#36;x&#36;"],
    ["Niamh O’Neil-Smith, Jr. (d/o Ó)", "Niamh O’Neil-Smith, Jr. (d/o Ó)"],
    ["علی‌رضا", "علی‌رضا"],
  ])("shows %j as it stands", (text, expected) => {
    expect(escapeCell(text)).toEqual(expected);
  });
});
