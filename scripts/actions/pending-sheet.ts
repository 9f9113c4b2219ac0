import { isSheetAttested } from "../letter/attestation.ts";
import { isCrockford128 } from "../letter/crockford.ts";
import { LetterError } from "../letter/error.ts";
import { attestationIn } from "../letter/filing-message.ts";
import { parseSheet, SHEET_BYTES, type Sheet, sheetPath } from "../letter/sheet.ts";
import { changesIn, readCommit } from "../outside/git-history.ts";
import type { MainHistory, OpenSheet } from "../outside/git-host.ts";
import { decodeText, readBlobs, sizeOfBlob } from "../outside/git-object.ts";

/** The branch of a sheet, as far as it says where its file is. */
type Branch = Pick<OpenSheet, "sheet" | "commit">;

/**
 * The sheet of a branch, read as git objects and never as a checkout: anyone who can push may have made anything of it.
 *
 * What only main knows (attestations of rows, editions, repeated rows) is judged by `validateSheet` and `settledRows`.
 *
 * @param attestationKey the form service's public key, 32 bytes
 * @returns undefined when the form service did not attest these bytes under this id: then nothing in them counts, for
 *   anyone can copy the rows of an open sheet onto one of their own
 * @throws LetterError whose message names the rule that the branch breaks
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

/** The text of the one file that a sheet's branch adds, and the attestation of its commit. @throws LetterError as above */
export async function readPendingText(
  repository: string,
  main: Pick<MainHistory, "line">,
  open: Branch,
): Promise<{ readonly text: string; readonly attestation: string | undefined }> {
  if (!isCrockford128(open.sheet)) throw invalid("the branch is not named pending/ and the id of a sheet");
  const { parents, message } = await readCommit(repository, open.commit);
  const [base] = parents;
  if (parents.length !== 1 || base === undefined) throw invalid("the branch's commit does not have exactly one parent");
  if (!main.line.has(base)) throw invalid("the branch is not one commit on top of a commit of main");
  const path = sheetPath(open.sheet);
  const changes = await changesIn(repository, base, open.commit).catch((cause) => {
    throw new LetterError("validate", "the branch changes more than a sheet can", { cause });
  });
  const [change] = changes;
  if (changes.length !== 1 || change?.path !== path)
    throw invalid(`the branch changes other files than ${path}: a sheet's branch adds this one and nothing else`);
  if (change.status !== "A") throw invalid(`${path} is not new: a sheet is filed once and never edited`);
  if (change.mode !== "100644") throw invalid(`${path} is not a regular file without execute permission (mode 100644)`);
  // The size first: a blob of 100 MB must not be taken in to be refused.
  if ((await sizeOfBlob(repository, change.id)) > SHEET_BYTES) throw invalid("a sheet has at most 400,000 bytes");
  const [bytes] = await readBlobs(repository, [change.id]);
  return { text: decodeText(bytes ?? new Uint8Array(), path), attestation: attestationIn(message) };
}

function invalid(message: string): LetterError {
  return new LetterError("validate", message);
}
