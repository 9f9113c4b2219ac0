import { type Flag, flagRows, type Surroundings } from "../signature/flag.ts";
import { formatSheet, type Sheet, type SignaturesSheet } from "../signature/sheet.ts";
import { SHOWN, showsName } from "../signature/shown.ts";
import { CODES_WITH_PERSIAN, inPersian, persianNumber } from "./in-persian.ts";
import { REFUSAL_CODES } from "./order.ts";
import { FLAG_WORDS } from "./reasons.ts";

/** The longest body of a pull request that GitHub accepts, in UTF-16 code units. */
export const BODY_LENGTH = 65_536;

/**
 * Formats the title and body of a sheet's pull request, the body in English and Persian: counts, the ids of flagged rows
 * with the reasons, how to answer.
 *
 * GitHub mails both to everybody who watches the repository, and mails stay in mailboxes. So neither has a word that a
 * signatory wrote, and no contact detail, opening or commitment: names are only read in the file.
 */
export function formatProposal(sheet: Sheet, surroundings: Surroundings): { title: string; body: string } {
  const { length } = sheet.rows;
  const many = length === 1 ? "" : "s";
  if (sheet.kind === "withdrawals") {
    const body = `**${length} withdrawal${many}.** Nothing to review: accept takes ${length === 1 ? "it" : "them"} over at its next run.\n\n${inPersian("چیزی برای بازبینی نیست: accept این امضاها را در اجرای بعدی از فهرست برمی‌دارد.")}\n`;
    return { title: `sheet ${sheet.sheet}: ${length} withdrawal${many}`, body };
  }
  const counted = `${length} signature${many}, ${toRead(sheet)}`;
  const mark = surroundings.quarantined ? " (quarantine)" : "";
  return { title: `sheet ${sheet.sheet}: ${counted}${mark}`, body: formatBody(sheet, counted, surroundings) };
}

/**
 * What moderators have to do with the rows of a sheet, in a few words. Only a sheet of a flood, or one that an earlier
 * version has filed, holds rows of both kinds.
 */
function toRead({ rows }: SignaturesSheet): string {
  const shown = rows.filter((row) => showsName(row.shown)).length;
  if (shown === 0) return "nothing to read";
  return shown === rows.length ? "to read" : `${shown} to read`;
}

function formatBody(sheet: SignaturesSheet, counted: string, surroundings: Surroundings): string {
  const head = `${surroundings.quarantined ? QUARANTINE : ""}${formatCounts(sheet, counted, surroundings)}\n\n`;
  if (!sheet.rows.some((row) => showsName(row.shown)))
    return head + HOW_TO_ANSWER + formatInPersian(sheet, new Map(), surroundings);
  const flags = flagRows(sheet.rows, surroundings);
  const tail = HOW_TO_ANSWER + formatInPersian(sheet, flags, surroundings);
  return head + formatFlagged(sheet, flags, BODY_LENGTH - head.length - tail.length) + tail;
}

/** The same for moderators who read Persian rather than English; ids and lines are in the table above it. */
function formatInPersian(
  { rows }: SignaturesSheet,
  flags: ReadonlyMap<string, readonly Flag[]>,
  { quarantined }: Surroundings,
): string {
  const shown = rows.filter((row) => showsName(row.shown)).length;
  const all = `${persianNumber(rows.length)} امضا`;
  const head =
    shown === 0
      ? `**${all}، چیزی برای خواندن نیست.** هیچ ردیفی نام یا حروف اول نمایش نمی‌دهد: بدون باز کردن فایل بپذیرید؛ یک Approve همه را می‌پذیرد.`
      : `**${all}، ${persianNumber(shown)} ردیف برای خواندن.** ردیف‌های دیگر چیزی نمایش نمی‌دهد.`;
  const whys = [...new Set([...flags.values()].flat())].map(
    (flag) => `- ${FLAG_WORDS.en[flag]}: ${FLAG_WORDS.fa[flag]}`,
  );
  const flagged = `ردیف‌هایی که باید به آن‌ها نگاه کنید در جدول بالاست: ${persianNumber(flags.size)}. این‌ها فقط حدس برنامه است؛ بیشتر نام‌هایی که عجیب به نظر می‌رسد واقعی است. علت‌ها:`;
  const parts = [
    ...(quarantined ? [QUARANTINE_IN_PERSIAN] : []),
    head,
    ...(whys.length > 0 ? [flagged, whys.join("\n")] : []),
    HOW_TO_ANSWER_IN_PERSIAN,
  ];
  return `\n${inPersian(parts.join("\n\n"))}\n`;
}

const QUARANTINE = `**Quarantine: these look like part of a flood**, by their mail domains or by how the form was filled in. There may be people among
them. \`reject CODE\` refuses all of them at once; until accept has run, an approval takes that back.

`;

