import { type Stage, stageOf } from "../../letter/ledger/signing.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";
import type { MainState } from "../../outside/git/host.ts";
import type { SiteContext } from "../../site/views/context.ts";

// A ledger is long, and every request asks.
const known = new WeakMap<CampaignRecord, Stage>();

/** Returns the context of the service's pages with what main says: the stage of the letter, and whether its list is gone. */
export function asOfMain(site: SiteContext, main: MainState | undefined): SiteContext {
  if (main === undefined) return site;
  const { record } = main;
  // The list may go a moment before the entry of its purge.
  const stage = known.get(record) ?? (record.takenDown ? "destroyed" : stageOf(record.entries));
  known.set(record, stage);
  return { ...site, stage, ...(record.takenDown ? { takenDown: site.takenDown ?? {} } : {}) };
}

/** What needs nothing that the purge destroys: a code opens its row on the list, and that is proof enough. */
const BY_CODE: readonly string[] = ["POST withdraw/", "POST verify/"];

/**
 * Whether the service can still do what this form asks for. After the purge no address is known, and nobody can sign; but
 * as long as a row is public, its signer can look it up by the code, and leave.
 *
 * @param path below `/{lang}/`
 */
export function isStillDone({ stage, takenDown }: SiteContext, method: string, path: string): boolean {
  return stage !== "destroyed" || (takenDown === undefined && BY_CODE.includes(`${method} ${path}`));
}
