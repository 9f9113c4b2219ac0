import { LetterError } from "../letter/bytes/error.ts";
import { isSheetAttested } from "../letter/ledger/attestation.ts";
import { parseSheet, type Sheet } from "../letter/signature/sheet.ts";
import type { MainHistory } from "../outside/git/host.ts";
import { type Branch, readPendingText } from "../outside/git/pending-text.ts";

/**
 * Reads the sheet of a branch as git objects, never as a checkout: anyone who can push may have put anything there.
 *
 * `validateSheet` and `settledRows` judge the attestations of rows, editions and repeated rows, which need main.
 *
 * @param attestationKey the form service's public key, 32 bytes
 * @returns undefined when the form service did not attest these bytes under this id: then nothing in them counts,
 *   because anyone can copy the rows of an open sheet into a sheet of their own
 * @throws LetterError naming the rule that the branch breaks
 */
export async function readPendingSheet(
  repository: string,
  main: Pick<MainHistory, "line">,
  open: Branch,
  attestationKey: Uint8Array,
): Promise<Sheet | undefined> {
  const { text, attestation } = await readPendingText(repository, main, open);
  if (!isSheetAttested(open.sheet, text, attestation, attestationKey)) return undefined;
  const sheet = parseSheet(text);
  if (sheet.sheet !== open.sheet) throw invalid("the front matter names another sheet than the branch");
  return sheet;
}

function invalid(message: string): LetterError {
  return new LetterError("validate", message);
}
