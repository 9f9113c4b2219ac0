import { cpSync } from "node:fs";
import { join } from "node:path";
import type { ReviewAct } from "../../../scripts/letter/review/moderation.ts";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import type { GitHost } from "../../../scripts/outside/git/host.ts";
import { type GitHubApi, openGitHub } from "../../../scripts/outside/github/api.ts";
import { openGitHubHost } from "../../../scripts/outside/github/git-host.ts";
import { type ListedPull, listOpenPulls, readReviews } from "../../../scripts/outside/github/reviews.ts";
import { makeCampaign, type TestCampaign } from "../campaigns/local-campaign.ts";
import type { Account, App } from "./account.ts";
import { mustAsk } from "./ask.ts";
import { type GitHub, type GitHubOptions, startGitHub } from "./github.ts";

/** A campaign whose repository is on GitHub, with the people and Apps that `.github/threat-model.md` tells apart. */
export type GitHubCampaign = {
  readonly github: GitHub;
  /** the same campaign on this machine, to compare with */
  readonly local: TestCampaign;
  readonly organiser: Account;
  readonly moderators: readonly [Account, Account];
  readonly fileApp: App;
  readonly acceptApp: App;
  readonly api: GitHubApi;
  readonly host: GitHost;
  /** the host as a process sees it that has just started */
  reopen(): GitHost;
  /** the sheets that wait for review, with what was said about them, as accept reads them */
  openPulls(): Promise<{ sheet: string; commit: string; number: number; acts: readonly ReviewAct[] }[]>;
  close(): Promise<void>;
};

/** Starts the stand-in with a campaign's main and the rules that keep everybody but accept away from it. */
export async function makeGitHubCampaign(options: GitHubOptions = {}): Promise<GitHubCampaign> {
  const [local, github] = [await makeCampaign(), await startGitHub(options)];
  cpSync(join(local.repository.path, "objects"), join(github.repository.path, "objects"), { recursive: true });
  github.repository.git("update-ref", "refs/heads/main", local.repository.git("rev-parse", "main"));
  const fileApp = github.addApp("file", { contents: "write", pull_requests: "write" });
  const acceptApp = github.addApp("accept", { contents: "write" });
  const organiser = github.addAccount("organiser", "admin");
  await mustAsk(github, organiser.token, "POST", "rulesets", mainRules(acceptApp));
  const api = openGitHub({
    repository: github.name,
    as: { appId: fileApp.id, privateKey: fileApp.privateKey },
    apiUrl: github.origin,
    clock: systemClock,
  });
  let mirrors = 0;
  const reopen = () =>
    openGitHubHost({
      api,
      mirror: join(local.folder, `mirror-${++mirrors}.git`),
      serverUrl: github.origin,
      propose: ({ sheet }) => ({ title: `Sheet ${sheet}`, body: "" }),
      // What the API does not know yet is counted in requests, so nothing is gained by waiting.
      pause: async () => {},
    });
  return {
    github,
    local,
    organiser,
    moderators: [github.addAccount("moderator-one", "triage"), github.addAccount("moderator-two", "triage")],
    fileApp,
    acceptApp,
    api,
    host: reopen(),
    reopen,
    async openPulls() {
      const pulls = (await listOpenPulls(api)).filter(({ isDraft }) => !isDraft);
      const linesOf = async ({ sheet, commit }: ListedPull) =>
        github.repository.read(commit, sheetPath(sheet)).toString("utf8").split("\n");
      const open = [];
      for await (const one of readReviews(api, pulls, { linesOf, clock: systemClock })) {
        if ("cause" in one) throw one.cause;
        if ("isOverlong" in one) throw new Error("more was said about it than is read");
        const { sheet, commit, number } = one.pull;
        open.push({ sheet, commit, number, acts: one.acts });
      }
      return open;
    },
    async close() {
      local.remove();
      await github.close();
    },
  };
}

/** Nobody can merge by hand: only the accept App may bypass the rule. */
function mainRules(acceptApp: App): object {
  return {
    name: "main",
    target: "branch",
    enforcement: "active",
    bypass_actors: [{ actor_id: acceptApp.id, actor_type: "Integration", bypass_mode: "always" }],
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      {
        type: "pull_request",
        parameters: {
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 0,
          required_review_thread_resolution: false,
        },
      },
      {
        type: "required_status_checks",
        parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: "code" }] },
      },
    ],
  };
}
