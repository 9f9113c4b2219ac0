import { join } from "node:path";
import { type Notice, noticePath } from "../letter/handover/notice.ts";
import { freshFolder } from "./fresh-repository.ts";
import type { HandoverPlace } from "./handover-place.ts";

const RECEIPT =
  "The recipient must have opened the bag without an error. Then ask for the SHA-256 of the contacts bag in its report, and run this again with --receipt and that number.";

/** Says what a purge would destroy, and what it needs for that. */
export function formatRefusedPurge({ settings, local }: Pick<HandoverPlace, "settings" | "local">): string {
  const goes = [
    "would be destroyed:",
    `- every row of the database (${settings.database.kind === "sqlite" ? settings.database.path : "PostgreSQL"}), and the pepper`,
    "- captured mail, older builds of the site, and the backups that are noted in backups.json",
    ...(local ? ["- the history of campaign.git: only there is what was refused, left out and withdrawn"] : []),
  ].join("\n");
  return `nothing was destroyed.\n\n${goes}\n\n${RECEIPT}`;
}

/** Names the backups that were noted and could not be destroyed; "" without one. */
export function formatMissing(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  return `NOT destroyed, because they are not there: ${paths.join(", ")}. They stay in backups.json: mount their medium and run this again, or destroy them on the machine where they are`;
}

/** Says what a purge has destroyed, what remains, and where; what remains elsewhere is to be destroyed by hand. */
export function formatRemains({ settings, local }: Pick<HandoverPlace, "settings" | "local">, notice: Notice): string {
  const fresh = freshFolder(settings.dataDir);
  return [
    "destroyed: vault, queue, keyed addresses, pepper, captured mail, the noted backups that were there.",
    local
      ? "the ledger says so. campaign.git has no past any more; site and count are as before: npm run verify"
      : `not yet on the ledger: put ${join(fresh, "repository", noticePath(notice))} into ${noticePath(notice)} by a pull request, and when accept has taken it, run this again`,
    "",
    "what remains, and where:",
    `- ledger, list and letter in ${join(fresh, "repository")}, for a repository without a past${local ? "; the public bag beside it" : "; the public bag in the release"}`,
    "- the contacts bag: with the recipient. Destroy every other copy, on every stick and in every mailbox",
    "- keys/ of this folder: attestation.key is of no use any more; ledger.key only as long as something is to be logged",
    ...(local ? ["- demo-custodian/, if this was a trial: with it anybody opens the contacts bag"] : []),
    "- on GitHub: delete the campaign's repository. For 90 days its owner, and GitHub Support, can restore it; pull requests,",
    "  caches and logs of workflows go with it, forks and clones do not",
    "- backups that are not in backups.json: those of the disk, of the host, of PostgreSQL (its log too), of the mail server",
    "- the old bytes on flash memory, until the disk is encrypted again or destroyed",
    "- copies of the public list that others have made",
  ].join("\n");
}
