import { setTimeout as timer } from "node:timers/promises";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Filing, GitHost, MainHistory } from "../git/host.ts";
import { telling } from "./api.ts";
import { type FilingPlace, fileOnGitHub, type Proposal } from "./filing.ts";
import { type GitHubReading, openGitHubMain } from "./main-reader.ts";

/** What the git host on GitHub works with. */
export type GitHubHosting = GitHubReading & {
  /** returns what is written on a sheet's pull request */
  readonly propose: (filing: Filing, main: MainHistory) => Proposal;
  /** waits for so many milliseconds; a timer by default */
  readonly pause?: FilingPlace["pause"];
};

/**
 * The campaign's repository on GitHub, where sheets are filed as pull requests.
 *
 * @throws LetterError `github`, `git`, `push-refused` or `push-taken` from each of its functions
 */
export function openGitHubHost({ propose, pause = timer, ...reading }: GitHubHosting): GitHost {
  const { api, mirror } = reading;
  const { remote, ...main } = openGitHubMain(reading);
  return {
    ...main,
    async file(filing) {
      // Asked each time, and free of charge while main has not moved. After a sheet was settled and its branch deleted, a
      // late retry must not create the branch again; and pushed on top of a history that was erased, it would bring that
      // history back.
      const known = await main.readMain();
      if (known.settled.sheets.has(filing.sheet)) return;
      if (!known.line.has(filing.base))
        throw new LetterError("git", "main lacks the commit that the sheet is based on");
      const proposal = propose(filing, known);
      await telling("filing a sheet", async () =>
        fileOnGitHub({ api, mirror, remote: await remote(), pause }, filing, proposal),
      );
    },
  };
}
