import { chmod, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { acceptAll } from "../../accept/acceptance.ts";
import type { LocalCampaign } from "../../accept/local-campaign.ts";
import { withAsciiDigits } from "../../letter/bytes/digits.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { formatNotice, type Notice, noticePath } from "../../letter/handover/notice.ts";
import { entriesOf } from "../../letter/ledger/entry.ts";
import type { ListRow } from "../../letter/signature/list.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";
import { makeWritableFolder } from "../../outside/folder.ts";
import type { MainHistory } from "../../outside/git/host.ts";
import { formatColumns } from "../../outside/terminal.ts";
import { destroyStaleCopies } from "../stale-copies.ts";

/**
 * Finds the row that is to be removed.
 *
 * @param typed the index of its accept entry, as `/list/` and the receipts have it
 * @throws LetterError `notice` when the list has no such row; the message says why
 */
export function findRow({ entries, rows }: CampaignRecord, typed: string): ListRow {
  const text = withAsciiDigits(typed);
  if (!/^(0|[1-9]\d{0,8})$/.test(text)) throw refusal("the index of a row is a number, as the files of /list/ show it");
  const index = Number(text);
  const row = rows.find((one) => one.index === index);
  if (row) return row;
  if (entriesOf("withdraw", entries).some((entry) => entry.index === index))
    throw refusal(`row ${index} has left the list already`);
  if (entries[index]?.startsWith("undersigned/v1 accept ") && rows.length === 0)
    throw refusal("the list is not published any more, so nobody is on it");
  throw refusal(`the list has no row ${index}: look for the number in the files of /list/`);
}

/** Whether the contact details were destroyed: then there is no database any more, and none is looked for. */
export function isPurged({ entries }: Pick<CampaignRecord, "entries">): boolean {
  return entriesOf("purge", entries).length > 0;
}

/** The row as a table for the terminal: nothing that the published list does not show. */
export function formatListed({ index, shown, name, place, lang, signed }: ListRow): string {
  return formatColumns(
    ["index", "shown", "name", "place", "lang", "signed"],
    [[String(index), shown, { name }, { name: place }, lang, signed]],
  );
}

/** Puts the notice on main and accepts it, whether or not a service runs beside. @returns main without the row */
export async function removeHere({ host, acceptor, day }: LocalCampaign, { index }: ListRow): Promise<MainHistory> {
  const notice: Notice = { kind: "remove", index };
  await host.commitText(new Map([[noticePath(notice), formatNotice(notice)]]), day, `ask to remove row ${index}\n`);
  const { noticeProblems } = await acceptAll(acceptor);
  const problem = noticeProblems.find(({ path }) => path === noticePath(notice));
  if (problem) throw refusal(problem.reason);
  return host.readMain();
}

/**
 * Builds the site without the row at once, and removes the builds and the copies of the list that have it. Only while no
 * service runs here: it does the same.
 */
export async function publishWithout(main: MainHistory, { dataDir, site }: LocalCampaign): Promise<void> {
  await destroyStaleCopies(dataDir, main.record.entries);
  await site.publish(main);
  const builds = join(dataDir, "builds");
  for (const name of await readdir(builds))
    if (!name.startsWith(main.commit.slice(0, 12))) await rm(join(builds, name), { recursive: true, force: true });
}

/** Writes the notice into a folder, for a pull request. @returns what to do with it, in lines to print */
export async function writeRemoval({ index }: ListRow, out: string): Promise<string[]> {
  const notice: Notice = { kind: "remove", index };
  makeWritableFolder(out, "--out");
  const file = join(out, basename(noticePath(notice)));
  await writeFile(file, formatNotice(notice));
  await chmod(file, 0o644);
  return [
    `wrote ${file}; nothing is removed yet`,
    `put it on main as ${noticePath(notice)}, by a pull request of one organiser that a second one approves`,
    "write no name and no reason into it: GitHub mails what is written there",
    "the next run of accept takes the row off, and the form service then deletes what it holds of it",
  ];
}

function refusal(message: string): LetterError {
  return new LetterError("notice", `${message}; nothing was changed`);
}
