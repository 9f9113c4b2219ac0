import { afterAll, beforeAll, expect, it } from "vitest";
import { invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { ask } from "../support/servers/github-calls.ts";

const [early, second, late] = [invent(1, "name"), invent(2, "name"), invent(3, "name")];
const [FIRST, LATER, OTHER] = ["handover/2026-12-01", "handover/2026-12-02", "v1.0"];

let campaign: WorkflowCampaign;
beforeAll(async () => {
  campaign = await makeWorkflowCampaign();
  await pass(1, early, second);
  release(FIRST);
  await pass(2, late);
  release(LATER);
  release(OTHER);
});
afterAll(() => campaign.close());

it("keeps the releases of handovers as long as everybody of them stays", async () => {
  expect((await accept()).releases).toEqual({ deleted: [], troubles: [] });
  expect(tags()).toEqual([FIRST, LATER, OTHER]);
});

it("deletes the release of every handover that names somebody who has left, and no other, and keeps the tags", async () => {
  await leave(3, late);
  expect((await accept()).releases).toEqual({ deleted: [`1 person has left since ${LATER}`], troubles: [] });
  expect(tags()).toEqual([FIRST, OTHER]);
  expect(campaign.github.repository.git("tag", "--list").split("\n")).toEqual([FIRST, LATER, OTHER]);
});

it("says so in the log and in the summary of the run", async () => {
  await leave(4, early, second);
  const step = await campaign.run("accept");
  expect(step.code, step.output).toBe(0);
  for (const text of [step.output, step.summary]) expect(text).toContain(`2 people have left since ${FIRST}`);
  expect(tags()).toEqual([OTHER]);
});

it("says what stood in the way, and accepts all the same", async () => {
  campaign.github.state.releases.push({ ...campaign.github.state.releases[0]!, id: 7, tag: FIRST });
  campaign.github.setFault(({ operation }) => (operation.startsWith("DELETE") ? { status: 403 } : undefined));
  const { releases } = await accept();
  campaign.github.setFault();
  expect(releases.deleted).toEqual([]);
  expect(releases.troubles).toEqual([expect.stringContaining(`the release of ${FIRST} could not be deleted`)]);
  // The next run tries again.
  expect((await accept()).releases.deleted).toHaveLength(1);
});

it("needs no permission that the accept App does not have, and has no use for the file App's", async () => {
  const { github, organiser, acceptApp } = campaign;
  expect(acceptApp.permissions).toEqual({ contents: "write" });
  const made = (await ask(campaign, organiser.token, "releases", { tag_name: OTHER.concat(".1") })) as { id: number };
  expect(github.state.releases.map(({ id }) => id)).toContain(made.id);
  expect(github.problems).toEqual([]);
});

const tags = () => campaign.github.state.releases.map(({ tag }) => tag);

function release(tag: string): void {
  const { repository, state } = campaign.github;
  repository.git("tag", tag, "main");
  const author = { id: campaign.organiser.id, login: "github-actions[bot]", type: "Bot" } as const;
  state.releases.push({ id: state.nextId(), tag, author, at: "2026-12-01T00:00:00Z" });
}

async function accept() {
  const report = await campaign.accept();
  campaign.publish();
  return report;
}

async function pass(number: number, ...people: readonly ReturnType<typeof invent>[]): Promise<void> {
  const rows = people.map(({ row }) => row);
  const pull = await campaign.fileSheet(sheetOf(number, rows));
  for (const moderator of campaign.moderators) await campaign.review(moderator, pull, "APPROVE");
  await accept();
}

async function leave(number: number, ...people: readonly ReturnType<typeof invent>[]): Promise<void> {
  const ids = people.map(({ row }) => row.id);
  await campaign.fileSheet(withdrawalsOf(number, ids));
}
