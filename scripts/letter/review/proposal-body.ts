import { type Flag, flagRows, type Surroundings } from "../signature/flag.ts";
import type { Row } from "../signature/row.ts";
import type { Sheet, SignaturesSheet } from "../signature/sheet.ts";
import { SHOWN, showsName } from "../signature/shown.ts";
import { REFUSAL_CODES } from "./order.ts";

/** The longest body of a pull request that GitHub accepts, in UTF-16 code units. */
export const BODY_LENGTH = 65_536;

const WORDS: Readonly<Record<Flag, string>> = {
  "on-list": "same name and place as on the list",
  twice: "same name and place twice on this sheet",
  "look-alike": "looks like another name",
  "mixed-scripts": "words of two scripts",
  figure: "public figure or office",
  address: "like a link",
  profanity: "bad word",
  burst: "burst from one mail domain",
};

/**
 * Formats the title and body of a sheet's pull request: first the flagged rows, then the rest, then how to answer.
 *
 * Names are only in the body, because titles go into mails and lists. Neither has a contact detail, an opening or a
 * commitment.
 */
export function formatProposal(sheet: Sheet, surroundings: Surroundings): { title: string; body: string } {
  const { length } = sheet.rows;
  const many = length === 1 ? "" : "s";
  if (sheet.kind === "withdrawals") {
    const body = `**${length} withdrawal${many}.** Nothing to review: accept takes ${length === 1 ? "it" : "them"} over at its next run.\n`;
    return { title: `sheet ${sheet.sheet}: ${length} withdrawal${many}`, body };
  }
  const mark = surroundings.quarantined ? " (quarantine)" : "";
  return { title: `sheet ${sheet.sheet}: ${length} signature${many}${mark}`, body: formatBody(sheet, surroundings) };
}

function formatBody(sheet: SignaturesSheet, surroundings: Surroundings): string {
  const flags = flagRows(sheet.rows, surroundings);
  const shown = sheet.rows.filter((row) => showsName(row.shown));
  const flagged = shown.filter(({ id }) => flags.has(id));
  const rest = shown.filter(({ id }) => !flags.has(id));
  const head = `${surroundings.quarantined ? QUARANTINE : ""}${formatCounts(sheet, surroundings)}\n\n`;
  const left = BODY_LENGTH - head.length - HOW_TO_ANSWER.length;
  const first = formatFlagged(flagged, flags, left - ROOM);
  return head + first + formatRest(rest, left - first.length) + HOW_TO_ANSWER;
}

const QUARANTINE = `**Quarantine: these look like part of a flood**, by their mail domains or by how the form was filled in. There may be people among
them. \`reject CODE\` refuses all of them at once; until accept has run, an approval takes that back.

`;

/** The characters reserved for the rest, which it needs even when none of its rows fits. */
const ROOM = 400;

const HOW_TO_ANSWER = `**How to answer**

- All rows but those that were refused are fine: **Review changes → Approve**. It counts for this very commit.
- A row is not: a line \`refuse ID CODE\` in a review or a comment, or \`refuse CODE\` on its own line under **Files changed**; \`keep ID\` takes it back. Do not edit a comment: delete it and write a new one.
- The whole sheet is not: a line \`reject CODE\`; you need time: **Request changes**. Do not close it. Codes: ${REFUSAL_CODES.map((code) => `\`${code}\``).join(", ")}.
`;

function formatCounts({ rows }: SignaturesSheet, { bursts }: Surroundings): string {
  const counts = SHOWN.map((shown) => `${rows.filter((row) => row.shown === shown).length} ${shown}`);
  const unseen = rows.filter((row) => !showsName(row.shown));
  const burst = unseen.filter(({ id }) => bursts.has(id)).length;
  return [
    `**${rows.length} signature${rows.length === 1 ? "" : "s"}**: ${counts.join(", ")}.`,
    ...(unseen.length > 0 ? ["Hidden and counted ones show nothing that could be reviewed."] : []),
    ...(burst > 0 ? [`${burst} of these came in a burst from one mail domain.`] : []),
  ].join(" ");
}

function formatFlagged(rows: readonly Row[], flags: ReadonlyMap<string, readonly Flag[]>, room: number): string {
  const note =
    "These are hints of a program; most real names that look odd are real. A burst is noticed only while the form service runs without a break: no hint is no proof.";
  if (rows.length === 0) return `### Nothing stands out\n\n${note}\n\n`;
  const head = `### ${rows.length} to look at\n\n${note}\n\n| id | name | place | why |\n|---|---|---|---|\n`;
  const lines = rows.map((row) => {
    const why = (flags.get(row.id) ?? []).map((flag) => WORDS[flag]);
    return `| \`${row.id}\` | ${isolated(row.name)} | ${isolated(row.place)} | ${why.join("; ")} |\n`;
  });
  return `${head}${fitting(lines, room - head.length)}\n`;
}

function formatRest(rows: readonly Row[], room: number): string {
  if (rows.length === 0) return "";
  const head = `<details><summary>The other ${rows.length} with name or initials</summary>\n\n| id | name | place |\n|---|---|---|\n`;
  const end = "\n</details>\n\n";
  const lines = rows.map(({ id, name, place }) => `| \`${id}\` | ${isolated(name)} | ${isolated(place)} |\n`);
  return head + fitting(lines, room - head.length - end.length) + end;
}

/** Returns as many lines as fit, and a sentence that says where the others are. */
function fitting(lines: readonly string[], room: number): string {
  const all = lines.join("");
  if (all.length <= room) return all;
  const sentence = (count: number) =>
    `\n${count} more rows do not fit here: the whole file is under **Files changed**.\n`;
  let left = room - sentence(lines.length).length;
  const cut = lines.findIndex((line) => {
    left -= line.length;
    return left < 0;
  });
  return lines.slice(0, cut).join("") + sentence(lines.length - cut);
}

function isolated(text: string): string {
  return text === "" ? "" : `<bdi>${escapeCell(text)}</bdi>`;
}

/**
 * Escapes a text for GitHub, so that it has no Markdown, HTML, mention or reference and stays on one line.
 *
 * GitHub looks for mentions and references after it has rendered the Markdown (github/cmark-gfm#181), when an entity is
 * a character again. Only an empty comment after the character prevents them.
 */
export function escapeCell(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, " ")
    .replace(/[!"#$%&*+:;<=>?@[\\\]^_`{|}~]/g, (sign) => `&#${sign.charCodeAt(0)};${/[@#:]/.test(sign) ? APART : ""}`)
    .replace(/(?<=\p{L})-(?=\p{Nd})/gu, `-${APART}`);
}

const APART = "<!-- -->";
