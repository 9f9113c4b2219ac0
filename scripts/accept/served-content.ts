import { LetterError } from "../letter/bytes/error.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { editionOf } from "../letter/text/edition.ts";
import type { Content } from "../site/views/read-content.ts";
import { campaignKeys } from "./campaign-keys.ts";

/**
 * Checks that the service has the keys of main: the workflows believe no others, and would refuse every sheet.
 *
 * @param onMain the text of `content/campaign.yaml` on main
 * @throws LetterError `keys` when main names none, `content` when they are others
 */
export function assertSameKeys({ campaign }: Pick<Content, "campaign">, onMain: string | undefined): void {
  campaignKeys(onMain);
  const keysOf = ({ ledger_vkey, attestation_key, recipient }: Content["campaign"]) =>
    JSON.stringify([ledger_vkey, attestation_key, recipient.age]);
  if (keysOf(parseCampaign(onMain ?? "")) === keysOf(campaign)) return;
  throw new LetterError(
    "content",
    "content/campaign.yaml here names other keys than on main: take main’s content/ (git pull)",
  );
}

/**
 * Checks that the service has the edition on the ledger, which people sign: it must not speak for another text.
 *
 * @param logged undefined when there is none on the ledger yet, which is no error
 * @throws LetterError `edition` when it has another
 */
export function assertLogged(
  { letterTexts }: { letterTexts: ReadonlyMap<string, string> },
  logged: string | undefined,
): void {
  if (logged === undefined || logged === editionOf(letterTexts)) return;
  throw new LetterError(
    "edition",
    "the letter in content/ is not the edition on the ledger: take main’s content/ (git pull), or wait until accept has put its change on the ledger",
  );
}