const HOW_TO_ANSWER = `**How to answer**

- All rows but those that were refused are fine: **Review changes → Approve**. It counts for this very commit.
- A row is not: a line \`refuse ID CODE\` in the text of that review. \`keep ID\` in another one takes it back. (\`refuse CODE\` on the row's own line under **Files changed** counts too, but GitHub then mails the line, with the name in it.)
- The whole sheet is not: a line \`reject CODE\`; you need time: **Request changes**. Do not close it. Codes: ${REFUSAL_CODES.map((code) => `\`${code}\``).join(", ")}.
- Write no names: GitHub mails what is written here. The rows are under **Files changed**; of a long sheet only after **Load diff**.
`;

const QUARANTINE_IN_PERSIAN =
  "**قرنطینه: این‌ها به بخشی از یک سیل می‌ماند**، از روی شرکت‌های ایمیل یا شیوهٔ پر شدن فرم. شاید کسانی هم میان آن‌ها باشند. `reject CODE` همه را با هم نمی‌پذیرد؛ تا وقتی accept اجرا نشده است، Approve آن را برمی‌گرداند.";

const HOW_TO_ANSWER_IN_PERSIAN = `**چگونه پاسخ دهید**

- همهٔ ردیف‌ها، جز آن‌ها که نپذیرفته‌اید، درست است: **Review changes → Approve**. فقط برای همین commit به شمار می‌آید.
- ردیفی درست نیست: در متن همان بازبینی سطری با \`refuse ID CODE\` بنویسید. \`keep ID\` در بازبینی دیگری آن را پس می‌گیرد. (روی سطر خود ردیف در **Files changed** هم \`refuse CODE\` به شمار می‌آید، اما گیت‌هاب آنگاه آن سطر را، با نامی که در آن است، با ایمیل می‌فرستد.)
- همهٔ برگه درست نیست: سطری با \`reject CODE\`؛ زمان لازم دارید: **Request changes**. برگه را نبندید. کدها: ${CODES_WITH_PERSIAN}.
- هیچ نامی ننویسید: گیت‌هاب آنچه را اینجا نوشته شود با ایمیل می‌فرستد. ردیف‌ها در **Files changed** است؛ در برگه‌های بلند فقط پس از **Load diff**.`;

function formatCounts({ rows }: SignaturesSheet, counted: string, { bursts }: Surroundings): string {
  const counts = SHOWN.map((shown) => `${rows.filter((row) => row.shown === shown).length} ${shown}`);
  const unseen = rows.filter((row) => !showsName(row.shown));
  const burst = unseen.filter(({ id }) => bursts.has(id)).length;
  return [
    `**${unseen.length === rows.length ? "Quiet" : "Reading"} sheet: ${counted}**: ${counts.join(", ")}.`,
    ...(unseen.length > 0 ? ["Hidden and counted ones show nothing that could be reviewed."] : []),
    ...(unseen.length === rows.length ? ["Approve without opening the file: one approval takes all of them."] : []),
    ...(burst > 0 ? [`${burst} of these came in a burst from one mail domain.`] : []),
  ].join(" ");
}

function formatFlagged(sheet: SignaturesSheet, flags: ReadonlyMap<string, readonly Flag[]>, room: number): string {
  const note =
    "These are hints of a program; most real names that look odd are real. A burst is noticed only while the form service runs without a break: no hint is no proof.";
  if (flags.size === 0) return `### Nothing stands out\n\n${note}\n\n`;
  const head = `### ${flags.size} to look at\n\n${note}\n\n| line | id | why |\n|---|---|---|\n`;
  const first = lineOfFirst(sheet);
  const lines = sheet.rows.flatMap(({ id }, i) => {
    const why = flags.get(id)?.map((flag) => FLAG_WORDS.en[flag]);
    return why ? [`| ${first + i} | \`${id}\` | ${why.join("; ")} |\n`] : [];
  });
  return `${head}${fitting(lines, room - head.length - 1)}\n`;
}

/** The number of the first row's line in the file, as GitHub shows it. */
function lineOfFirst(sheet: SignaturesSheet): number {
  const lines = formatSheet(sheet).split("\n");
  return lines.findIndex((line) => line.startsWith(`| ${sheet.rows[0]?.id} `)) + 1;
}

/** Returns as many lines as fit, and a sentence that says how many do not. */
function fitting(lines: readonly string[], room: number): string {
  const all = lines.join("");
  if (all.length <= room) return all;
  const sentence = (count: number) => `\n${count} more rows with a hint do not fit here: read the whole sheet.\n`;
  let left = room - sentence(lines.length).length;
  const cut = lines.findIndex((line) => {
    left -= line.length;
    return left < 0;
  });
  return lines.slice(0, cut).join("") + sentence(lines.length - cut);
}
