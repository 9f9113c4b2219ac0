import { type Cell, type Folded, foldCells } from "../../letter/handover/folded-cells.ts";
import { SHOWN, type Shown, showsName } from "../../letter/signature/shown.ts";
import { countryIn } from "./country.ts";
import type { ListWriter, OpenCsv } from "./lists.ts";

/** How many people have the same country, language, way to be shown, and month. */
type Group = {
  readonly code: string;
  readonly country: string;
  readonly lang: string;
  readonly shown: Shown;
  readonly month: string;
  people: number;
};

/** Counts people for `totals.csv`, which is for the recipient, and for `totals-public.csv`, which may be published. */
export function openTotals(open: OpenCsv): ListWriter {
  const groups = new Map<string, Group>();
  return {
    add({ place, lang, shown, signed }) {
      const { code, name } = countryIn(place) ?? { code: "", name: "" };
      const month = signed.slice(0, "2026-12".length);
      const key = [code, lang, shown, month].join(" ");
      const group = groups.get(key) ?? { code, country: name, lang, shown, month, people: 0 };
      group.people++;
      groups.set(key, group);
    },
    async close() {
      const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
      writeTotals(open, sorted);
      writePublicTotals(open, sorted);
    },
  };
}

function writeTotals(open: OpenCsv, groups: readonly Group[]): void {
  const csv = open("totals.csv", ["country_code", "country", "language", "shown", "month", "people"], "spreadsheet");
  for (const { code, country, lang, shown, month, people } of groups)
    csv.add([code, country, lang, shown, month, String(people)]);
  csv.close();
}

function writePublicTotals(open: OpenCsv, groups: readonly Group[]): void {
  const csv = open("totals-public.csv", ["by", "value", "people"], "spreadsheet");
  for (const row of publicTotals(groups)) csv.add(row);
  csv.close();
}

/** The totals that may be published, as rows of what is counted, its value, and the number of people. */
export function publicTotals(groups: readonly Omit<Group, "code">[]): string[][] {
  const all = groups.reduce((sum, { people }) => sum + people, 0);
  // Who is only counted has no place, and the number of them is public: among the others they would show who named none.
  const placed = groups.filter(({ shown }) => shown !== "counted");
  const shown = SHOWN.map((way) => {
    const people = groups.filter((group) => group.shown === way).reduce((sum, group) => sum + group.people, 0);
    // The site publishes these numbers.
    return { value: way, people, unseen: 0 };
  });
  return [
    ["all", "", String(all)],
    ...rowsOf("country", foldCells(cellsOf(placed, ({ country }) => country || "none"))),
    ...rowsOf("language", foldCells(cellsOf(groups, ({ lang }) => lang))),
    ...rowsOf("shown", foldCells(shown)),
    ...rowsOf("month", foldCells(cellsOf(groups, ({ month }) => month))),
  ];
}

function cellsOf(groups: readonly Omit<Group, "code">[], named: (group: Omit<Group, "code">) => string): Cell[] {
  return [...Map.groupBy(groups, named)].map(([value, some]) => ({
    value,
    people: some.reduce((sum, { people }) => sum + people, 0),
    unseen: some.reduce((sum, { people, shown }) => sum + (showsName(shown) ? 0 : people), 0),
  }));
}

// In the order of the values: the order of the sizes would tell more than the sizes do.
function rowsOf(by: string, { cells, other }: Folded): string[][] {
  const rows = cells.map(({ value, people }) => [by, value, String(people)]);
  rows.sort(([, a = ""], [, b = ""]) => (a < b ? -1 : 1));
  return other === undefined ? rows : [...rows, [by, "other", String(other)]];
}
