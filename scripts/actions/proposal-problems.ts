import { sheetOfBranch } from "../letter/sheet.ts";
import { readText } from "../outside/git-object.ts";
import { CAMPAIGN_PATH } from "../outside/letter-files.ts";
import { readHead, readMainAt } from "../outside/repository.ts";
import { campaignKeys } from "./campaign-keys.ts";
import { reasonOf } from "./judgement.ts";
import { readPendingText } from "./pending-sheet.ts";
import { sheetProblems } from "./sheet-problems.ts";

/**
 * All that is wrong with a proposal, judged by this code and by main alone; none when it may be reviewed.
 *
 * @param repository a bare repository that holds main and the proposal as objects
 * @param branch its name, as whoever made it chose
 * @returns sentences of our own, which repeat nothing of the proposal
 */
export async function proposalProblems(repository: string, branch: string, commit: string): Promise<string[]> {
  const main = await readMainAt(repository, await readHead(repository));
  const { attestation } = campaignKeys(await readText(repository, main.commit, CAMPAIGN_PATH));
  const sheet = sheetOfBranch(branch) ?? "";
  try {
    const text = await readPendingText(repository, main, { sheet, commit });
    return sheetProblems({ ...main, attestationKey: attestation }, sheet, text);
  } catch (cause) {
    return [reasonOf(cause)];
  }
}
