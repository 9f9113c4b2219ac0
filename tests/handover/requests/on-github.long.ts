import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle } from "../../../scripts/form-service/filing/settlement.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";
import { noticePath, parseNotice } from "../../../scripts/letter/handover/notice.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { readMainAt } from "../../../scripts/outside/git/repository.ts";
import { demoRecipients } from "../../../scripts/outside/seal/demo-custodian.ts";
import { openSeal } from "../../../scripts/outside/seal/seal.ts";
import { type Invented, invent, sheetOf } from "../../letter/invented.ts";
import { addToVault } from "../../support/campaigns/handover.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../../support/campaigns/workflow-campaign.ts";
import { makeServiceHost, nameCustodians, type ServiceHost } from "../../support/servers/github-service.ts";
import { runCommand } from "../../support/servers/service.ts";
import { bringProject } from "../../workflows/project.ts";

describe("a removal with GitHub", () => {
  let campaign: WorkflowCampaign;
  let host: ServiceHost;
  let store: Store;
  let people: Invented[];
  let index: string;
  beforeAll(async () => {
    campaign = await makeWorkflowCampaign();
    const edition = await bringProject(campaign);
    await nameCustodians(campaign);
    campaign.site.content = new Map();
    host = await makeServiceHost(campaign, { MAIL_URL: "smtp://127.0.0.1:1" });
    await accept({ FIRST: "true" });
    people = [0, 1, 2].map((number) => invent(number, "name", edition));
    const sheet = sheetOf(
      1,
      people.map(({ row }) => row),
      edition,
    );
    const pull = await campaign.fileSheet(sheet);
    for (const moderator of campaign.moderators) await campaign.review(moderator, pull, "APPROVE");
    await accept();
    const seal = openSeal(await demoRecipients(join(host.dataDir, "custodians")));
    store = await openStore({ kind: "sqlite", path: join(host.dataDir, "service.db") });
    await addToVault(store, seal, people);
    const list = campaign.github.repository.read("main", "signatures/accepted/000.md").toString("utf8");
    index = /^\| (\d+) \|/.exec(list.split("\n").find((line) => line.includes(people[1]!.row.opening))!)![1]!;
  });
  afterAll(async () => {
    await store?.close();
    host?.remove();
    await campaign?.close();
  });

  const accept = async (more: Record<string, string> = {}) => {
    await campaign.accept(more);
    campaign.publish();
  };
  const run = (command: string, ...args: string[]) => {
    host.pull();
    return runCommand(command, args, host.settings, host.project);
  };
  const left = async () => {
    const ended = await run("doctor");
    return ended.stdout.split("\n").find((line) => line.includes("main's history"));
  };

  it("is a file for a pull request, and main, the list and the vault are without the row after the next accept", async () => {
    const before = campaign.github.repository.git("rev-parse", "main");
    const out = join(host.dataDir, "out");
    mkdirSync(out);
    const ended = await run("remove", index, "--yes", "--out", out);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is removed yet") });
    expect(campaign.github.repository.git("rev-parse", "main")).toBe(before);
    expect(readFileSync(join(host.dataDir, "requests.log"), "utf8")).toMatch(/ remove notice-written\n$/);
    expect(await left()).toContain("holds nobody who left or was refused");
    const text = readFileSync(join(out, `remove-${index}.md`), "utf8");
    campaign.github.repository.commit("main", "a reviewed notice", { [noticePath(parseNotice(text))]: text });
    await accept();
    const list = campaign.github.repository.read("main", "signatures/accepted/000.md").toString("utf8");
    expect(people.map(({ row }) => list.includes(row.opening))).toEqual([true, false, true]);
    const head = campaign.github.repository.git("rev-parse", "main");
    await settle(store, systemClock, await readMainAt(campaign.github.repository.path, head));
    const kept = await store.query.selectFrom("vault").select("id").execute();
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([people[0]!.row.id, people[2]!.row.id]));
    // A second run adds nothing, and the command says why.
    await accept();
    expect(campaign.github.repository.git("rev-parse", "main")).toBe(head);
    expect(await run("remove", index, "--yes", "--out", out)).toMatchObject({
      code: 1,
      stderr: `error: row ${index} has left the list already; nothing was changed\n`,
    });
    expect(await left()).toContain("of people who left or were refused: 1, the oldest since");
  });
});
