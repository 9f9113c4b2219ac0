import { LetterError } from "../../letter/bytes/error.ts";
import { formatMergeMessage } from "../../letter/review/merge-message.ts";
import {
  type CampaignRecord,
  changedFiles,
  countRecord,
  formatRecord,
  loggedEdition,
} from "../../letter/signature/record.ts";
import { editionOf } from "../../letter/text/edition.ts";
import { writeCommit } from "../../outside/git/commit.ts";
import { letterPath, readLetterAt } from "../../outside/git/letter-files.ts";
import { readRecordAt } from "../../outside/git/record-at.ts";
import { MAIN, moveRefs } from "../../outside/git/ref.ts";
import { readHead } from "../../outside/git/repository.ts";

/**
 * Makes main continue up to a record that was published: ledger, list, checkpoint and texts of the editions, in one
 * commit of accept's that settles no sheet. The letter becomes the text of the last edition, or the next run of accept
 * would put an older one on the ledger again.
 *
 * Nothing is signed here: the checkpoint is the published one. The commit is read back and compared before main moves.
 *
 * @param published a record that was checked as a whole, and whose ledger begins with main's
 * @param day UTC
 * @throws LetterError `record` when main with it would not be the published record, or its letter not the last edition
 */
export async function continueMain(repository: string, published: CampaignRecord, day: string): Promise<void> {
  const head = await readHead(repository);
  const before = await readRecordAt(repository, head);
  const stays = new Set(published.rows.map(({ index }) => index));
  const gone = before.rows.filter(({ index }) => !stays.has(index));
  const files = new Map<string, string>();
  for (const [path, text] of changedFiles(before, { record: published, gone })) files.set(`signatures/${path}`, text);
  const edition = loggedEdition(published.entries) ?? "";
  for (const [lang, text] of published.editions.get(edition) ?? []) files.set(letterPath(lang), text);
  const { size, root } = countRecord(published);
  const settlement = { approvedBy: [], refused: [], leftOut: [], size, root };
  const message = formatMergeMessage("take over what was published", settlement);
  const commit = await writeCommit(repository, { parents: [head], files, message, committer: "accept", day });
  await assertIs(repository, commit, published, edition);
  if (await moveRefs(repository, [{ ref: MAIN, from: head, to: commit }])) return;
  throw new LetterError("git", "main moved meanwhile: stop the service, and try again");
}

async function assertIs(repository: string, commit: string, published: CampaignRecord, edition: string): Promise<void> {
  const [made, wanted] = [formatRecord(await readRecordAt(repository, commit)), formatRecord(published)];
  const different = [...new Set([...made.keys(), ...wanted.keys()])].find(
    (path) => made.get(path) !== wanted.get(path),
  );
  if (different !== undefined)
    throw new LetterError(
      "record",
      `signatures/${different} would be another than what was published: main was edited by hand, or the site is damaged`,
    );
  if (editionOf((await readLetterAt(repository, commit)).texts) === edition) return;
  throw new LetterError(
    "record",
    "the last edition on the published ledger has other languages than content/campaign.yaml in the backup: put its campaign.yaml and letters on main of a copy of campaign.git first",
  );
}
