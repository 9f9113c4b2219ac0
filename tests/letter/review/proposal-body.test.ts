import { describe, expect, inject, it } from "vitest";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { REFUSAL_CODES } from "../../../scripts/letter/review/order.ts";
import { BODY_LENGTH, formatProposal } from "../../../scripts/letter/review/proposal-body.ts";
import type { Row } from "../../../scripts/letter/signature/row.ts";
import { formatSheet } from "../../../scripts/letter/signature/sheet.ts";
import { slipsIn } from "../../site/persian.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
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

  it("has the counts in its title, and how much of it there is to read", () => {
    expect(title).toBe(`sheet ${sheet.sheet}: 6 signatures, 3 to read`);
    expect(formatProposal(sheetOf(2, [look]), nothing).title).toMatch(/: 1 signature, to read$/);
    const quiet = sheetOf(2, [unseen[0]!.row, unseen[2]!.row]);
    expect(formatProposal(quiet, nothing).title).toMatch(/: 2 signatures, nothing to read$/);
    expect(formatProposal(quiet, { ...nothing, quarantined: true }).title).toMatch(/, nothing to read \(quarantine\)$/);
  });

  it("begins with the counts by how they are shown", () => {
    expect(body).toMatch(/^\*\*Reading sheet: 6 signatures, 3 to read\*\*: 2 name, 1 initials, 2 hidden, 1 counted\. /);
    expect(body.split("\n")[0]).toContain("1 of these came in a burst from one mail domain.");
  });

  it("shows what needs a look by its id and line, with the reasons", () => {
    const line =
      formatSheet(sheet)
        .split("\n")
        .findIndex((one) => one.includes(look.id)) + 1;
    expect(body).toContain("### 1 to look at\n");
    expect(body).toContain(`\n| ${line} | \`${look.id}\` | public figure or office; burst from one mail domain |\n`);
    for (const { id } of sheet.rows.filter(({ id }) => id !== look.id)) expect(body).not.toContain(id);
  });

  it("ends with how to answer: first in the text of a review, which GitHub mails without the row", () => {
    const lines = body.split("**How to answer**")[1]!.split("<div")[0]!.trim().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(
      /a line `refuse ID CODE` in the text of that review\..*on the row's own line.*GitHub then mails/,
    );
    for (const word of ["Approve", "Request changes", "Do not close", "`keep ID`", "`reject CODE`", "`not-a-person`"])
      expect(lines.join("\n")).toContain(word);
    for (const word of ["no names", "**Load diff**"]) expect(lines[3]).toContain(word);
  });

  it("says that the hint of a burst may be missing", () => {
    expect(body).toContain("A burst is noticed only while the form service runs");
  });

  it("holds no word that a signatory wrote: GitHub mails title and body", () => {
    const random = fixedRandomness(`words ${inject("seed")}`);
    const word = () => `w${formatCrockford128(random(16))}`;
    // Every way to be flagged, beside rows that are not.
    const odd = ["President", "https://a.example", "اﻟﻠﻪ", "O0l1", "Аnna"];
    const written = Array.from({ length: 40 }, (_, i): Row => {
      const name = [word(), ...(i % 2 ? [odd[i % odd.length]!] : [])].join(" ");
      return i % 3 ? named(100 + i, name, word()) : { ...named(100 + i, name, word()), shown: "initials" as const };
    });
    written.push({ ...named(200, written[1]!.name, written[1]!.place) });
    const mailed = sheetOf(8, written);
    const listed = mailed.rows.filter((_, i) => i % 4 === 0).map((row, index) => ({ ...row, index }));
    for (const quarantined of [false, true]) {
      const said = formatProposal(mailed, { listed, bursts: new Set(written.map(({ id }) => id)), quarantined });
      expect(said.body).toContain("to look at");
      for (const { name, place } of written)
        for (const part of [...name.split(" "), place]) expect(`${said.title}\n${said.body}`).not.toContain(part);
    }
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
    expect(blank).not.toContain("###");
    expect(blank).toMatch(/^\*\*Quiet sheet: 1 signature, nothing to read\*\*: .*one approval takes all of them\.\n/);
  });

  it("of withdrawals is a count", () => {
    const withdrawals = withdrawalsOf(5, [look.id, fine.id]);
    const { title, body } = formatProposal(withdrawals, nothing);
    expect(title).toBe(`sheet ${withdrawals.sheet}: 2 withdrawals`);
    expect(body).toMatch(
      /^\*\*2 withdrawals\.\*\* Nothing to review: accept takes them over at its next run\.\n\n<div dir="rtl"/,
    );
  });

  it("says the same in Persian, with a word for every reason and code, as a careful editor would", () => {
    const persian = (text: string) => /<div dir="rtl" lang="fa">\n\n([\s\S]*)\n\n<\/div>\n$/.exec(text)![1]!;
    expect(persian(body)).toContain("**۶ امضا، ۳ ردیف برای خواندن.**");
    expect(persian(body)).toContain("public figure or office: چهرهٔ شناخته یا مقام");
    expect(persian(body)).not.toContain("bad word");
    const quiet = sheetOf(7, [unseen[0]!.row]);
    expect(persian(formatProposal(quiet, nothing).body)).toContain("**۱ امضا، چیزی برای خواندن نیست.**");
    expect(persian(formatProposal(quiet, nothing).body)).not.toContain("قرنطینه");
    const flood = formatProposal(quiet, { ...nothing, quarantined: true }).body;
    expect(persian(flood)).toContain("قرنطینه");
    const withdrawals = formatProposal(withdrawalsOf(5, [look.id]), nothing).body;
    for (const text of [body, flood, withdrawals].map(persian)) {
      const words = text.replace(/`[^`]*`/g, "x").replace(/\*\*|^- /gm, "");
      expect(slipsIn(words)).toEqual([]);
    }
    for (const code of REFUSAL_CODES)
      expect(persian(body)).toMatch(new RegExp(`\`${code}\` \\([\u0600-\u06ff\u200c ]+\\)`));
  });
});

describe("the proposal of the largest sheet", () => {
  const some = Array.from({ length: 1000 }, (_, i) => invent(i, "name").row);

  it.each([
    ["nothing flagged", 0],
    ["all flagged", 1000],
    ["half of it flagged", 500],
    ["a hundred flagged", 100],
  ])("keeps within GitHub’s limit and says when hints do not fit: %s", (_what, count) => {
    const rows = some.map((row, i) => (i < count ? { ...row, name: "President Azadi", place: "Bonn" } : row));
    const sheet = sheetOf(6, rows);
    const listed = rows.slice(0, count).map((row, index) => ({ ...row, index }));
    const bursts = new Set(rows.slice(0, count).map(({ id }) => id));
    const { title, body } = formatProposal(sheet, { listed, bursts });
    expect(body.length).toBeLessThanOrEqual(BODY_LENGTH);
    expect(title).toHaveLength(`sheet ${sheet.sheet}: 1000 signatures, to read`.length);
    expect(body).toContain("**How to answer**");
    const flagged = Number(/### (\d+) to look at/.exec(body)?.[1] ?? 0);
    const written = body.split("\n").filter((line) => /^\| \d+ \| `\w{26}` \| .* \|$/.test(line)).length;
    const said = Number(/\n(\d+) more rows with a hint do not fit here/.exec(body)?.[1] ?? 0);
    expect(flagged).toBeGreaterThanOrEqual(count);
    expect(written + said).toBe(flagged);
    if (said > 0 || count === 1000) expect(body.length).toBeGreaterThan(BODY_LENGTH - 500);
  });
});
