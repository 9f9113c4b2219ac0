import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse } from "../../../scripts/accept/rehearsal/rehearsal.ts";
import { rehearseThrowAway } from "../../../scripts/accept/rehearsal/sitting.ts";
import { STEPS } from "../../../scripts/accept/rehearsal/steps.ts";
import { hurryTime } from "../../support/browsers/hurry.ts";
import { inventedPeople } from "./invented-people.ts";
import { makeThrowAway, type ThrowAway } from "./throw-away-campaign.ts";

let campaign: ThrowAway;
let folder: string;
let realTime: () => void;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-rehearsed-"));
  realTime = hurryTime();
  campaign = await makeThrowAway();
});
afterAll(async () => {
  realTime();
  await campaign.close();
  rmSync(folder, { recursive: true });
});

describe("a rehearsal against the stand-in", () => {
  it("goes from end to end: what the program and people try is as believed", async () => {
    const out = join(folder, "report.md");
    const said: string[] = [];
    const { report } = await rehearseThrowAway(campaign.stage, STEPS, {
      ...{ repository: campaign.github.name, people: inventedPeople(campaign), out },
      ...{ secrets: [campaign.organiser.token], say: (line) => said.push(line) },
    });
    console.log(said.join("\n"));
    const { outcomes } = JSON.parse(report) as { outcomes: { id: string; state: string; seen: string }[] };
    expect(outcomes.filter(({ state }) => state === "failed")).toEqual([]);
    expect(outcomes.filter(({ state }) => state === "ok").map(({ id }) => id)).toEqual(
      STEPS.filter(({ run }) => run !== undefined).map(({ id }) => id),
    );
    const text = readFileSync(out, "utf8");
    const { organiser, moderators, fileApp } = campaign;
    for (const secret of [organiser.token, fileApp.privateKey, ...moderators.map(({ login }) => login)])
      expect(text + report).not.toContain(secret);
  });
});
void rehearse;
