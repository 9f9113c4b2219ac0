import type { Settlement } from "../letter/merge-message.ts";
import { REFUSAL_CODES } from "../letter/order.ts";
import type { Sheet } from "../letter/sheet.ts";
import { type GitHubApi, gitHubError } from "./github.ts";

/** By this line the one comment is found again; GitHub does not show it. */
const MARKER = "<!-- undersigned: accept -->";
/** In whose name a workflow's own token speaks. Nobody can register a name with brackets. */
const WORKFLOW = "github-actions[bot]";

/**
 * What accept did with a sheet, for its pull request: numbers, ids and codes, never a name.
 *
 * @param settlement what the merge commit says, so that a crash before the answer loses nothing of it
 */
export function formatAnswer(sheet: Sheet, { refused, leftOut, size, root }: Settlement): string {
  const rest = sheet.rows.length - refused.length - leftOut.length;
  const done =
    sheet.kind === "withdrawals"
      ? `**Withdrawn.** ${rest} of ${sheet.rows.length} left the list.`
      : rest === 0
        ? `**Settled.** None of ${sheet.rows.length} comes to the list.`
        : `**Accepted.** ${rest} of ${sheet.rows.length} are on the list.`;
  return [
    done,
    ...list("Refused", refused, ([id, code]) => `\`${id}\` ${code}`),
    ...list(sheet.kind === "withdrawals" ? "Not on the list" : "Left out as withdrawn", leftOut, (id) => `\`${id}\``),
    `Checkpoint: ${size} \`${root}\``,
  ].join("\n\n");
}

/** What is said about a sheet that breaks a rule. `reason` is one of our own sentences. */
export function formatInvalid(reason: string): string {
  return `**Not accepted.** ${plain(reason)}\n\nThere is nothing to review until an organiser has looked into it: \`.github/CONTRIBUTING.md\`, “A sheet that is not accepted”. Do not close a sheet of the form service: it is filed once, and its signatures would wait for ever.`;
}

/**
 * What is said about a sheet that somebody holds back.
 *
 * @param links to what seems to be a refusal and cannot be read
 */
export function formatBlocked(links: readonly string[]): string {
  if (links.length === 0) {
    return "**Waits.** A moderator has requested changes, or a review with words in it was dismissed. It goes on when its author reviews again, and until then nobody else can do anything about it.";
  }
  const codes = REFUSAL_CODES.map((code) => `\`${code}\``).join(", ");
  return [
    "**Waits.** Somebody seems to refuse something, and it cannot be told what: a line cannot be read, or a comment was changed after it was written. What somebody meant to refuse must not come to the list.",
    // As many as somebody may have written, a comment holds only so much.
    links
      .slice(0, 20)
      .map((link) => `- ${link}`)
      .join("\n"),
    `Whoever wrote it: **delete** the comment and write a new one; of a review, correct the text. A line is \`refuse ID CODE\` (on the row’s own line \`refuse CODE\`) or \`reject CODE\`. Codes: ${codes}. An approval that you have given stays.`,
  ].join("\n\n");
}

/** Puts the text into accept's one comment on a pull request: writes it, changes it, or leaves it as it is. @throws LetterError `github` */
export async function answerPull(api: GitHubApi, number: number, text: string): Promise<void> {
  const { owner, repo } = api;
  const body = `${MARKER}\n${text}`;
  try {
    const octokit = await api.octokit();
    const comments = await octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      owner,
      repo,
      issue_number: number,
      per_page: 100,
    });
    // Anybody can write the marker: only what the workflow itself wrote is its comment.
    const mine = comments.find(({ user, body: said }) => user?.login === WORKFLOW && said?.startsWith(MARKER));
    if (mine?.body === body) return;
    if (mine === undefined) {
      await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        owner,
        repo,
        issue_number: number,
        body,
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

/** Text that GitHub shows as it stands: no character that Markdown, HTML or a mention begins with. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").replace(/[\\`*_{}[\]<>()#+!|@~&$:]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function list<T>(title: string, items: readonly T[], format: (item: T) => string): string[] {
  return items.length === 0
    ? []
    : [`${title}: ${items.length}\n${items.map((item) => `- ${format(item)}`).join("\n")}`];
}
