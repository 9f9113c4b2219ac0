import { LetterError } from "../letter/bytes/error.ts";
import { NOTICES_FOLDER, noticePath } from "../letter/handover/notice.ts";
import { logNotice } from "../letter/review/acceptance.ts";
import { standingOf } from "../letter/signature/standing.ts";
import { changesIn } from "../outside/git/history.ts";
import { readRecordAt } from "../outside/git/record-at.ts";
import { readHead } from "../outside/git/repository.ts";
import { runGit } from "../outside/git/run.ts";
import { readNotices } from "./notices.ts";

/** What only accept writes. `README.md` and `notices/` beside it are reviewed like code. */
const RECORD = /^signatures\/(pending|accepted|ledger|editions)(\/|$)/i;

/**
 * Checks that a proposal of code or content does not touch the record, and adds notices without changing any.
 *
 * @param head the commit that is proposed; the repository has main too
 * @returns the number of files that it changes
 * @throws LetterError `code`, naming the rule and no file that the proposal has named
 */
export async function checkCodeChange(repository: string, head: string): Promise<number> {
  const main = await readHead(repository);
  const { stdout } = await runGit(repository, ["merge-base", main, head]);
  const changes = await changesIn(repository, stdout.toString("utf8").trim(), head);
  if (changes.some(({ path }) => RECORD.test(path))) {
    throw new LetterError("code", "the pull request changes the record below signatures/, which only accept writes");
  }
  const { notices, problems } = await readNotices(repository, head);
  for (const { path, reason } of problems) throw new LetterError("code", `${path}: ${reason}`);
  if (changes.some(({ path, status }) => path.startsWith(`${NOTICES_FOLDER}/`) && status !== "A")) {
    throw new LetterError("code", "the pull request changes a notice: what it said may be on the ledger, add another");
  }
  const removals = notices.filter(
    (notice) => notice.kind === "remove" && changes.some(({ path }) => path === noticePath(notice)),
  );
  // A notice cannot be taken back from main, and accept would name a wrong one again and again.
  if (removals.length > 0) {
    const record = await readRecordAt(repository, main);
    for (const notice of removals) logNotice(standingOf(record), notice);
  }
  return changes.length;
}
