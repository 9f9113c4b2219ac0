import {
  type CampaignRecord,
  countRecord,
  editionSigned,
  loggedEdition,
  type Totals,
} from "../letter/signature/record.ts";
import { SHOWN, showsName } from "../letter/signature/shown.ts";
import type { Campaign } from "../letter/text/campaign.ts";
import { parseLetter } from "../letter/text/letter-text.ts";
import { printBody } from "../letter/text/print-letter.ts";
import type { PageData } from "../outside/typeset.ts";
import { numeral, plural } from "../site/views/numerals.ts";
import { type Lang, stringsIn } from "../site/views/strings.ts";

/** Names in one file: beyond that a reader's program and ours need long. */
const NAMES_A_FILE = 2000;

/**
 * What the template `content/print/letter.typ` sets: the letter with its first names, and further files with the others.
 *
 * @returns file name without language and ending, and the data of each
 */
export function* printPages(
  lang: Lang,
  record: CampaignRecord,
  campaign: Campaign,
): Generator<[name: string, data: PageData]> {
  const current = loggedEdition(record.entries)!;
  const markdown = record.editions.get(current)!.get(lang)!;
  const letter = parseLetter(markdown);
  const totals = countRecord(record);
  const names = namesOf(lang, record, current);
  const parts = Math.max(1, Math.ceil(names.length / NAMES_A_FILE));
  const strings = stringsIn(lang);
  for (let part = 1; part <= parts; part++) {
    const first = part === 1;
    yield [
      first ? "letter" : `signatures-${part}`,
      {
        lang,
        part,
        title: first ? letter.title : fill(strings.bag.part, { n: numeral(lang, part) }),
        urgent: letter.urgent ? letter.urgent_label : null,
        addressees: [
          { label: letter.addressee_label, lines: letter.addressee.map(isolate) },
          ...(letter.cc.length > 0 ? [{ label: letter.cc_label, lines: letter.cc.map(isolate) }] : []),
        ],
        body: first ? printBody(markdown, letter) : [],
        "list-title": first ? strings.signatures.title : letter.title,
        lines: [
          ...(first ? wordsOf(lang, totals, record, current) : []),
          ...(first && parts > 1 ? [fill(strings.bag.more_parts, { n: numeral(lang, parts - 1) })] : []),
        ],
        totals: {
          head: [strings.signatures.shown, strings.signatures.count],
          rows: SHOWN.map((kind) => [strings.signatures[kind], numeral(lang, totals.shown[kind])]),
        },
        names: names.slice((part - 1) * NAMES_A_FILE, part * NAMES_A_FILE),
        footer: fill(strings.bag.footer, {
          text: fill(strings.bag.text, { edition: ltr(current.slice(0, 8)) }),
          origin: ltr(campaign.ledger_origin),
          size: numeral(lang, totals.size),
          root: ltr(totals.root),
        }),
      },
    ];
  }
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

// A name of the other direction must not reorder the text next to it, so isolate it by U+2068 or U+2066, and U+2069.
function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

function ltr(text: string): string {
  return `\u2066${text}\u2069`;
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
