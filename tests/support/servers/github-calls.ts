import type { GitHubCampaign } from "../github/campaign.ts";

/** Opens a pull request for a branch as the form service does, or anyone who has its key; gives its number. */
export async function openPullRequest(campaign: GitHubCampaign, head: string, title = "Sheet"): Promise<number> {
  const answer = await ask(campaign, await campaign.api.token(), "pulls", { head, base: "main", title });
  return (answer as { number: number }).number;
}

/** A call in somebody's name. */
export async function ask({ github }: GitHubCampaign, token: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${github.origin}/repos/${github.name}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
