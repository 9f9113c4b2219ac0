import { join } from "node:path";
import type { Handover } from "../letter/handover/handover.ts";
import { type Notice, noticePath } from "../letter/handover/notice.ts";
import { peopleLeft } from "../letter/handover/spent-tag.ts";
import { freshFolder } from "./fresh-repository.ts";
import type { HandoverPlace } from "./handover-place.ts";

type Place = Pick<HandoverPlace, "settings" | "local" | "content">;

/**
 * Says what a purge would destroy, and what it needs for that.
 *
 * @param left the indexes of those who have left since the tag: the recipient still has their details, or has deleted them
 */
export function formatRefusedPurge(
  { settings, local, content }: Place,
  { tag }: Handover,
  left: readonly number[],
): string {
  const goes = [
    "would be destroyed:",
    `- every row of the database (${settings.database.kind === "sqlite" ? settings.database.path : "PostgreSQL"}), and the pepper`,
    "- captured mail, older builds of the site, the backups that are noted in backups.json, and the bags noted in copies.json",
    local
      ? "- the history of campaign.git: only there is what was refused, left out and withdrawn"
      : "- mirror.git, the clone of the campaign's repository",
    ...(content.campaign.after_purge === "counts"
      ? ["- the public list (after_purge: counts); the ledger and the numbers stay"]
      : ["", "the public list would stay (after_purge: names), and withdrawing by code with it."]),
  ];
  return `nothing was destroyed.\n\n${goes.join("\n")}\n\n${leavers(tag, left)}${receipt(left.length)}`;
}

/** Names the backups that were noted and could not be destroyed; "" without one. */
export function formatMissing(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  return `NOT destroyed, because they are not there: ${paths.join(", ")}. They stay in backups.json: mount their medium and run this again, or destroy them on the machine where they are`;
}

function leavers(tag: string, left: readonly number[]): string {
  if (left.length === 0) return "";
  return `${peopleLeft(left.length, tag)}, and the recipient must have deleted them; index: ${left.join(", ")}\n\n`;
}

function receipt(left: number): string {
  const asked =
    "The recipient must have opened the bag without an error. Then ask for the SHA-256 of the contacts bag in its report";
  return left === 0
    ? `${asked}, and run this again with --receipt and that number.`
    : `${asked}, and how many people it has deleted, and run this again with --receipt SHA256 --deleted N.`;
}

/**
 * Says what a purge has destroyed, what remains, and where; what remains elsewhere is to be destroyed by hand.
 *
 * @param logged whether the ledger says so
 */
export function formatRemains({ settings, local, content }: Place, notice: Notice, logged: boolean): string {
  const repository = join(freshFolder(settings.dataDir), "repository");
  const path = noticePath(notice);
  const names = content.campaign.after_purge === "names";
  return [
    "destroyed: vault, queue, keyed addresses, pepper, captured mail, the noted backups that were there, noted bags.",
    logged
      ? `the ledger says so.${local ? " campaign.git has no past any more." : ""} ${
          names ? "The list stands" : "The list is taken down"
        }, and the count is as before: npm run verify`
      : `not yet on the ledger: put ${join(repository, path)} into ${path} by a pull request, and when accept has taken it${
          names ? "" : ", and the list down"
        }, run this again`,
    "",
    "what remains, and where:",
    ...(local
      ? [`- ${names ? "ledger, list and letter" : "ledger and letter"} in campaign.git, and the site`]
      : logged
        ? [
            `- ${names ? "ledger, list and letter" : "ledger and letter"} in ${repository}, for a repository without a past`,
          ]
        : []),
    "- the contacts bag: with the recipient. Destroy every other copy, on every stick and in every mailbox, and every copy of",
    "  the public bag: only their digests stay, on the ledger",
    ...(names
      ? [
          "- keys/ of this folder: attestation.key and ledger.key are needed as long as the list stands, because people can still",
          "  leave by their codes. Start the form service again: it takes withdrawals and shows states, and nothing else",
        ]
      : [
          "- keys/ of this folder: attestation.key is of no use any more; ledger.key only as long as something is to be logged",
        ]),
    ...(local ? ["- demo-custodian/, if this was a trial: with it anybody opens the contacts bag"] : []),
    "- on GitHub: delete the campaign's repository. For 90 days its owner, and GitHub Support, can restore it; pull requests,",
    "  releases, caches and logs of workflows go with it, forks and clones do not",
    "- backups that are not in backups.json: those of the disk, of the host, of PostgreSQL (its log too), of the mail server",
    "- the old bytes on flash memory, until the disk is encrypted again or destroyed",
    "- copies of the public list that others have made",
  ].join("\n");
}
