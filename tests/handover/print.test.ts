import { describe, expect, it } from "vitest";
import { type Printed, printPages, requestIn } from "../../scripts/handover/print-pages.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { type CampaignRecord, countRecord } from "../../scripts/letter/signature/record.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { dayInWords } from "../../scripts/site/views/dates.ts";
import { numeral } from "../../scripts/site/views/numerals.ts";
import { edition, invent, texts } from "../letter/invented.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { readLetterFile } from "../support/letters.ts";

const read = (path: string) => readLetterFile("iran", path);
const [random, campaign] = [fixedRandomness("printed"), parseCampaign(read("campaign.yaml"))];
const binary = (count: number) => formatBase64url(random(count));
const ASKED = { en: "We ask the Secretary-General to act.", fa: "از دبیرکل می‌خواهیم دست به کار شود." };

/** A record of so many people; nothing here looks at what their entries prove. */
function recordOf(people: number, letters: ReadonlyMap<string, string> = texts): CampaignRecord {
  const of = letters === texts ? edition : editionOf(letters);
  const entries = [formatEntry({ kind: "letter", edition: of })];
  const rows = Array.from({ length: people }, (_, i) => {
    const { row } = invent(i % 40);
    const commitments = { publicCommitment: binary(32), contactCommitment: binary(32), attestation: binary(64) };
    entries.push(formatEntry({ kind: "accept", edition: of, ...commitments }));
    return { ...row, index: i + 1 };
  });
  return { entries, rows, checkpoint: undefined, editions: new Map([[of, letters]]) };
}

describe.each(["fa", "en"] as const)("what is carried into a room, in %s", (lang) => {
  const record = recordOf(5000);
  const printed: Printed = { record, campaign, handover: { day: "2027-01-15" }, request: ASKED[lang] };
  const files = [...printPages(lang, printed)];
  const data = (name: string) => files.find((file) => file.name === name)!.data as Record<string, unknown>;
  const { size, root: fingerprint, listed, shown } = countRecord(record);
  const parts = files.filter(({ template }) => template === "letter");

  it("is the letter, further parts with the names that it has no room for, and a poster", () => {
    const names = parts.flatMap((part) => data(part.name).names as unknown[]);
    expect(names).toHaveLength(shown.name + shown.initials);
    expect(files.map(({ name }) => name)).toEqual(["letter", "signatures-2", "poster"]);
  });

  it("has on each part what is asked for, all totals, and the ledger that it tells of", () => {
    for (const { name } of parts) {
      const { request, totals, footer, page } = data(name);
      expect(request).toBe(ASKED[lang]);
      const { rows } = totals as { rows: [string, string][] };
      const counts = [shown.name, shown.initials, shown.hidden, shown.counted, listed];
      expect(rows.map(([, count]) => count).toSorted()).toEqual(counts.map((n) => numeral(lang, n)).toSorted());
      for (const fact of [edition.slice(0, 8), campaign.ledger_origin, numeral(lang, size), fingerprint])
        expect(footer).toContain(fact);
      expect(page).toMatch(/\{n\}.*\{all\}/);
    }
    const last = (data("signatures-2").lines as string[]).at(-1);
    for (const n of [2001, shown.name + shown.initials]) expect(last).toContain(numeral(lang, n));
  });

  it("shows on cover and poster the number of people, the day, and what it can be checked by", () => {
    for (const face of [data("poster"), data("letter").cover as Record<string, unknown>]) {
      expect(face).toMatchObject({
        number: numeral(lang, listed),
        day: expect.stringContaining(dayInWords(lang, "2027-01-15")),
      });
      const facts = JSON.stringify(face.facts);
      for (const fact of [edition, campaign.ledger_origin, numeral(lang, size), fingerprint])
        expect(facts).toContain(fact);
    }
  });

  it("has people who are not shown as numbers only", () => {
    const hidden = { ...record.rows[0]!, shown: "hidden", name: "Somebody Hidden", place: "Nowhere" } as const;
    const all = JSON.stringify([...printPages(lang, { ...printed, record: { ...record, rows: [hidden] } })]);
    expect(all).not.toMatch(/Somebody Hidden|Nowhere/);
  });

  it("asks for nothing that the letter does not say word for word", () => {
    expect(requestIn(lang, { record }, `${ASKED[lang]}\n`)).toBe(ASKED[lang]);
    for (const other of [
      "",
      "\n",
      `${ASKED[lang]} At once.`,
      ASKED[lang].slice(3),
      ASKED[lang].slice(0, -2),
      "Sanctions.",
    ])
      expect(requestIn(lang, { record }, other), other).toBeUndefined();
  });

  it("asks, for this letter, for what this letter says", () => {
    const letters = new Map(["en", "fa"].map((of) => [of, read(`${of}/letter.md`)]));
    const request = read(`${lang}/request.md`);
    expect(requestIn(lang, { record: recordOf(1, letters) }, request)).toBe(request.trim());
  });
});
