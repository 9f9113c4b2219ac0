import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proposalProblems } from "../../scripts/accept/proposal-problems.ts";
import { pushHostile, readHostilePulls } from "../support/campaigns/hostile-pull.ts";
import { accepted, good, refusedRow, withdrawals } from "../support/campaigns/hostile-sheet.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { openPullRequest } from "../support/servers/github-calls.ts";
import { root } from "../support/source.ts";

// All cases, and what accept does with them, are in hostile-pulls.long.ts.
let campaign: WorkflowCampaign;
const cases = readHostilePulls();
const everySixth = cases.filter((_, i) => i % 6 === 0);

beforeAll(async () => {
  campaign = await makeWorkflowCampaign();
  const pull = await campaign.fileSheet(accepted);
  for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE", `refuse ${refusedRow} fake-name`);
  await campaign.accept();
  await campaign.fileSheet(withdrawals);
  await campaign.accept();
});
afterAll(() => campaign.close());

describe("what is said about a pull request that", () => {
  it.each(everySixth)("$name: $verdict", async (hostile) => {
    const { repository } = campaign.github;
    const commit = pushHostile(repository, hostile);
    try {
      expect(await proposalProblems(repository.path, hostile.branch, commit)).toEqual(hostile.verdict);
      expect(JSON.stringify(hostile.verdict)).not.toMatch(/Azadi|evil|owned|touch/);
    } finally {
      repository.git("update-ref", "-d", `refs/heads/${hostile.branch}`);
    }
  });
});

describe("the workflow validate", () => {
  const validate = async (name: string) => {
    const number = await propose(name);
    const result = await campaign.run("validate", campaign.proposal(number));
    takeAway(number);
    return result;
  };

  it("names every row that is wrong, one a line, and fails", async () => {
    const { code, summary, output } = await validate("changes-every-row");
    expect(code).toBe(1);
    expect(summary.match(/<li>row \d: the row is not attested/g)).toHaveLength(good.rows.length);
    expect(output.match(/^::error::row \d: /gm)).toHaveLength(good.rows.length);
    expect(output + summary).not.toContain(good.rows.find((row) => row.name)!.name);
  });

  it.each([
    "names-a-file-like-a-workflow-command",
    "names-a-file-with-a-line-feed",
    "title-with-a-line-feed",
    "branch-like-a-shell-command",
    "brings-a-script",
  ])("gives the runner no command and the page no markup: %s", async (name) => {
    const { code, summary, output, outputs } = await validate(name);
    expect(code).toBe(1);
    expect(outputs).toEqual({});
    expect(output.split("\n").filter((line) => line.startsWith("::") && !line.startsWith("::error::"))).toEqual([]);
    expect(output + summary).not.toMatch(/owned|touch|##\[|set-output|evil/);
    expect(existsSync(join(root, "ran"))).toBe(false);
  });

  it("passes the sheet that is right", async () => {
    const number = await campaign.fileSheet(good);
    const { code, summary } = await campaign.run("validate", campaign.proposal(number));
    takeAway(number);
    expect(code).toBe(0);
    expect(summary).toContain("This sheet can be reviewed.");
  });
});

describe("the workflow code", () => {
  it.each(["edits-the-list", "edits-the-ledger", "clashes-in-case", "edits-a-workflow"])(
    "does not give its check to a sheet: %s",
    async (name) => {
      const number = await propose(name);
      const { code, output } = await campaign.run("code", campaign.proposal(number));
      takeAway(number);
      expect(code).toBe(1);
      expect(output).toContain("changes the record below signatures/, which only accept writes");
    },
  );

  it("gives it to a change of code", async () => {
    campaign.github.repository.git("update-ref", "refs/heads/change", "main");
    campaign.github.repository.commit("change", "x", { "README.md": "x\n" });
    const { code, output } = await campaign.run("code", campaign.proposal(await openPullRequest(campaign, "change")));
    expect(code, output).toBe(0);
  });
});

async function propose(name: string): Promise<number> {
  const hostile = cases.find((one) => one.name === name)!;
  pushHostile(campaign.github.repository, hostile);
  return openPullRequest(campaign, hostile.branch, hostile.title);
}

function takeAway(number: number): void {
  const pull = campaign.github.state.pulls.find((one) => one.number === number)!;
  pull.state = "closed";
  campaign.github.repository.git("update-ref", "-d", `refs/heads/${pull.head}`);
}
