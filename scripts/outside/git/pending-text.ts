import { isCrockford128 } from "../../letter/bytes/crockford.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { attestationIn } from "../../letter/review/filing-message.ts";
import { SHEET_BYTES, sheetPath } from "../../letter/signature/sheet.ts";
import { changesIn, readCommit } from "./history.ts";
import type { MainHistory, OpenSheet } from "./host.ts";
import { assertReadable, decodeText, readShortBlob } from "./object.ts";

/** The branch of a sheet, as far as it says where its file is. */
export type Branch = Pick<OpenSheet, "sheet" | "commit">;

/** What a sheet's branch holds: the text of its one file, the message of its commit, and the attestation in that. */
export type PendingText = { readonly text: string; readonly message: string; readonly attestation: string | undefined };

/**
 * What the branch of a sheet adds to main, read as git objects. Accept and the form service read it in this one way: a
 * branch that accept cannot take must not look to the service as if its sheet were waiting.
 *
 * @throws LetterError `validate` or `text` whose message names the rule that the branch breaks, `damaged` when its objects
 *   are lost or cannot be read although git reads those of main
 */
export async function readPendingText(
  repository: string,
  main: Pick<MainHistory, "line">,
  open: Branch,
): Promise<PendingText> {
  if (!isCrockford128(open.sheet)) throw invalid("the branch is not named pending/ and the id of a sheet");
  try {
    return await readObjects(repository, main, open);
  } catch (cause) {
    if (!(cause instanceof LetterError && cause.code === "git")) throw cause;
    // A git that fails, as on a full disk, says nothing about the branch.
    const [known] = main.line;
    if (known !== undefined) await assertReadable(repository, known);
    throw new LetterError("damaged", "the objects of the branch are lost or damaged", { cause });
  }
}

async function readObjects(repository: string, main: Pick<MainHistory, "line">, open: Branch): Promise<PendingText> {
  const { parents, message } = await readCommit(repository, open.commit);
  const [base] = parents;
  if (parents.length !== 1 || base === undefined) throw invalid("the branch's commit does not have exactly one parent");
  if (!main.line.has(base)) throw invalid("the branch is not one commit on top of a commit of main");
  const path = sheetPath(open.sheet);
  const changes = await changesIn(repository, base, open.commit).catch((cause) => {
    // A git that fails, as on a full disk, says nothing about the branch.
    if (!(cause instanceof LetterError && cause.code === "git-output")) throw cause;
    throw new LetterError("validate", "the branch changes more than a sheet can", { cause });
  });
  const [change] = changes;
  if (changes.length !== 1 || change?.path !== path)
    throw invalid(`the branch changes other files than ${path}: a sheet's branch adds this one and nothing else`);
  if (change.status !== "A") throw invalid(`${path} is not new: a sheet is filed once and never edited`);
  if (change.mode !== "100644") throw invalid(`${path} is not a regular file without execute permission (mode 100644)`);
  const bytes = await readShortBlob(repository, change.id, SHEET_BYTES);
  if (bytes === undefined) throw invalid("a sheet has at most 400,000 bytes");
  return { text: decodeText(bytes, path), message, attestation: attestationIn(message) };
}

function invalid(message: string): LetterError {
  return new LetterError("validate", message);
}
