import { parseBase64url } from "../letter/bytes/base64url.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { type NoteVerifier, parseVkey } from "../letter/ledger/note.ts";
import { parseCampaign } from "../letter/text/campaign.ts";

/** The public keys that a campaign has committed to. */
export type CampaignKeys = { readonly ledger: NoteVerifier; readonly attestation: Uint8Array };

/**
 * Parses the public keys of `content/campaign.yaml` on main. They were reviewed there, so the workflows trust no
 * others.
 *
 * @throws LetterError `keys` when it names none, or the ledger's key has another name than the ledger
 */
export function campaignKeys(text: string | undefined): CampaignKeys {
  const { ledger_origin, ledger_vkey, attestation_key } = parseCampaign(text ?? "");
  if (ledger_vkey === undefined || attestation_key === undefined) {
    throw new LetterError("keys", "content/campaign.yaml on main names no ledger_vkey and attestation_key: set them");
  }
  const ledger = parseVkey(ledger_vkey);
  if (ledger.name !== ledger_origin) {
    throw new LetterError("keys", "content/campaign.yaml on main: ledger_vkey is not the key of ledger_origin");
  }
  return { ledger, attestation: parseBase64url(attestation_key, 32) };
}
