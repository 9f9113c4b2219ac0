import { LetterError } from "../letter/bytes/error.ts";
import { NOTICES_FOLDER } from "../letter/handover/notice.ts";
import { changesIn } from "../outside/git/history.ts";
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
  const { problems } = await readNotices(repository, head);
  for (const { path, reason } of problems) throw new LetterError("code", `${path}: ${reason}`);
  if (changes.some(({ path, status }) => path.startsWith(`${NOTICES_FOLDER}/`) && status !== "A")) {
    throw new LetterError("code", "the pull request changes a notice: what it said may be on the ledger, add another");
  }
  return changes.length;
}
