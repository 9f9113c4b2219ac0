import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatVkey, noteSigner } from "../../scripts/letter/ledger/note.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { readLetterFilesIn } from "../../scripts/outside/git/letter-files.ts";
import { keys, secrets } from "../letter/invented.ts";
import { realCampaign } from "../support/campaigns/real-campaign.ts";
import type { WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { root } from "../support/source.ts";

// The template's name is nobody's, and no real ledger begins under it.
const ORIGIN = "letter.sample-association.test/ledger";
/** The public key of the project's ledger, as `bringProject` names it. */
export const projectVkey = formatVkey(noteSigner(ORIGIN, secrets.ledger).verifier);

/** Puts this project, as it is here, on main of the stand-in, with the keys of the campaign and nothing recorded yet; gives the letter's edition. */
export async function bringProject(campaign: WorkflowCampaign): Promise<string> {
  const { repository } = campaign.github;
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" });
  const paths = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0").filter(Boolean);
  const files = new Map<string, Buffer | string>();
  for (const path of paths) files.set(path, readFileSync(join(root, path)));
  files.set(".github/moderators.yml", campaign.mainFile(".github/moderators.yml"));
  const described = realCampaign(readFileSync(join(root, "content/campaign.yaml"), "utf8"), "pages");
  files.set(
    "content/campaign.yaml",
    `${described.replace(/^ledger_origin: .*/m, `ledger_origin: ${ORIGIN}`)}
ledger_vkey: ${projectVkey}
attestation_key: ${keys.attestation}
`,
  );
  repository.git("update-ref", "-d", "refs/heads/main");
  repository.commit("main", "the project", Object.fromEntries(files));
  const letter = await readLetterFilesIn(root);
  const texts = [...letter].filter(([path]) => path.endsWith("/letter.md"));
  return editionOf(new Map(texts.map(([path, text]) => [path.split("/")[1]!, text])));
}
