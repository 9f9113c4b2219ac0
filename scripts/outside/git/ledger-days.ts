import type { LedgerDay } from "../../letter/ledger/day.ts";
import { parseMergeMessage } from "../../letter/review/merge-message.ts";
import { committerEmail } from "./commit.ts";
import { assertSha } from "./object.ts";
import { runGit } from "./run.ts";

/**
 * The days on which the ledger grew, from accept's own commits back along main.
 *
 * A history that does not go back to the first entry (a shallow clone, a fresh repository after the purge) would lump
 * what it lacks together on its first day: then nothing is known.
 *
 * @param repository the repository's folder (bare, or `.git`)
 * @throws LetterError `git`
 */
export async function readLedgerDays(repository: string, commit: string): Promise<LedgerDay[]> {
  assertSha(commit);
  const args = ["log", "--first-parent", "-z", "--no-show-signature", "--format=%ce%n%cs%n%B", commit, "--"];
  const { stdout } = await runGit(repository, args);
  const grown = stdout.toString("utf8").split("\0").filter(Boolean).reverse().flatMap(growth);
  if (grown[0]?.size !== 1) return [];
  const sizes = new Map<string, number>();
  let last = "";
  for (const { day, size } of grown) {
    // A clock that was set back moves no batch before an earlier one.
    if (day > last) last = day;
    sizes.set(last, size);
  }
  return [...sizes].map(([day, size]) => ({ day, size }));
}

function growth(commit: string): LedgerDay[] {
  const [email = "", day = "", ...message] = commit.split("\n");
  if (email !== committerEmail("accept")) return [];
  const settlement = parseMergeMessage(message.join("\n"));
  return settlement === undefined ? [] : [{ day, size: settlement.size }];
}
