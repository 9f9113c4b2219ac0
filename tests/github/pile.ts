import { expect, vi } from "vitest";
import { parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { idOf } from "../../scripts/letter/signature/derivation.ts";
import { formatSheet, type Sheet, sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { writeCommit } from "../../scripts/outside/git/commit.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { attestedMessage, invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { hurryTime, passTime } from "../support/browsers/hurry.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { hours } from "../support/fixtures.ts";
import type { Fault, GitHubCall } from "../support/github/fault.ts";
import type { GitHubOptions } from "../support/github/github.ts";
import { openPull } from "../support/github/routes/pull-routes.ts";

/** A pile of open sheets on GitHub, and accept's hourly runs over it. */
export type Pile = {
  readonly sheets: number;
  /** of these, the first so many are approved */
  readonly approved: number;
  readonly runs: number;
  readonly limits?: NonNullable<GitHubOptions["limits"]>;
  readonly fault?: (call: GitHubCall) => Fault | undefined;
  /** GitHub moves heads, and marks as merged, only between two runs */
  readonly late?: boolean;
};

type Run = { readonly calls: number; readonly postponed: number; readonly settled: number; readonly seconds: number };

/** How long GitHub takes for an answer, in milliseconds: cautious guesses, since a run may last 25 minutes only. */
const LATENCIES: Readonly<Record<string, number>> = { "POST /graphql": 2_000, "git fetch": 700, "git push": 700 };
const latencyOf = ({ operation }: GitHubCall) => LATENCIES[operation] ?? 400;

/**
 * Lets accept run until everything is taken over, once an hour. Asserts that nothing is lost or doubled, and that the
 * withdrawal is on the ledger after the first run that was not cut short.
 *
 * @returns how many calls each run made with the workflow's token, how many sheets it left and settled, and how long it
 *   would have taken
 */
export async function takeOver(pile: Pile): Promise<Run[]> {
  const campaign = await makeWorkflowCampaign(pile.limits ? { limits: pile.limits } : {});
  const realTime = hurryTime();
  try {
    return await runHourly(campaign, pile);
  } finally {
    realTime();
    campaign.github.setFault();
    await campaign.close();
  }
}

async function runHourly(campaign: WorkflowCampaign, pile: Pile) {
  const { github } = campaign;
  const sheets = Array.from({ length: pile.sheets }, (_, i) => sheetOf(100 + i, [invent(100 + i).row]));
  // Somebody on the last sheet has left already, and the sheet of it was filed last of all.
  const leaving = sheets[pile.approved - 1]!.rows[0]!.id;
  await file(campaign, [...sheets, withdrawalsOf(1, [leaving])], pile.approved);
  const runs: Run[] = [];
  const pending = () => github.repository.branches().filter((name) => name.startsWith("pending/")).length;
  const left = pile.sheets - pile.approved;
  for (let run = 0; run < pile.runs && pending() > left; run++) {
    const [before, calls] = [github.repository.log("main").length, github.calls.length];
    github.setLate(pile.late ?? false);
    const began = Date.now();
    github.setFault((call) => {
      passTime(latencyOf(call));
      return pile.fault?.(call);
    });
    const report = await campaign.accept().catch(() => undefined);
    const seconds = Math.round((Date.now() - began) / 1000);
    github.setFault();
    github.setLate(false);
    const mine = github.calls.slice(calls).filter(({ by }) => by === "github-actions").length;
    const settled = github.repository.log("main").length - before;
    runs.push({ calls: mine, postponed: report?.postponed.length ?? -1, settled, seconds });
    if (report) {
      // Withdrawals come first: whatever is left waits, but not this.
      expect(report.main.settled.withdrawn.has(leaving)).toBe(true);
      campaign.publish();
    }
    vi.advanceTimersByTime(hours(1));
  }
  const record = await readRecordAt(github.repository.path, github.repository.git("rev-parse", "main"));
  const wanted = sheets.slice(0, pile.approved).flatMap(({ rows }) => rows.map(({ id }) => id));
  const listed = record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32)));
  expect(listed.sort()).toEqual(wanted.filter((id) => id !== leaving).sort());
  for (const pull of github.state.pulls.filter(({ merged }) => merged)) {
    const answers = github.state.comments.filter((one) => one.pull === pull.number && /Checkpoint: \d/.test(one.body));
    expect(answers).toHaveLength(1);
  }
  expect(pending()).toBe(left);
  expect(github.limits.early).toEqual([]);
  return runs;
}

/** As filed, the first so many approved, without the calls of others: they are not what this is about. */
async function file({ github, moderators, fileApp }: WorkflowCampaign, sheets: readonly Sheet[], approved: number) {
  const { repository, state } = github;
  const parents = [repository.git("rev-parse", "main")];
  const commits: string[] = [];
  for (const sheet of sheets) {
    const files = new Map([[sheetPath(sheet.sheet), formatSheet(sheet)]]);
    const [message, committer, day] = [attestedMessage(sheet), "form service", "2026-11-24"] as const;
    commits.push(await writeCommit(repository.path, { parents, files, message, committer, day }));
  }
  const branches = sheets.map(({ sheet }) => `pending/${sheet}`);
  const moves = branches.map((branch, i) => `create refs/heads/${branch} ${commits[i]}\n`);
  state.objects.git(["update-ref", "--stdin"], { input: moves.join("") });
  const submittedAt = `${new Date(state.clock()).toISOString().slice(0, 19)}Z`;
  for (const [i, head] of branches.entries()) {
    const headSha = commits[i]!;
    const pull = openPull(state, { ...fileApp.bot, type: "Bot" }, { head, headSha, base: "main", title: "Sheet" });
    for (const { id, login } of i < approved ? moderators : [])
      pull.reviews.push({
        ...{ id: state.nextId(), author: { id, login, type: "User" }, body: "", state: "APPROVED", commit: headSha },
        submittedAt,
      });
  }
  // As GitHub keeps them: a file for each would be read again and again.
  repository.git("pack-refs", "--all");
}
