import { CODES_WITH_PERSIAN, inPersian, persianNumber } from "../../letter/review/in-persian.ts";
import type { Settlement } from "../../letter/review/merge-message.ts";
import { REFUSAL_CODES } from "../../letter/review/order.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import { type GitHubApi, gitHubError } from "./api.ts";
import type { CommentBelow } from "./pull-query.ts";

/** Marks accept's only comment, so that it is found again; GitHub does not show it. */
const MARKER = "<!-- undersigned: accept -->";
/** The account that a workflow's own token acts as. Nobody can register a name with brackets. */
const WORKFLOW = "github-actions[bot]";

/** Accept's own comment on a pull request. */
export type OwnAnswer = { readonly id: number; readonly body: string };

/** Finds accept's own comment among those below a pull request. Anyone can write the marker: only the workflow counts. */
export function ownAnswerIn(below: readonly CommentBelow[]): OwnAnswer | undefined {
  // GraphQL shows a bot's name without the brackets, but says that it is one.
  const isWorkflow = ({ author }: CommentBelow) =>
    author?.kind === "Bot" && `${author.login.replace(/\[bot\]$/, "")}[bot]` === WORKFLOW;
  const mine = below.find((comment) => isWorkflow(comment) && comment.body.startsWith(MARKER));
  return mine && { id: Number(mine.fullDatabaseId), body: mine.body };
}

/**
 * Formats what accept did with a sheet, for its pull request: numbers, ids and codes, never a name.
 *
 * @param settlement what the merge commit says, so that a crash before the answer loses nothing of it
 * @param withdrawn the rows that were withdrawn before they were accepted
 */
export function formatAnswer(
  sheet: Sheet,
  { refused, leftOut, size, root }: Settlement,
  withdrawn: Pick<ReadonlySet<string>, "has">,
): string {
  const leaving = sheet.kind === "withdrawals";
  const left = leftOut.filter((id) => leaving || withdrawn.has(id));
  const elsewhere = leftOut.filter((id) => !left.includes(id));
  const rest = sheet.rows.length - refused.length - leftOut.length;
  const done = leaving
    ? `**Withdrawn.** ${rest} of ${sheet.rows.length} left the list.`
    : rest === 0
      ? `**Settled.** None of ${sheet.rows.length} comes to the list.`
      : `**Accepted.** ${rest} of ${sheet.rows.length} are on the list.`;
  return [
    done,
    ...list("Refused", refused, ([id, code]) => `\`${id}\` ${code}`),
    ...list(leaving ? "Not on the list" : "Left out as withdrawn", left, (id) => `\`${id}\``),
    ...list("Left out, decided elsewhere", elsewhere, (id) => `\`${id}\``),
    `Checkpoint: ${size} \`${root}\``,
    inPersian(
      [
        leaving
          ? `**پس گرفته شد.** ${persianNumber(rest)} امضا از ${persianNumber(sheet.rows.length)} از فهرست برداشته شد.`
          : rest === 0
            ? `**تمام شد.** از ${persianNumber(sheet.rows.length)} امضا هیچ‌یک در فهرست نمی‌آید.`
            : `**پذیرفته شد.** ${persianNumber(rest)} امضا از ${persianNumber(sheet.rows.length)} در فهرست آمده است.`,
        `پذیرفته نشد: ${persianNumber(refused.length)}. پیش از پذیرش پس گرفته شد: ${persianNumber(left.length)}. در برگهٔ دیگری به آن رسیدگی شد: ${persianNumber(elsewhere.length)}. شناسه‌ها بالاتر آمده است.`,
      ]
        .slice(0, leaving ? 1 : 2)
        .join(" "),
    ),
  ].join("\n\n");
}

/** Formats the answer about a sheet that breaks a rule. `reason` is one of our own sentences. */
export function formatInvalid(reason: string): string {
  return `**Not accepted.** ${plain(reason)}\n\nThere is nothing to review until an organiser has looked into it: \`.github/organising.md\`, “A sheet that is not accepted”. Do not close a sheet of the form service: it is filed once, and its signatures would wait forever.\n\n${inPersian("**پذیرفته نشد.** تا وقتی یکی از گردانندگان علت را بررسی کند، چیزی برای بازبینی نیست. برگه‌ای را که سرور فرم فرستاده است نبندید: فقط یک بار فرستاده می‌شود و امضاهایش برای همیشه منتظر می‌ماند.")}`;
}

