import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Signatory } from "../../../scripts/handover/opened/signatory.ts";
import { openTotals, publicTotals } from "../../../scripts/handover/opened/totals.ts";
import { FEWEST } from "../../../scripts/letter/handover/folded-cells.ts";
import { SHOWN, showsName } from "../../../scripts/letter/signature/shown.ts";
import { openCsvFile } from "../../../scripts/outside/spreadsheet.ts";
import { parseCsv } from "../../support/formulas.ts";

const folder = mkdtempSync(join(tmpdir(), "undersigned-totals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const person = (of: Partial<Signatory>) =>
  ({ place: "", lang: "fa", shown: "hidden", signed: "2026-11-22", ...of }) as Signatory;
let run = 0;
const totalsOf = async (people: readonly Signatory[]) => {
  const prefix = `${++run}-`;
  const totals = openTotals((name, columns, form) => openCsvFile(join(folder, prefix + name), columns, form));
  for (const one of people) await totals.add(one);
  await totals.close();
  return (name: string) => parseCsv(readFileSync(join(folder, prefix + name), "utf8"));
};
const times = (count: number, of: Partial<Signatory>) => Array.from({ length: count }, () => person(of));

describe("the totals of a handover", () => {
  it("count people by country, language, way of being shown and month, for the recipient", async () => {
    const read = await totalsOf([
      ...times(2, { place: "Berlin, Germany", shown: "name", lang: "en" }),
      ...times(1, { place: "هامبورگ، آلمان", signed: "2026-12-01" }),
      ...times(3, { place: "Berlin" }),
      ...times(4, { shown: "counted" }),
    ]);
    expect(read("totals.csv")).toEqual([
      ["country_code", "country", "language", "shown", "month", "people"],
      ["", "", "fa", "counted", "2026-11", "4"],
      ["", "", "fa", "hidden", "2026-11", "3"],
      ["DE", "Germany", "en", "name", "2026-11", "2"],
      ["DE", "Germany", "fa", "hidden", "2026-12", "1"],
    ]);
  });

  it("fold small numbers before anybody publishes them", async () => {
    const read = await totalsOf([
      ...times(40, { place: "Berlin, Germany" }),
      ...times(30, { place: "Canada", lang: "en" }),
      ...times(20, { place: "Wien, Österreich", signed: "2026-12-01" }),
      ...times(3, { place: "تهران، ایران" }),
      ...times(5, { shown: "counted" }),
    ]);
    const rows = read("totals-public.csv");
    expect(rows.slice(0, 5)).toEqual([
      ["by", "value", "people"],
      ["all", "", "98"],
      ["country", "Canada", "30"],
      ["country", "Germany", "40"],
      ["country", "other", "23"],
    ]);
    expect(rows.filter(([by]) => by === "language")).toEqual([
      ["language", "en", "30"],
      ["language", "fa", "68"],
    ]);
    expect(rows.flat().join()).not.toMatch(/Iran|Austria/);
  });

  // What anyone has: this file, the public list with places, languages and days, and the site's numbers of each way.
  const people = fc
    .array(
      fc.record({
        count: fc.integer({ min: 1, max: 25 }),
        shown: fc.constantFrom(...SHOWN),
        lang: fc.constantFrom("en", "fa"),
        country: fc.constantFrom("", "Germany", "Iran", "Canada", "Austria"),
        month: fc.constantFrom("2026-10", "2026-11", "2026-12"),
      }),
      { minLength: 1, maxLength: 15 },
    )
    .map((groups) =>
      groups.map(({ count, country, ...group }) => ({
        ...group,
        country: group.shown === "counted" ? "" : country,
        people: count,
      })),
    );
  const sum = (some: readonly { people: number }[]) => some.reduce((all, { people: count }) => all + count, 0);
  const tables = [
    ["country", ({ country }: { country: string }) => country || "none"],
    ["language", ({ lang }: { lang: string }) => lang],
    ["month", ({ month }: { month: string }) => month],
  ] as const;

  it("name, of those whom the list does not show, never fewer than ten, whatever is subtracted", () => {
    fc.assert(
      fc.property(people, (groups) => {
        const published = publicTotals(groups);
        for (const [by, named] of tables) {
          const among = by === "country" ? groups.filter(({ shown }) => shown !== "counted") : groups;
          const listed = among.filter(({ shown }) => showsName(shown));
          const secret = among.length > listed.length;
          const rows = published.filter(([table]) => table === by);
          const open = rows.filter(([, value]) => value !== "other").map(([, value = ""]) => value);
          expect(sum(rows.map(([, , count]) => ({ people: Number(count) })))).toBe(sum(among));
          for (const [, value, count] of rows) {
            const theirs = (group: (typeof groups)[number]) =>
              value === "other" ? !open.includes(named(group)) : named(group) === value;
            const left = Number(count) - sum(listed.filter(theirs));
            if (!secret) expect(left).toBe(0);
            // All of them together are public anyway: the site says how many are hidden and counted.
            else if (open.length > 0) expect(left).toBeGreaterThanOrEqual(FEWEST);
          }
        }
      }),
    );
  });

  it("do not tell who among the folded is where: another one there makes the same file", () => {
    const base = [
      { country: "Germany", lang: "fa", shown: "hidden", month: "2026-11", people: 50 },
      { country: "Canada", lang: "fa", shown: "hidden", month: "2026-11", people: 20 },
    ] as const;
    const small = (iran: number, austria: number) =>
      publicTotals([
        ...base,
        { country: "Iran", lang: "fa", shown: "hidden", month: "2026-11", people: iran },
        { country: "Austria", lang: "fa", shown: "hidden", month: "2026-11", people: austria },
      ]);
    for (let iran = 0; iran <= 7; iran++) expect(small(iran, 7 - iran)).toEqual(small(3, 4));
  });
});
