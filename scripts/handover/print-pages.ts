import type { Handover } from "../letter/handover/handover.ts";
import {
  type CampaignRecord,
  countRecord,
  editionSigned,
  loggedEdition,
  type Totals,
} from "../letter/signature/record.ts";
import { SHOWN, showsName } from "../letter/signature/shown.ts";
import type { Campaign } from "../letter/text/campaign.ts";
import { type Letter, parseLetter } from "../letter/text/letter-text.ts";
import { isolate, printBody } from "../letter/text/print-letter.ts";
import { requestOf } from "../letter/text/request.ts";
import type { PageData } from "../outside/typeset.ts";
import { dayInWords } from "../site/views/dates.ts";
import { numeral, plural } from "../site/views/numerals.ts";
import { type Lang, stringsIn } from "../site/views/strings.ts";

/** Names in one file: with more, PDF viewers and our typesetter become slow. */
const NAMES_A_FILE = 2000;

/** A file to print: its template in `content/print/`, and what it sets. */
export type PrintFile = {
  /** without language and ending */
  readonly name: string;
  readonly template: "letter" | "number";
  readonly data: PageData;
};

/**
 * What is handed over on paper: the letter with a cover, its totals and its first names; further files with the other
 * names; a poster with the number. Each says which text was signed, and
 * which ledger, at which size, it describes.
 *
 * @param request the sentence at the head of each part; undefined when there is none, see `requestIn`
 */
export function* printPages(lang: Lang, { record, campaign, handover, request }: Printed): Generator<PrintFile> {
  const current = loggedEdition(record.entries)!;
  const markdown = record.editions.get(current)!.get(lang)!;
  const letter = parseLetter(markdown);
  const totals = countRecord(record);
  const names = namesOf(lang, record, current);
  const parts = Math.max(1, Math.ceil(names.length / NAMES_A_FILE));
  const { bag, signatures } = stringsIn(lang);
  const cover = coverOf(lang, { letter, totals, campaign, handover, current });
  const shared = {
    lang,
    parts,
    request: request ?? null,
    page: bag.page,
    totals: totalsTable(lang, totals),
    footer: fill(bag.footer, {
      text: fill(bag.text, { edition: ltr(current.slice(0, 8)) }),
      origin: ltr(campaign.ledger_origin),
      size: numeral(lang, totals.size),
      root: ltr(totals.root),
    }),
  };
  for (let part = 1; part <= parts; part++) {
    const here = names.slice((part - 1) * NAMES_A_FILE, part * NAMES_A_FILE);
    const first = part === 1;
    const range = { from: (part - 1) * NAMES_A_FILE + 1, to: (part - 1) * NAMES_A_FILE + here.length };
    yield {
      name: first ? "letter" : `signatures-${part}`,
      template: "letter",
      data: {
        ...shared,
        part,
        title: first ? letter.title : fill(bag.part, { n: numeral(lang, part) }),
        cover: first ? cover : null,
        urgent: letter.urgent ? letter.urgent_label : null,
        addressees: [
          { label: letter.addressee_label, lines: letter.addressee.map(isolate) },
          ...(letter.cc.length > 0 ? [{ label: letter.cc_label, lines: letter.cc.map(isolate) }] : []),
        ],
        body: first ? printBody(markdown, letter) : [],
        "list-title": first ? signatures.title : letter.title,
        lines: [
          ...wordsOf(lang, totals, record, current),
          ...(first && parts > 1
            ? [fill(plural(lang, parts - 1, bag.more_parts), { n: numeral(lang, parts - 1) })]
            : []),
          ...(parts > 1 ? [fill(bag.range, numbers(lang, { ...range, all: names.length }))] : []),
        ],
        names: here,
      },
    };
  }
  yield {
    name: "poster",
    template: "number",
    data: { lang, ...cover },
  };
}

/** What the pages are made from. */
export type Printed = {
  readonly record: CampaignRecord;
  readonly campaign: Campaign;
  readonly handover: Pick<Handover, "day">;
  readonly request?: string | undefined;
};

/**
 * The request, if it is a sentence of the letter, word for word: only text that was signed may be above the names.
 *
 * @param text of `content/LANG/request.md`
 */
export function requestIn(lang: Lang, { record }: Pick<Printed, "record">, text: string): string | undefined {
  return requestOf(parseLetter(record.editions.get(loggedEdition(record.entries)!)!.get(lang)!), text);
}

/** What the cover and the poster say: to whom, how many, on which day, and by which fingerprints that can be checked. */
function coverOf(
  lang: Lang,
  given: { letter: Letter; totals: Totals; current: string } & Pick<Printed, "campaign" | "handover">,
): Record<string, PageData> {
  const { letter, totals, campaign, handover, current } = given;
  const { bag, letter: words } = stringsIn(lang);
  const { listed, size, root } = totals;
  const [before = "", after = ""] = plural(lang, listed, words.signed_people).split("{n}");
  return {
    title: letter.title,
    to: fill(bag.to, { addressee: campaign.addressee[lang] ?? "" }),
    before: before.trim(),
    number: numeral(lang, listed),
    after: after.trim(),
    day: fill(bag.as_of, { day: dayInWords(lang, handover.day) }),
    facts: [
      [bag.fact_edition, ltr(current)],
      [bag.fact_ledger, ltr(campaign.ledger_origin)],
      [bag.fact_size, numeral(lang, size)],
      [bag.fact_root, ltr(root)],
    ],
  };
}

function totalsTable(lang: Lang, { shown, listed }: Totals): PageData {
  const { signatures, bag } = stringsIn(lang);
  return {
    head: [signatures.shown, signatures.count],
    rows: [
      ...SHOWN.map((kind) => [signatures[kind], numeral(lang, shown[kind])]),
      [bag.together, numeral(lang, listed)],
    ],
  };
}

/** Name and place of each public row, in the order of the ledger; a signature of an earlier text carries a mark. */
function namesOf(lang: Lang, record: CampaignRecord, current: string): [name: string, place: string][] {
  const { earlier } = stringsIn(lang).bag;
  return record.rows
    .filter(({ shown }) => showsName(shown))
    .map((row) => {
      const edition = editionSigned(record.entries, row);
      const mark = edition === current ? "" : ` ${fill(earlier, { edition: ltr(edition.slice(0, 8)) })}`;
      return [isolate(row.name) + mark, row.place === "" ? "" : isolate(row.place)];
    });
}

function wordsOf(lang: Lang, { listed, shown, withdrawn }: Totals, record: CampaignRecord, current: string): string[] {
  const { letter, bag, signatures } = stringsIn(lang);
  const hidden = shown.hidden + shown.counted;
  const earlier = record.rows.filter((row) => editionSigned(record.entries, row) !== current).length;
  return [
    fill(plural(lang, listed, letter.signed_people), { n: numeral(lang, listed) }),
    ...(hidden > 0 ? [fill(plural(lang, hidden, bag.hidden_people), { n: numeral(lang, hidden) })] : []),
    ...(withdrawn > 0 ? [fill(plural(lang, withdrawn, signatures.withdrawn), { n: numeral(lang, withdrawn) })] : []),
    ...(earlier > 0 ? [bag.earlier_note] : []),
  ];
}

// From left to right, whatever the text around it.
function ltr(text: string): string {
  return `\u2066${text}\u2069`;
}

function numbers(lang: Lang, values: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, numeral(lang, value)]));
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
