import { isSheetAttested } from "../letter/ledger/attestation.ts";
import { copiesOf, findCopies } from "../letter/review/copies.ts";
import { type Sheet, sheetOfBranch } from "../letter/signature/sheet.ts";
import { standingOf } from "../letter/signature/standing.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { readText } from "../outside/git/object.ts";
import { readPendingText } from "../outside/git/pending-text.ts";
import { listRefs, PENDING } from "../outside/git/ref.ts";
import { readHead, readMainAt } from "../outside/git/repository.ts";
import { campaignKeys } from "./campaign-keys.ts";
import { reasonOf } from "./judgement.ts";
import { readPendingSheet } from "./pending-sheet.ts";
import { sheetNotes, UNATTESTED } from "./sheet-notes.ts";
import { sheetProblems } from "./sheet-problems.ts";

/**
 * Returns all problems of a proposal, judged only by this code and main; none when it may be reviewed.
 *
 * @param repository a bare repository that holds main and the proposal as objects
 * @param branch its name, which its author chose
 * @returns sentences of our own, which quote nothing from the proposal
 */
export async function proposalProblems(repository: string, branch: string, commit: string): Promise<string[]> {
  const main = await readMainAt(repository, await readHead(repository));
  const { attestation } = campaignKeys(await readText(repository, main.commit, CAMPAIGN_PATH));
  const sheet = sheetOfBranch(branch) ?? "";
  try {
    const { text, attestation: word } = await readPendingText(repository, main, { sheet, commit });
    if (!isSheetAttested(sheet, text, word, attestation)) return [`the sheet is passed over: ${UNATTESTED}`];
    const known = { standing: standingOf(main.record), settled: main.settled, attestationKey: attestation };
    return sheetProblems(known, sheet, text);
  } catch (cause) {
    return [reasonOf(cause)];
  }
}

/**
 * Returns what moderators should know about a proposal that can be reviewed.
 *
 * @param repository a bare repository that holds main and the proposal, and maybe the branches of other open sheets
 */
export async function proposalNotes(repository: string, branch: string, commit: string): Promise<string[]> {
  const main = await readMainAt(repository, await readHead(repository));
  const { attestation } = campaignKeys(await readText(repository, main.commit, CAMPAIGN_PATH));
  const read = (sheet: string, at: string) =>
    readPendingSheet(repository, main, { sheet, commit: at }, attestation).catch(() => undefined);
  const mine = await read(sheetOfBranch(branch) ?? "", commit);
  if (!mine) return [];
  const others: Sheet[] = [];
  for (const [name, at] of await listRefs(repository, PENDING)) {
    if (name === mine.sheet || main.merged.has(at)) continue;
    const other = await read(name, at);
    if (other && !main.settled.sheets.has(name)) others.push(other);
  }
  const known = { standing: standingOf(main.record), settled: main.settled, attestationKey: attestation };
  return sheetNotes(known, mine, copiesOf(findCopies(known, [mine, ...others]), mine));
}
