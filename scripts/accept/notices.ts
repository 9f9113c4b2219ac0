import { inOrder, NOTICES_FOLDER, type Notice, noticePath, parseNotice } from "../letter/handover/notice.ts";
import { decodeText, listFiles, readShortBlob } from "../outside/git/object.ts";
import { reasonOf } from "./judgement.ts";

/** A notice that is refused. `path` is that of a notice, or text of our own when the file is not named like one. */
export type NoticeProblem = { readonly path: string; readonly reason: string };

/** The longest notice in bytes; a longer file is not read. */
const NOTICE_BYTES = 1000;

/** Reads the notices of a commit as git objects, in the order in which they go on the ledger. */
export async function readNotices(
  repository: string,
  commit: string,
): Promise<{ readonly notices: readonly Notice[]; readonly problems: readonly NoticeProblem[] }> {
  const files = (await listFiles(repository, commit, NOTICES_FOLDER)).filter(({ path }) => !path.endsWith("/.gitkeep"));
  const notices: Notice[] = [];
  const problems: NoticeProblem[] = [];
  for (const { path, mode, id } of files) {
    const refuse = (reason: string) => problems.push({ path: shown(path), reason });
    try {
      const bytes = mode === "100644" ? await readShortBlob(repository, id, NOTICE_BYTES) : undefined;
      const notice = bytes && parseNotice(decodeText(bytes, shown(path)));
      if (notice === undefined) refuse("not a regular file of at most 1,000 bytes");
      else if (noticePath(notice) === path) notices.push(notice);
      else refuse(`the notice belongs in ${noticePath(notice)}`);
    } catch (cause) {
      refuse(reasonOf(cause));
    }
  }
  return { notices: inOrder(notices), problems };
}

/** Returns the path only if it looks like that of a notice, because any other may contain arbitrary text. */
function shown(path: string): string {
  return /\/((handover|purge)-[0-9-]{10}|remove-\d{1,9})\.md$/.test(path) ? path : `a file in ${NOTICES_FOLDER}/`;
}
