import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { parseCampaign } from "../../letter/text/campaign.ts";
import { CAMPAIGN_PATH } from "../../outside/git/letter-files.ts";
import { readText } from "../../outside/git/object.ts";
import { telling } from "../../outside/github/api.ts";
import { readMain, type Stage } from "./stage.ts";

/** The topic of a repository that may be rehearsed on; a name with the word `rehearsal` does as well. */
export const TOPIC = "undersigned-rehearsal";
const NAME = /(^|[-_.])rehearsal([-_.]|$)/i;
/** RFC 2606 and RFC 6761: nobody has a mailbox there. Accept takes those at example.org for the template’s. */
const NOBODYS = /@([a-z0-9-]+\.)+(test|example|invalid|localhost)$/i;
const RECIPIENT = /\brehearsal\b|تمرین/i;

/**
 * Refuses to rehearse on what may be a real campaign: invented names would come to a list that somebody counts.
 *
 * @param begun a rehearsal of this repository has begun before, so that its list has rows and it may have a release
 * @throws LetterError `rehearsal` with what to do
 */
export async function assertThrowAway(stage: Stage, begun: boolean): Promise<void> {
  const { owner, repo } = stage.organiser;
  const octokit = await stage.organiser.octokit();
  const { data } = await telling("reading the repository", () =>
    octokit.request("GET /repos/{owner}/{repo}", { owner, repo }),
  );
  if (!NAME.test(repo) && !data.topics?.includes(TOPIC))
    throw live(`it has neither the word rehearsal in its name nor the topic ${TOPIC}: make a repository for it`);
  if (!data.private && !stage.isPublic) throw live("it is public: say --public if the campaign will be, too");
  const route = "GET /repos/{owner}/{repo}/releases";
  const releases = await telling("reading the releases", () => octokit.request(route, { owner, repo, per_page: 1 }));
  if (!begun && releases.data.length > 0) throw live("it has a release");
  const main = await readMain(stage);
  const campaign = parseCampaign((await readText(stage.mirror, main.commit, CAMPAIGN_PATH)) ?? "");
  const { recipient, contact } = campaign;
  if (!Object.values(recipient.name).every((name) => RECIPIENT.test(name)))
    throw live(
      `${CAMPAIGN_PATH} names a recipient without the word “rehearsal” («تمرین»): write an invented one there`,
    );
  if (![contact, recipient.contact ?? contact].every((address) => NOBODYS.test(address)))
    throw live(`${CAMPAIGN_PATH} names an address that somebody may have: use one at rehearsal.example`);
  if (campaign.attestation_key !== formatBase64url(stage.key.publicKey))
    throw live(`the attestation key given here is not the one of ${CAMPAIGN_PATH} on its main`);
  if (!begun && main.record.entries.some((entry) => entry.includes(" accept ")))
    throw live(
      "its ledger has signatures: begin with a new one, or name with --out the report of the rehearsal that made them",
    );
}

function live(why: string): LetterError {
  return new LetterError("rehearsal", `this may be a real campaign, and nothing was done: ${why}`);
}
