import { rm } from "node:fs/promises";
import { LetterError } from "../../letter/bytes/error.ts";
import { fetchRefs, makeMirror } from "../git/fetch.ts";
import type { GitHost, MainHistory } from "../git/host.ts";
import { listRemoteRefs } from "../git/push.ts";
import { MAIN, mirrored, PENDING } from "../git/ref.ts";
import { readHead, readMainAt, readPendingSheets } from "../git/repository.ts";
import type { Remote } from "../git/run.ts";
import { type GitHubApi, hasStatus, telling } from "./api.ts";
import { listOpenPulls } from "./reviews.ts";

/** What is needed to read a campaign's repository on GitHub. */
export type GitHubReading = {
  readonly api: GitHubApi;
  /** folder of a bare repository on this machine that follows main */
  readonly mirror: string;
  /** by default `https://github.com` */
  readonly serverUrl?: string;
};

const NO_PULL =
  "it has a branch and no open pull request: reopen the pull request, or delete the branch, and its signatures are filed again";

/** Reads main and the branches of sheets on GitHub; it changes nothing there. */
export type GitHubMainReader = Pick<GitHost, "head" | "pendingBranches" | "pendingSheets" | "undecidable"> & {
  readMain(): Promise<MainHistory>;
  /** the repository for git over HTTP, with a token that is good for some minutes at least */
  remote(): Promise<Remote>;
};

/**
 * Opens a campaign's repository on GitHub for reading.
 *
 * Main is read through git into a mirror, not through the API: the record and its history are thousands of objects,
 * a fetch gets the new ones in one exchange without a rate limit, and the same code reads them as on one machine.
 * Only whether main has moved is asked through the API: an unchanged answer (304) costs nothing.
 *
 * @throws LetterError `github` or `git` from each of its functions
 */
export function openGitHubMain({ api, mirror, serverUrl = "https://github.com" }: GitHubReading): GitHubMainReader {
  const remote = async (): Promise<Remote> => ({
    url: `${serverUrl}/${api.owner}/${api.repo}.git`,
    token: await api.token(),
  });
  let seen: { sha: string; etag: string } | undefined;
  let known: MainHistory | undefined;

  const head = () =>
    telling("asking for the commit of main", async () => {
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
      await fetchRefs(mirror, await remote(), "main", [mirrored(MAIN)]);
      known = await readMainAt(mirror, await readHead(mirror));
      return known;
    });
  };
  const fetchPending = async () => {
    await makeMirror(mirror);
    // Fetch main too: another instance may have filed on top of a newer commit than the one here.
    const refs = [MAIN, `${PENDING}/*`].map(mirrored);
    await fetchRefs(mirror, await remote(), "the pending sheets", refs);
  };
  return {
    head,
    readMain,
    remote,
    pendingBranches: () =>
      telling("listing the pending sheets", async () => {
        const refs = await listRemoteRefs(mirror, await remote(), [`${PENDING}/*`]);
        return new Map([...refs].map(([ref, commit]) => [ref.slice(PENDING.length + 1), commit]));
      }),
    pendingSheets: (only) =>
      telling("reading the pending sheets", async () => {
        await fetchPending();
        try {
          return await readPendingSheets(mirror, only, "throw");
        } catch (cause) {
          if (!(cause instanceof LetterError && cause.code === "damaged")) throw cause;
          // It is the copy on this machine that is damaged, and git does not fetch what it believes to have.
          await rm(mirror, { recursive: true, force: true });
          known = undefined;
          await fetchPending();
          return readPendingSheets(mirror, only);
        }
      }),
    undecidable: () =>
      telling("reading the pull requests", async () => {
        const branches = await listRemoteRefs(mirror, await remote(), [`${PENDING}/*`]);
        const open = await listOpenPulls(api);
        const seen = new Set(open.map(({ sheet }) => sheet));
        const sheets = [...branches.keys()].map((ref) => ref.slice(PENDING.length + 1));
        return new Map(sheets.filter((sheet) => !seen.has(sheet)).map((sheet) => [sheet, NO_PULL]));
      }),
  };
}
