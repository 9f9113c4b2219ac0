import type { LedgerDay } from "../../letter/ledger/day.ts";
import { parseMergeMessage } from "../../letter/review/merge-message.ts";
import { CHECKPOINT_PATH } from "../../letter/signature/record.ts";
import { committerEmail } from "./commit.ts";
import { assertSha, readText } from "./object.ts";
import { runGit } from "./run.ts";

/**
 * The days on which the ledger grew, from accept's own commits back along main.
 *
 * A history that does not go back to the first entry (a fresh repository after the purge) does not tell when the entries
 * came that its first commit brought. They are counted first, without a day, lest they seem to be of that commit's day.
 * A history that is cut off inside (a shallow clone) does not even tell their number: then nothing is known.
 *
 * @param repository the repository's folder (bare, or `.git`)
 * @throws LetterError `git`
 */
export async function readLedgerDays(repository: string, commit: string): Promise<LedgerDay[]> {
  assertSha(commit);
  const args = ["log", "--first-parent", "-z", "--no-show-signature", "--format=%H%n%ce%n%cs%n%B", commit, "--"];
  const { stdout } = await runGit(repository, args);
  const commits = stdout.toString("utf8").split("\0").filter(Boolean).reverse();
  const grown = commits.flatMap(growth);
  const sizes = new Map<string, number>();
  if (grown[0]?.size !== 1) {
    const before = commits[commits.findIndex((one) => growth(one).length > 0) - 1];
    const size = before === undefined ? undefined : await sizeAt(repository, before);
    if (size === undefined) return [];
    sizes.set("", size);
  }
  let [last, reached] = ["", sizes.get("") ?? 0];
  for (const { day, size } of grown) {
    // A sheet of withdrawals that were all still pending adds no entry.
    if (size <= reached) continue;
    reached = size;
    // A clock that was set back moves no batch before an earlier one.
    if (day > last) last = day;
    sizes.set(last, size);
  }
  return [...sizes].map(([day, size]) => ({ day, size }));
}

/** Reads how long the ledger was at a commit from its checkpoint. Only days depend on it, so its signature does not matter. */
async function sizeAt(repository: string, commit: string): Promise<number | undefined> {
  const note = await readText(repository, commit.slice(0, commit.indexOf("\n")), `signatures/${CHECKPOINT_PATH}`);
  const size = note?.split("\n")[1] ?? "";
  return /^[1-9]\d{0,14}$/.test(size) ? Number(size) : undefined;
}

function growth(commit: string): LedgerDay[] {
  const [, email = "", day = "", ...message] = commit.split("\n");
  if (email !== committerEmail("accept")) return [];
  const settlement = parseMergeMessage(message.join("\n"));
  return settlement === undefined ? [] : [{ day, size: settlement.size }];
}
