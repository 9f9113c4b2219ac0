import { join } from "node:path";
import { systemClock } from "../../../scripts/outside/clock.ts";
import type { GitHost } from "../../../scripts/outside/git-host.ts";
import { type GitHubApi, openGitHub } from "../../../scripts/outside/github.ts";
import { openGitHubHost } from "../../../scripts/outside/github-git-host.ts";
import { makeCampaign, type TestCampaign } from "../local-campaign.ts";
import type { Account, App } from "./account.ts";
import { type GitHub, type GitHubOptions, startGitHub } from "./github.ts";
import type { Ruleset } from "./ruleset.ts";

/** A campaign whose repository lies on GitHub, with the people and Apps of design section 3. */
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
  close(): Promise<void>;
};

/** Starts the stand-in with a campaign's main and the rules that keep everybody but accept away from it. */
export async function makeGitHubCampaign(options: GitHubOptions = {}): Promise<GitHubCampaign> {
  const [local, github] = [await makeCampaign(), await startGitHub(options)];
  github.repository.git("fetch", "--quiet", local.repository.path, "+refs/heads/main:refs/heads/main");
  const fileApp = github.addApp("file", { contents: "write", pull_requests: "write" });
  const acceptApp = github.addApp("accept", { contents: "write" });
  github.state.rulesets.push(mainRules(acceptApp));
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
    });
  return {
    github,
    local,
    organiser: github.addAccount("organiser", "admin"),
    moderators: [github.addAccount("moderator-one", "triage"), github.addAccount("moderator-two", "triage")],
    fileApp,
    acceptApp,
    api,
    host: reopen(),
    reopen,
    async close() {
      local.remove();
      await github.close();
    },
  };
}

/** Design section 8: merging by hand is impossible, the accept App alone may pass. */
function mainRules(acceptApp: App): Ruleset {
  return {
    id: 1,
    name: "main",
    target: "branch",
    enforcement: "active",
    bypass_actors: [{ actor_id: acceptApp.id, actor_type: "Integration", bypass_mode: "always" }],
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      { type: "pull_request", parameters: { required_approving_review_count: 0 } },
      { type: "required_status_checks", parameters: { required_status_checks: [{ context: "code" }] } },
    ],
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z",
  };
}
