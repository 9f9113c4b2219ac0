import { LetterError } from "../letter/bytes/error.ts";
import { bearsOnWordings } from "../letter/handover/wordings.ts";
import { loggedEdition } from "../letter/signature/record.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { editionOf } from "../letter/text/edition.ts";
import { CAMPAIGN_PATH, readServedFilesIn } from "../outside/git/letter-files.ts";
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
 * Checks that the service shows the consents and notices of main, with main's recipient: by main's history the handover
 * says what people agreed to.
 *
 * @param here files of the working folder by path, see `readServedFilesIn`
 * @param onMain gives the text of a file on main
 * @throws LetterError `content` that names the file
 */
export async function assertSameWordings(
  here: ReadonlyMap<string, string>,
  onMain: (path: string) => Promise<string | undefined>,
): Promise<void> {
  const refuse = (path: string) => {
    throw new LetterError(
      "content",
      `${path} here says something else than on main: take main’s content/ (git pull), or have the change reviewed first`,
    );
  };
  for (const [path, text] of here) {
    if (path === CAMPAIGN_PATH) {
      const names = [text, (await onMain(path)) ?? ""].map((yaml) =>
        JSON.stringify(parseCampaign(yaml).recipient.name),
      );
      if (names[0] !== names[1]) refuse(path);
    } else if (bearsOnWordings(path) && (await onMain(path)) !== text) refuse(path);
  }
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
