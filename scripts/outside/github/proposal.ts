import { LetterError } from "../../letter/bytes/error.ts";
import { fetchRefs, makeMirror } from "../git/fetch.ts";
import { MAIN, mirrored, PENDING, readRef } from "../git/ref.ts";
import type { Remote } from "../git/run.ts";

const PROPOSAL = "refs/proposal";

/**
 * Fetches main and a pull request's commit as git objects into a bare repository. Nothing is checked out.
 *
 * @param commit the SHA that the workflow was started for
 * @throws LetterError `git`, also when the pull request has moved on: its newer commit has a run of its own
 */
export async function fetchProposal(repository: string, remote: Remote, pull: number, commit: string): Promise<void> {
  await makeMirror(repository);
  await fetchRefs(repository, remote, "the pull request", [mirrored(MAIN), `+refs/pull/${pull}/head:${PROPOSAL}`]);
  if ((await readRef(repository, PROPOSAL)) !== commit) {
    throw new LetterError("git", "the pull request has another commit by now: look at the run for that one");
  }
}

/** Fetches the branches of all open sheets, to compare a sheet with the others; none if that fails. */
export async function fetchPendingSheets(repository: string, remote: Remote): Promise<void> {
  await fetchRefs(repository, remote, "the pending sheets", [mirrored(`${PENDING}/*`)]).catch(() => {});
}
