import { formatVkey } from "../letter/ledger/note.ts";
import type { Bag } from "../outside/bag/reader.ts";
import { printable } from "../outside/terminal.ts";
import { type Lang, stringsIn } from "../site/views/strings.ts";
import type { Finding, Opened } from "./opened-contacts.ts";
import type { PublicBagFacts } from "./public-bag-facts.ts";

/** A page is read; what fills more is counted. */
const FINDINGS = 200;

/** What was checked, and what did not agree, by name: one page of plain text. */
export function formatReport(
  lang: Lang,
  { bag, contacts, facts }: { bag: Bag; contacts: Bag; facts: PublicBagFacts },
  opened: Opened,
): string {
  const words = stringsIn(lang).report;
  const { findings, right, withdrawn } = opened;
  const { verified, expected } = facts;
  const hex = ({ digest }: Bag) => `sha256 ${Buffer.from(digest, "base64url").toString("hex")} (${digest})`;
  const parts = [
    [fill(words.title, { day: facts.handover.day })],
    [findings.length === 0 ? words.good : words.bad],
    [
      fill(words.expected, { expected: String(expected.length - withdrawn) }),
      fill(words.right, { right: String(right) }),
      ...(withdrawn > 0 ? [fill(words.withdrawn, { n: String(withdrawn) })] : []),
    ],
    ...(findings.length > 0 ? [[fill(words.problems, { n: String(findings.length) }), ...lines(lang, findings)]] : []),
    [
      fill(words.public_bag, { public: hex(bag) }),
      fill(words.contacts_bag, { contacts: hex(contacts) }),
      words.compare_bags,
    ],
    [
      fill(words.ledger, {
        origin: verified.checkpoint.origin,
        size: String(verified.size),
        root: verified.root,
      }),
      fill(words.key, { vkey: formatVkey(verified.verifier) }),
      words.compare_key,
    ],
  ].map((group) => group.join("\n"));
  return `${parts.join("\n\n")}\n`;
}

function lines(lang: Lang, findings: readonly Finding[]): string[] {
  const { stopped } = stringsIn(lang).report;
  const more = findings.length - FINDINGS;
  return [
    ...findings.slice(0, FINDINGS).map((one) => `- ${lineOf(lang, one)}`),
    ...(more > 0 ? [fill(stopped, { n: String(more) })] : []),
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