/** Formats the answer about a sheet that the form service has not attested. */
export function formatUnattested(): string {
  return `**Passed over.** The form service has not attested this sheet, so nothing on it counts, even if it is approved. An organiser closes it: \`.github/organising.md\`, “A sheet that is not accepted”. Nobody is lost by that: the form service files again what it filed before it attested sheets.\n\n${inPersian("**نادیده گرفته شد.** سرور فرم این برگه را گواهی نکرده است؛ پس هیچ‌چیز آن به شمار نمی‌آید، حتی اگر بپذیرید. یکی از گردانندگان آن را می‌بندد و امضای هیچ‌کس از دست نمی‌رود.")}`;
}

/** Formats the answer about rows that are on other open sheets too, by id with these sheets; empty without any. */
export function formatCopies(copies: ReadonlyMap<string, readonly string[]>): string {
  if (copies.size === 0) return "";
  const rows = [...copies]
    .slice(0, 50)
    .map(([id, sheets]) => `- \`${id}\`: ${sheets.map((sheet) => `sheet \`${sheet}\``).join(", ")}`);
  const rest = copies.size - rows.length;
  return [
    `**Look first.** ${copies.size === 1 ? "This row is" : "These rows are"} on another open sheet too. Refused here as a \`duplicate\`, or rejected with this sheet, such a row is left out here and decided there; any other refusal counts for both.`,
    [...rows, ...(rest > 0 ? [`- and ${rest} more`] : [])].join("\n"),
    inPersian(
      `**نخست این را ببینید.** ردیف‌های بالا در برگهٔ باز دیگری هم هست: ${persianNumber(copies.size)}. اگر اینجا با \`duplicate\` نپذیرید، یا همهٔ این برگه را با \`reject\`، آن ردیف اینجا کنار گذاشته می‌شود و در برگهٔ دیگر به آن رسیدگی می‌شود؛ هر علت دیگری برای هر دو به شمار می‌آید.`,
    ),
  ].join("\n\n");
}

/** What nobody can put right on the sheet itself, since the words that were deleted are gone. */
const DELETED =
  '**Look first.** A comment of a moderator was deleted by somebody else, and what it said is lost. Nothing on this page makes the sheet go on: an organiser finds out who did it, closes the pull request and deletes its branch. The form service then files its signatures again on another sheet, where moderators say again what they said here.\n\n<div dir="rtl" lang="fa">\n\n**نخست این را ببینید.** یادداشت یکی از بازبینان را کس دیگری پاک کرده و آنچه در آن بود از دست رفته است. هیچ کاری در این صفحه برگه را پیش نمی‌برد: یکی از گردانندگان پیدا می‌کند چه کسی آن را پاک کرده است، pull request را می‌بندد و شاخه‌اش را حذف می‌کند. سپس سرور فرم امضاهایش را در برگهٔ دیگری دوباره می‌فرستد و بازبینان آنجا دوباره می‌نویسند که اینجا چه گفته بودند.\n\n</div>';

/**
 * Formats the answer about a sheet that a moderator holds back.
 *
 * @param links to what moderators wrote about a row or the sheet and cannot be read as an order
 */
