import { isHandoverTag } from "../../letter/handover/notice.ts";
import { type GitHubApi, telling } from "./api.ts";

/** The release that holds the public bag of a handover. */
export type HandoverRelease = { readonly id: number; readonly tag: string };

/** Reads which handovers have a release: drafts too, as far as this identity may see them. @throws LetterError `github` */
export function readHandoverReleases(api: GitHubApi): Promise<HandoverRelease[]> {
  const { owner, repo } = api;
  return telling("reading the releases", async () => {
    const octokit = await api.octokit();
    const all = await octokit.paginate("GET /repos/{owner}/{repo}/releases", { owner, repo, per_page: 100 });
    return all.map((one) => ({ id: one.id, tag: one.tag_name })).filter(({ tag }) => isHandoverTag(tag));
  });
}

/** Deletes a release with its files. Its tag stays: it only names a commit of main. @throws LetterError `github` */
export async function deleteRelease(api: GitHubApi, { id }: HandoverRelease): Promise<void> {
  const { owner, repo } = api;
  await telling("deleting a release", async () => {
    const octokit = await api.octokit();
    await octokit.request("DELETE /repos/{owner}/{repo}/releases/{release_id}", { owner, repo, release_id: id });
  });
}
