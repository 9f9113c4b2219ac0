import { formatRoot } from "../ledger/checkpoint.ts";
import type { KeptList } from "./kept-list.ts";
import type { Verified } from "./verification.ts";

/** A published letter that was verified, and the files beside what was verified. */
export type Found = Verified & {
  /** what the operating system left in the folder of a bag */
  readonly passedOver: readonly string[];
  /** files in the folder of a site that look like a part of list, ledger or letter, and are not */
  readonly strangers: readonly string[];
};

/** Strangers that are named one by one. */
const NAMED = 20;

/** Which keys were known from elsewhere, and not taken from the site itself. */
export type Pinned = { readonly ledger: boolean; readonly attestation: boolean };

/** The result in words; its last line begins with "ok: ". */
export function formatVerified(found: Found, pinned: Pinned): string {
  const { accepted, withdrawn, listed, size, root, kept, keptList, missingPages, passedOver, strangers, takenDown } =
    found;
  const lines = [
    ...(pinned.ledger
      ? []
      : ["the key was taken from the site: compare it with one from elsewhere, or pin it with --vkey"]),
    ...missingPages.map(
      (path) => `there is no page ${path}, as in a bag: what readers see there was not compared with the letter`,
    ),
    ...passedOver.map((path) => `passed over ${path}: the operating system left it there, it is not part of the bag`),
    ...strangers
      .slice(0, NAMED)
      .map((path) => `${path} does not belong to this letter: nothing on the ledger stands for it, so do not trust it`),
    ...(strangers.length > NAMED ? [`${strangers.length - NAMED} more files do not belong to this letter`] : []),
    ...kept.map(({ name, checkpoint, receipt }) =>
      receipt
        ? `${name}: entry ${receipt.index} is still there, and nothing among the first ${checkpoint.size} entries was taken out or rewritten`
        : `${name}: nothing among the first ${checkpoint.size} entries was taken out or rewritten, ${size - checkpoint.size} were added`,
    ),
    ...(takenDown
      ? ["the list was taken down after the purge, as the ledger allows: its rows cannot be checked here"]
      : []),
    ...(takenDown && !keptList ? ["if you kept a copy of the list, check it with --list FOLDER"] : []),
    ...(keptList ? keptListInWords(keptList) : []),
    `ok: ${accepted} accepted, ${withdrawn} withdrawn, ${listed} listed, tree size ${size}, root ${root}`,
  ];
  return lines.join("\n");
}

function keptListInWords({ proved, withdrawn, missing }: KeptList): string[] {
  return [
    `kept list: ${proved} rows are proved, each opens its accept entry on the ledger`,
    ...(withdrawn.length > 0
      ? [`kept list: withdrawn since, so no longer to be counted or shown: ${withdrawn.join(", ")}`]
      : []),
    ...(missing > 0 ? [`kept list: ${missing} signatures that count are not in it`] : []),
  ];
}

/** The result as one line of JSON. */
export function verifiedAsJson(found: Found, pinned: Pinned): string {
  const {
    accepted,
    withdrawn,
    listed,
    shown,
    size,
    root,
    kept,
    keptList,
    missingPages,
    passedOver,
    strangers,
    takenDown,
  } = found;
  const ofList = takenDown ? { listed, takenDown } : { listed, shown };
  const since = kept.map(({ name, checkpoint, receipt }) => ({
    file: name,
    size: checkpoint.size,
    root: formatRoot(checkpoint.root),
    ...(receipt ? { entry: receipt.index } : {}),
  }));
  return JSON.stringify({
    ...{ ok: true, accepted, withdrawn, ...ofList, size, root, pinned: pinned.ledger },
    ...(pinned.attestation ? { attestationPinned: true } : {}),
    ...(since.length > 0 ? { since } : {}),
    ...(keptList ? { keptList } : {}),
    ...(missingPages.length > 0 ? { missingPages } : {}),
    ...(passedOver.length > 0 ? { passedOver } : {}),
    ...(strangers.length > 0 ? { strangers } : {}),
  });
}
