import { existsSync } from "node:fs";
import { readLocalSettings } from "../../accept/local-campaign.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";
import type { Clock } from "../../outside/clock.ts";
import { campaignRepository } from "../../outside/git/local-host.ts";
import { readRecordAt } from "../../outside/git/record-at.ts";
import { MAIN, readRef } from "../../outside/git/ref.ts";
import { runGit } from "../../outside/git/run.ts";
import { openHandoverPlace } from "../handover-place.ts";
import { gitFolder } from "../public-bag-place.ts";

/** The campaign that this machine knows: its repository, main as it is now, and the day of that. */
export type LedgerHere = {
  readonly repository: string;
  readonly record: CampaignRecord;
  /** the ledger's key; undefined in a clone, whose `campaign.yaml` names it */
  readonly vkey: string | undefined;
  readonly day: string;
};

/**
 * Opens the campaign of this machine: that of the form service's host (`DATA_DIR`, or `GIT_HOST` and its repository), or
 * the clone in this folder.
 *
 * @throws LetterError `left` when there is neither
 */
export async function openLedgerHere(clock: Clock): Promise<LedgerHere> {
  const ofService =
    process.env.GIT_HOST?.startsWith("github:") || existsSync(campaignRepository(readLocalSettings().dataDir));
  if (!ofService) return openClone();
  const { repository, record, keys } = await openHandoverPlace();
  return { repository, record, vkey: keys.ledger, day: dayOf(clock.now()) };
}

async function openClone(): Promise<LedgerHere> {
  if (!existsSync(".git"))
    throw new LetterError(
      "left",
      "there is no campaign here: run it where the form service runs (DATA_DIR) or in a clone, or name --bag and --site",
    );
  const repository = await gitFolder(".git");
  const found: LedgerHere[] = [];
  // The branch of the origin is newer than one's own that was not pulled.
  for (const ref of [MAIN, "refs/remotes/origin/main"]) {
    const head = await readRef(repository, ref);
    if (head === undefined) continue;
    // A clone is as old as its last fetch. It knows only the day of the last commit.
    const { stdout } = await runGit(repository, ["log", "-1", "--no-show-signature", "--format=%cs", head, "--"]);
    const record = await readRecordAt(repository, head);
    found.push({ repository, record, vkey: undefined, day: stdout.toString("utf8").trim() });
  }
  const [newest] = found.sort((a, b) => b.record.entries.length - a.record.entries.length);
  if (newest === undefined) throw new LetterError("left", "the repository of this folder has no branch main");
  return newest;
}
