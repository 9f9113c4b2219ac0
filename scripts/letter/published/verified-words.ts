import { formatRoot } from "../ledger/checkpoint.ts";
import type { Verified } from "./verification.ts";

/** A published letter that was verified, and what the operating system left in the folder of a bag. */
export type Found = Verified & { readonly passedOver: readonly string[] };

/** Which keys were known from elsewhere, and not taken from the site itself. */
export type Pinned = { readonly ledger: boolean; readonly attestation: boolean };

/** The result in words; its last line begins with "ok: ". */
export function formatVerified(found: Found, pinned: Pinned): string {
  const { accepted, withdrawn, listed, size, root, kept, missingPages, passedOver } = found;
  const lines = [
    ...(pinned.ledger
      ? []
      : ["the key was taken from the site: compare it with one from elsewhere, or pin it with --vkey"]),
    ...missingPages.map(
      (path) => `there is no page ${path}, as in a bag: what readers see there was not compared with the letter`,
    ),
    ...passedOver.map((path) => `passed over ${path}: the operating system left it there, it is not part of the bag`),
    ...kept.map(({ name, checkpoint, receipt }) =>
      receipt
        ? `${name}: entry ${receipt.index} is still there, and nothing among the first ${checkpoint.size} entries was taken out or rewritten`
        : `${name}: nothing among the first ${checkpoint.size} entries was taken out or rewritten, ${size - checkpoint.size} were added`,
    ),
    `ok: ${accepted} accepted, ${withdrawn} withdrawn, ${listed} listed, tree size ${size}, root ${root}`,
  ];
  return lines.join("\n");
}

/** The result as one line of JSON. */
export function verifiedAsJson(found: Found, pinned: Pinned): string {
  const { accepted, withdrawn, listed, shown, size, root, kept, missingPages, passedOver } = found;
  const since = kept.map(({ name, checkpoint, receipt }) => ({
    file: name,
    size: checkpoint.size,
    root: formatRoot(checkpoint.root),
    ...(receipt ? { entry: receipt.index } : {}),
  }));
  return JSON.stringify({
    ...{ ok: true, accepted, withdrawn, listed, shown, size, root, pinned: pinned.ledger },
    ...(pinned.attestation ? { attestationPinned: true } : {}),
    ...(since.length > 0 ? { since } : {}),
    ...(missingPages.length > 0 ? { missingPages } : {}),
    ...(passedOver.length > 0 ? { passedOver } : {}),
  });
}
