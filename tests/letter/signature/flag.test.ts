import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Flag, flagRows } from "../../../scripts/letter/signature/flag.ts";
import type { ListRow } from "../../../scripts/letter/signature/list.ts";
import { parseName } from "../../../scripts/letter/signature/name.ts";
import type { Row } from "../../../scripts/letter/signature/row.ts";
import type { Shown } from "../../../scripts/letter/signature/shown.ts";
import { people } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { invent } from "../invented.ts";

const vectors = JSON.parse(readFileSync(join(root, "tests/vectors/names/taken.json"), "utf8")) as Record<
  string,
  string[]
>;
const flagged = JSON.parse(readFileSync(join(root, "tests/vectors/names/flagged.json"), "utf8")) as {
  name: string;
  place?: string;
  flags: Flag[];
}[];

function row(number: number, name: string, place = "", shown: Shown = "name"): Row {
  return { ...invent(number, shown).row, name, place };
}

/** The flags of each row, in the order of the rows. */
function flagsOf(rows: readonly Row[], listed: readonly Row[] = [], bursts = new Set<string>()): Flag[][] {
  const onList = listed.map((one, index): ListRow => ({ ...one, index }));
  const flags = flagRows(rows, { listed: onList, bursts });
  return rows.map(({ id }) => flags.get(id) ?? []);
}

describe("a row is not flagged", () => {
  const real = [...new Set([...Object.values(vectors).flat(), ...Object.values(people).map(({ name }) => name)])];

  it("for a name that people bear", () => {
    const one = row(1, "");
    const wrong = real.filter((name) => flagsOf([{ ...one, name }])[0]?.length !== 0);
    expect(wrong).toEqual([]);
  });

  it.each([
    ...["کسری", "سکونت", "زبیده", "گوهر", "عوضی", "بهرام رهبر", "شیرکو بی‌کس", "رئیسی", "محمد وزیری", "جوزف کونی"],
    ...["Dick Cockburn", "Bích Ngọc", "Porntip", "Fukuda", "Shitara", "Ian Nguyen", "Martin King", "Prince Okafor"],
    ...["Leila Trumper", "Dr.Sara Azadi", "Com Pal", "Elliot Page", "Imam Utomo"],
  ])("for a name that only resembles a bad word, an office or an address: %s", (name) => {
    expect(parseName(name)).toEqual({ name: name.normalize("NFC") });
    expect(flagsOf([row(1, name)])).toEqual([[]]);
  });

  it("when it shows no name, whatever else is known of it", () => {
    const rows = [row(1, "", "", "hidden"), row(2, "", "", "counted")];
    expect(flagsOf(rows, [], new Set(rows.map(({ id }) => id)))).toEqual([[], []]);
  });

  it("for initials that others have too", () => {
    const rows = [row(1, "A. K.", "Bonn", "initials"), row(2, "A. K.", "Bonn", "initials")];
    expect(flagsOf(rows, [row(3, "A. K.", "Bonn", "initials")])).toEqual([[], []]);
  });

  it("for a name that is spelled like the initials of others", () => {
    const [named, initials] = [row(1, "A. K.", "Bonn"), row(2, "A. K.", "Bonn", "initials")];
    expect(flagsOf([named, initials])).toEqual([[], []]);
    expect(flagsOf([named], [initials])).toEqual([[]]);
  });

  it("for a name that somebody in another place has too", () => {
    expect(flagsOf([row(1, "زهرا محمدی", "تهران"), row(2, "زهرا محمدی", "Bonn")])).toEqual([[], []]);
  });
});

describe("a row is flagged", () => {
  it.each(flagged)("as $flags: $name $place", ({ name, place = "", flags }) => {
    expect(flagsOf([row(1, name, place)])).toEqual([flags]);
  });

  it("when name and place stand on the list, in whatever spelling", () => {
    const listed = [row(1, "علي كريمي", "تهران"), row(2, "Niamh O’Neil", "Cork")];
    const rows = [row(3, "علی کریمی", "تهران"), row(4, "NIAMH O'NEIL", "cork"), row(5, "Niamh O’Neil")];
    expect(flagsOf(rows, listed)).toEqual([["on-list"], ["on-list"], []]);
  });

  it("when they stand twice on the sheet, each time", () => {
    const rows = [row(1, "Sara Azadi", "Bonn"), row(2, "Sara Āzādī", "Bonn"), row(3, "Sara Azadi", "Köln")];
    expect(flagsOf(rows)).toEqual([["twice"], ["twice"], []]);
  });

  it.each([
    ["Maria Rossi", "Maria R0ssi"],
    ["Ian Burns", "lan Bums"],
    ["سمیه کاظمی", "سمیہ کاظمی"],
  ])("when two look alike in one script: %s, %s", (one, other) => {
    expect(flagsOf([row(1, one), row(2, other)]).every((flags) => flags.includes("look-alike"))).toBe(true);
    expect(flagsOf([row(2, other)], [row(1, one)])[0]).toContain("look-alike");
  });

  it("not across scripts: every Cyrillic name would look like a Latin one", () => {
    expect(flagsOf([row(1, "\u0421\u0430\u0440\u0430"), row(2, "Capa")])).toEqual([[], []]);
  });

  it("when it came in a burst", () => {
    const rows = [row(1, "Sara Azadi"), row(2, "Omid Rezaei")];
    expect(flagsOf(rows, [], new Set([rows[1]!.id]))).toEqual([[], ["burst"]]);
  });
});
