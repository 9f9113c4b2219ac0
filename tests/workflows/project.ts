import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { readLetterFilesIn } from "../../scripts/outside/git/letter-files.ts";
import { realCampaign } from "../support/campaigns/real-campaign.ts";
import type { WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { root } from "../support/source.ts";

/** Puts this project, as it is here, on main of the stand-in, with the keys of the campaign and nothing recorded yet; gives the letter's edition. */
export async function bringProject(campaign: WorkflowCampaign): Promise<string> {
  const { repository } = campaign.github;
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" });
  const paths = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0").filter(Boolean);
  const files = new Map<string, Buffer | string>();
  for (const path of paths) files.set(path, readFileSync(join(root, path)));
  files.set(".github/moderators.yml", campaign.mainFile(".github/moderators.yml"));
  const described = campaign
    .mainFile("content/campaign.yaml")
    .split("\n")
    .filter((line) => /^(ledger_vkey|attestation_key):/.test(line));
  files.set(
    "content/campaign.yaml",
    `${realCampaign(readFileSync(join(root, "content/campaign.yaml"), "utf8"), "pages")}\n${described.join("\n")}\n`,
  );
  repository.git("update-ref", "-d", "refs/heads/main");
  repository.commit("main", "the project", Object.fromEntries(files));
  const letter = await readLetterFilesIn(root);
  const texts = [...letter].filter(([path]) => path.endsWith("/letter.md"));
  return editionOf(new Map(texts.map(([path, text]) => [path.split("/")[1]!, text])));
}