export function formatBlocked(links: readonly string[]): string {
  if (links.length === 0) {
    return `**Waits.** A moderator has requested changes, or such a review, or one with words in it, was dismissed. It goes on when its author reviews again, and until then nobody else can do anything about it.\n\n${inPersian("**در انتظار.** یکی از بازبینان خواسته است صبر کنید (Request changes)، یا چنین بازبینی‌ای، یا بازبینی‌ای که متنی داشت، کنار گذاشته شده است. وقتی نویسنده‌اش دوباره بازبینی کند پیش می‌رود؛ تا آن زمان کس دیگری نمی‌تواند کاری بکند.")}`;
  }
  const codes = REFUSAL_CODES.map((code) => `\`${code}\``).join(", ");
  const deleted = links.some((link) => /#event-\d+$/.test(link));
  return [
    ...(deleted ? [DELETED] : []),
    "**Waits.** A moderator wrote something about a row or about this sheet that is no order: a line with an id that cannot be read, a question, an id that is not on this sheet, a comment that was changed after it was written, or a review whose text somebody else changed. What somebody meant to refuse must not come to the list.",
    // However many there are, a comment has limited space.
    links
      .slice(0, 20)
      .map((link) => `- ${link}`)
      .join("\n"),
    `To go on, its author **deletes** the comment, or corrects the text of the review, and writes what is meant on a line of its own: \`refuse ID CODE\` (on the row’s own line \`refuse CODE\`), \`keep ID\` or \`reject CODE\`. Codes: ${codes}. Questions and talk need no id: without one they hold nothing up. An approval that you have given stays.`,
    `<div dir="rtl" lang="fa">\n\n**در انتظار.** یکی از بازبینان دربارهٔ یک ردیف یا این برگه چیزی نوشته که دستور خوانایی نیست: سطری با شناسه که خوانده نمی‌شود، پرسشی، شناسه‌ای که در این برگه نیست، یادداشتی که پس از نوشتن تغییر کرده است، یا بازبینی‌ای که کس دیگری متنش را تغییر داده است. برای ادامه، نویسنده یادداشت را **پاک می‌کند** (یا متن بازبینی را درست می‌کند) و منظورش را در سطری جداگانه به همین حروف لاتین می‌نویسد: \`refuse ID CODE\`، \`keep ID\` یا \`reject CODE\`. کدها: ${CODES_WITH_PERSIAN}. پرسش و گفت‌وگو شناسه نمی‌خواهد؛ بی‌شناسه چیزی را نگه نمی‌دارد. Approve شما سر جایش می‌ماند.\n\n</div>`,
  ].join("\n\n");
}

/** Formats the answer about a sheet about which more was written than accept reads. */
export function formatOverlong(): string {
  return [
    "**Waits.** More reviews and comments are on this page than accept reads. A refusal may be among those that it has not read, so nothing here is accepted, and no approval changes that. An organiser locks the conversation and deletes the comments of people who are not moderators, and the sheet goes on. If it does not, or the comments are those of moderators, the organiser closes the pull request and deletes its branch. The form service then files its signatures again on another sheet, where moderators review them again.",
    '<div dir="rtl" lang="fa">\n\n**در انتظار.** در این صفحه بازبینی و یادداشت بیش از آن است که برنامهٔ پذیرش می‌خواند: شاید یکی از آن‌هایی که نخوانده است ردیفی را رد کرده باشد. پس هیچ‌چیز از این برگه پذیرفته نمی‌شود و هیچ تأییدی این را عوض نمی‌کند. یکی از گردانندگان گفت‌وگو را قفل و یادداشت‌های کسانی را که بازبین نیستند پاک می‌کند، و برگه پیش می‌رود. اگر پیش نرفت، یا یادداشت‌ها از خود بازبین‌هاست، pull request را می‌بندد و شاخه‌اش را حذف می‌کند. سپس سرویس فرم امضاها را در برگهٔ دیگری دوباره می‌فرستد و بازبین‌ها آنجا دوباره بازبینی می‌کنند.\n\n</div>',
  ].join("\n\n");
}

/**
 * Creates accept's only comment on a pull request, or updates it if its text differs.
 *
 * @param known what was read of it in this run; null: there is none; undefined: it has not been read
 * @throws LetterError `github`
 */
export async function answerPull(
  api: GitHubApi,
  number: number,
  text: string,
  known?: OwnAnswer | null,
): Promise<void> {
  const { owner, repo } = api;
  const body = `${MARKER}\n${text}`;
  try {
    const octokit = await api.octokit();
    const mine = known === undefined ? await findOwnAnswer(api, number) : (known ?? undefined);
    if (mine?.body === body) return;
    if (mine === undefined) {
      await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        owner,
        repo,
        issue_number: number,
        body,
        // A call without an answer may have been done: the next run looks before it writes.
        request: { retries: 0 },
      });
    } else {
      await octokit.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner,
        repo,
        comment_id: mine.id,
        body,
      });
    }
  } catch (cause) {
    throw gitHubError("answering on a pull request", cause);
  }
}

async function findOwnAnswer({ owner, repo, octokit }: GitHubApi, number: number): Promise<OwnAnswer | undefined> {
  const comments = await (await octokit()).paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...{ owner, repo, issue_number: number, per_page: 100 },
  });
  const mine = comments.find(({ user, body }) => user?.login === WORKFLOW && body?.startsWith(MARKER));
  return mine && { id: Number(mine.id), body: mine.body ?? "" };
}

/** Escapes text so that GitHub shows it literally: no character remains that starts Markdown, HTML or a mention. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").replace(/[\\`*_{}[\]<>()#+!|@~&$:]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function list<T>(title: string, items: readonly T[], format: (item: T) => string): string[] {
  return items.length === 0
    ? []
    : [`${title}: ${items.length}\n${items.map((item) => `- ${format(item)}`).join("\n")}`];
}
