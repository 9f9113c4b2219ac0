import { printable } from "../letter/bytes/printable.ts";
import { formatRoot } from "../letter/ledger/checkpoint.ts";
import { formatVkey } from "../letter/ledger/note.ts";
import type { Bag } from "../outside/bag/found-bag.ts";
import { dayInWords } from "../site/views/dates.ts";
import { numeral } from "../site/views/numerals.ts";
import { type Lang, stringsIn } from "../site/views/strings.ts";
import { type Finding, handedDigest, type Opened } from "./opened-contacts.ts";
import type { PublicBagFacts } from "./public-bag-facts.ts";
import type { LedgerNow } from "./since/departed.ts";

/** A page is read; what fills more is counted. */
const FINDINGS = 200;

/** A command, or the page in the public bag. */
type Opener = "command" | "page";

/** What a report is about: both bags, and the ledger as far as it is known. */
type Pair = { bag: Bag; contacts: Bag; facts: PublicBagFacts; ledger: LedgerNow };

/**
 * What was checked, who has left, and what did not agree, by name: plain text, one page where nobody has left.
 *
 * @param opener what the reader has opened the bags with, and will again: the two name other steps
 */
export function formatReport(lang: Lang, pair: Pair, opened: Opened, opener: Opener = "command"): string {
  const words = stringsIn(lang).report;
  const { bag, contacts, facts, ledger } = pair;
  const { findings, right } = opened;
  const { verified, expected } = facts;
  const told = { day: dayInWords(lang, ledger.day), size: numeral(lang, ledger.checkpoint.size) };
  const good = fill(ledger.live ? words.good : words.good_until, told);
  const parts = [
    [fill(words.title, { day: dayInWords(lang, facts.handover.day) })],
    [findings.length === 0 ? good : words.bad],
    ledgerNow(lang, ledger, opener),
    [
      fill(words.expected, { expected: numeral(lang, expected.length - ledger.departed.length) }),
      fill(words.right, { right: numeral(lang, right) }),
    ],
    ...(ledger.departed.length > 0 ? [departed(lang, ledger, opened, opener)] : []),
    ...ledger.before.map(({ day, left }) => [
      fill(words.left_before, { day: dayInWords(lang, day), n: numeral(lang, left.length) }),
      ...left.map((index) => `- ${fill(words.entry, { index })}`),
    ]),
    ...(findings.length > 0
      ? [[fill(words.problems, { n: numeral(lang, findings.length) }), ...lines(lang, findings)]]
      : []),
    [
      fill(words.public_bag, { public: hex(bag.digest) }),
      fill(words.contacts_bag, { contacts: hex(contacts.digest) }),
      words.compare_bags,
    ],
    [
      fill(words.ledger, {
        origin: verified.checkpoint.origin,
        size: numeral(lang, verified.size),
        root: verified.root,
      }),
      fill(words.key, { vkey: formatVkey(verified.verifier) }),
      words.compare_key,
    ],
    [formatReceiptLine(lang, pair)],
  ].map((group) => group.join("\n"));
  return `${parts.join("\n\n")}\n`;
}

/** What the recipient reads to the organisers: the bag that was handed over, and how many left and were deleted. */
export function formatReceiptLine(lang: Lang, { contacts, ledger }: Pick<Pair, "contacts" | "ledger">): string {
  return fill(stringsIn(lang).report.receipt, {
    contacts: Buffer.from(handedDigest(contacts), "base64url").toString("hex"),
    size: String(ledger.checkpoint.size),
    n: String(ledger.departed.length),
  });
}

function ledgerNow(lang: Lang, { asked, live, day, checkpoint }: LedgerNow, opener: Opener): string[] {
  const { now_live, now_told, unknown, unknown_page } = stringsIn(lang).report;
  const told = {
    day: dayInWords(lang, day),
    size: numeral(lang, checkpoint.size),
    root: formatRoot(checkpoint.root),
  };
  return [
    ...(asked ? [fill(live ? now_live : now_told, told)] : []),
    ...(live ? [] : [fill(opener === "page" ? unknown_page : unknown, told)]),
  ];
}

function departed(lang: Lang, { departed, sizeBefore }: LedgerNow, { leftSealed }: Opened, opener: Opener): string[] {
  const { left, left_line, left_fresh, left_new, left_sealed, left_sealed_page } = stringsIn(lang).report;
  const fresh = departed.filter((one) => one.fresh).length;
  return [
    fill(left, { n: numeral(lang, departed.length) }),
    ...(fresh > 0 ? [fill(left_new, { n: numeral(lang, fresh), size: numeral(lang, sizeBefore ?? 0) })] : []),
    ...departed.map((one) => `- ${fill(left_line, one)}${one.fresh ? ` ${left_fresh}` : ""}`),
    ...(leftSealed > 0
      ? [fill(opener === "page" ? left_sealed_page : left_sealed, { n: numeral(lang, leftSealed) })]
      : []),
  ];
}

function hex(digest: string): string {
  return `sha256 ${Buffer.from(digest, "base64url").toString("hex")} (${digest})`;
}

function lines(lang: Lang, findings: readonly Finding[]): string[] {
  const { stopped } = stringsIn(lang).report;
  const more = findings.length - FINDINGS;
  return [
    ...findings.slice(0, FINDINGS).map((one) => `- ${lineOf(lang, one)}`),
    ...(more > 0 ? [fill(stopped, { n: numeral(lang, more) })] : []),
  ];
}

function lineOf(lang: Lang, finding: Finding): string {
  const { problem, nobody, entry } = stringsIn(lang).report;
  switch (finding.kind) {
    case "damaged":
      return fill(problem.damaged, finding);
    case "stranger":
      return `${named(finding.name)}${fill(problem.stranger, finding)}`;
    default: {
      const index = String(finding.expected.row.index);
      const who = finding.name === "" ? fill(nobody, { index }) : `${isolate(finding.name)}, ${fill(entry, { index })}`;
      const what =
        finding.kind === "of-another"
          ? fill(problem[finding.kind], { name: isolate(finding.other) })
          : problem[finding.kind];
      return `${who}: ${what}`;
    }
  }
}

function named(name: string): string {
  return name === "" ? "" : `${isolate(name)}: `;
}

function isolate(name: string): string {
  return `\u2068${printable(name)}\u2069`;
}

function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
