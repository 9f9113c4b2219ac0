import { LetterError } from "../letter/bytes/error.ts";
import { loggedEdition } from "../letter/signature/record.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { editionOf } from "../letter/text/edition.ts";
import { readServedFilesIn } from "../outside/git/letter-files.ts";
import type { LocalGitHost } from "../outside/git/local-host.ts";
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

/**
 * Puts on main of this machine's campaign what its pages are about to show: what people agree to and are told, and the
 * recipient's name. The handover reads from main's history which wording was live on which day. A changed letter stays
 * away: `npm run edition` puts it on main, and until then nothing is served.
 *
 * @param folder the working folder whose `content/` is served
 */
export async function recordServedTexts(
  host: Pick<LocalGitHost, "readMain" | "commitText">,
  { letterTexts }: Pick<Content, "letterTexts">,
  { folder, day }: { folder: string; day: string },
): Promise<void> {
  const logged = loggedEdition((await host.readMain()).record.entries);
  if (logged !== undefined && logged !== editionOf(letterTexts)) return;
  await host.commitText(await readServedFilesIn(folder), day, "change what the pages say\n");
}
