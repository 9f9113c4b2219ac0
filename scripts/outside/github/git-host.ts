import { fetchRefs, makeMirror } from "../git/fetch.ts";
import type { Filing, GitHost, MainHistory } from "../git/host.ts";
import { MAIN, mirrored, PENDING } from "../git/ref.ts";
import { readHead, readMainAt, readPendingSheets } from "../git/repository.ts";
import { type GitHubApi, gitHubError, hasStatus } from "./api.ts";
import { fileOnGitHub, type Proposal } from "./filing.ts";
import { readOpenPulls } from "./reviews.ts";

/** What the git host on GitHub works with. */
export type GitHubHosting = {
  readonly api: GitHubApi;
  /** folder of a bare repository on this machine that follows main */
  readonly mirror: string;
  /** `https://github.com` unless told */
  readonly serverUrl?: string;
  /** what stands on a sheet's pull request */
  readonly propose: (filing: Filing, main: MainHistory) => Proposal;
};

/**
 * The campaign's repository on GitHub.
 *
 * Main is read through git into a mirror, not through the API: the record and its history are thousands of objects,
 * fetching what is new is one exchange that counts against no limit, and the same code reads it as on one machine.
 * Only whether main has moved is asked through the API: an unchanged answer (304) costs nothing.
 *
 * @throws LetterError `github` or `git` from each of its functions
 */
export function openGitHubHost({ api, mirror, serverUrl = "https://github.com", propose }: GitHubHosting): GitHost {
  const url = `${serverUrl}/${api.owner}/${api.repo}.git`;
  let seen: { sha: string; etag: string } | undefined;
  let known: MainHistory | undefined;

  const head = () =>
    telling("asking where main stands", async () => {
      const octokit = await api.octokit();
      try {
        const { data, headers } = await octokit.request("GET /repos/{owner}/{repo}/git/ref/{ref}", {
          owner: api.owner,
          repo: api.repo,
          ref: "heads/main",
          ...(seen === undefined ? {} : { headers: { "if-none-match": seen.etag } }),
        });
        seen = { sha: data.object.sha, etag: headers.etag ?? "" };
      } catch (cause) {
        if (seen === undefined || !hasStatus(cause, 304)) throw cause;
      }
      return seen.sha;
    });
  const readMain = async (): Promise<MainHistory> => {
    if (known !== undefined && known.commit === (await head())) return known;
    return telling("reading main", async () => {
      await makeMirror(mirror);
      await fetchRefs(mirror, { url, token: await api.token() }, [mirrored(MAIN)]);
      known = await readMainAt(mirror, await readHead(mirror));
      return known;
    });
  };
  return {
    head,
    readMain,
    async file(filing) {
      // Nothing is asked that is known: the calls of a filing are counted.
      const main = known?.line.has(filing.base) ? known : await readMain();
      await telling("filing a sheet", () => fileOnGitHub(api, mirror, filing, propose(filing, main)));
    },
    openSheets: () => telling("reading the reviews", () => readOpenPulls(api)),
    pendingSheets: () =>
      telling("reading the pending sheets", async () => {
        await makeMirror(mirror);
        // Main too: another instance may have filed on top of one that is newer than what is here.
        const refs = [MAIN, `${PENDING}/*`].map(mirrored);
        await fetchRefs(mirror, { url, token: await api.token() }, refs);
        return readPendingSheets(mirror);
      }),
  };
}

async function telling<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw gitHubError(doing, cause);
  }
}
