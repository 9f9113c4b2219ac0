import type { Filing, GitHost, MainHistory } from "../git/host.ts";
import { telling } from "./api.ts";
import { fileOnGitHub, type Proposal } from "./filing.ts";
import { type GitHubReading, openGitHubMain } from "./main-reader.ts";

/** What the git host on GitHub works with. */
export type GitHubHosting = GitHubReading & {
  /** returns what is written on a sheet's pull request */
  readonly propose: (filing: Filing, main: MainHistory) => Proposal;
};

/**
 * The campaign's repository on GitHub, where sheets are filed as pull requests.
 *
 * @throws LetterError `github` or `git` from each of its functions
 */
export function openGitHubHost({ propose, ...reading }: GitHubHosting): GitHost {
  const { api, mirror } = reading;
  const { readMainSince, ...main } = openGitHubMain(reading);
  return {
    ...main,
    async file(filing) {
      // Nothing is asked that is known: the calls of a filing are counted.
      const main = await readMainSince(filing.base);
      await telling("filing a sheet", () => fileOnGitHub(api, mirror, filing, propose(filing, main)));
    },
  };
}
