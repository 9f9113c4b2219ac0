import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse } from "../../../scripts/accept/rehearsal/rehearsal.ts";
import { rehearseThrowAway } from "../../../scripts/accept/rehearsal/sitting.ts";
import type { Answer, Outcome } from "../../../scripts/accept/rehearsal/step.ts";
import { STEPS } from "../../../scripts/accept/rehearsal/steps.ts";
import { assertThrowAway } from "../../../scripts/accept/rehearsal/throw-away.ts";
import { hurryTime } from "../../support/browsers/hurry.ts";
import { BROKEN, keepSettings } from "./broken-settings.ts";
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

const nobody = async (): Promise<Answer> => ({ skipped: "nobody is here" });
/** How many calls have changed something; a fetch has not. */
const calls = () =>
  campaign.github.calls.filter(({ operation, sends }) =>
    operation.startsWith("git ") ? sends : !operation.startsWith("GET "),
  ).length;

describe("a repository that may be real", () => {
  const change = (path: string, from: string | RegExp, to: string) => {
    const { repository } = campaign.github;
    const text = campaign.mainFile(path).replace(from, to);
    repository.commit("main", "organisers: change\n", { [path]: text });
  };
  const YAML = "content/campaign.yaml";

  it.each<[string, () => (() => void) | undefined, RegExp]>([
    [
      "has another name",
      () => {
        const { repository } = campaign.github.state;
        Object.assign(repository, { name: "letter" });
        Object.assign(campaign.stage.organiser, { repo: "letter" });
        return () => {
          Object.assign(repository, { name: "letter-rehearsal" });
          Object.assign(campaign.stage.organiser, { repo: "letter-rehearsal" });
        };
      },
      /neither the word rehearsal/,
    ],
    [
      "is public",
      () => {
        campaign.github.state.repository.private = false;
        return () => Object.assign(campaign.github.state.repository, { private: true });
      },
      /it is public/,
    ],
    [
      "has a release",
      () => {
        const { releases } = campaign.github.state;
        const author = { id: 1, login: "organiser", type: "User" } as const;
        releases.push({ id: 7, tag: "handover/2026-01-01", author, at: "2026-01-01T00:00:00Z" });
        return () => void releases.pop();
      },
      /it has a release/,
    ],
    [
      "names a real recipient",
      () => {
        change(YAML, "en: Rehearsal", "en: An Organisation");
        return () => change(YAML, "en: An Organisation", "en: Rehearsal");
      },
      /names a recipient/,
    ],
    [
      "names an address that somebody may have",
      () => {
        change(YAML, "letter@rehearsal.example", "letter@a-real-domain.org");
        return () => change(YAML, "letter@a-real-domain.org", "letter@rehearsal.example");
      },
      /an address that somebody may have/,
    ],
  ])("is refused before anything is done: it %s", async (_what, make, why) => {
    const undo = make();
    const before = calls();
    try {
      await expect(assertThrowAway(campaign.stage, false)).rejects.toThrow(why);
    } finally {
      undo?.();
    }
    expect(calls()).toBe(before);
    await expect(assertThrowAway(campaign.stage, false)).resolves.toBeUndefined();
  });

  it("is refused when another name was typed", async () => {
    const sitting = { repository: "a/b", people: nobody, out: join(folder, "none"), secrets: [], say: () => {} };
    await expect(rehearseThrowAway(campaign.stage, STEPS, sitting)).rejects.toThrow(/not begun/);
  });
});

describe("ten settings that somebody has broken", () => {
  it.each(BROKEN)("$what: found, with what to do", async ({ named, seenBy, breakIt }) => {
    const back = keepSettings(campaign);
    breakIt(campaign);
    const wanted = ["settings", seenBy];
    const steps = STEPS.filter(({ id }) => wanted.includes(id));
    const outcomes = await rehearse(campaign.restart(), steps, { people: nobody }).finally(back);
    expect(outcomes.map(({ id, state }) => [id, state])).toEqual(steps.map(({ id }) => [id, "failed"]));
    const { seen } = outcomes.find(({ id }) => id === "settings")!;
    expect(seen.split("; ").some((line) => line.startsWith(named))).toBe(true);
    expect(seen).toMatch(/to do: \S/);
    for (const { id, seen } of outcomes) if (id !== "settings") expect(seen).toContain("GitHub took it");
  });
});

describe("a rehearsal against the stand-in", () => {
  it("goes from end to end: what the program and people try is as believed", async () => {
    const out = join(folder, "report.md");
    const sitting = {
      ...{ repository: campaign.github.name, people: inventedPeople(campaign), out },
      ...{ secrets: [campaign.organiser.token], say: () => {} },
    };
    const { report } = await rehearseThrowAway(campaign.stage, STEPS, sitting);
    const { outcomes } = JSON.parse(report) as { outcomes: Outcome[] };
    expect(outcomes.filter(({ state }) => state === "failed")).toEqual([]);
    const done = outcomes.filter(({ state }) => state === "ok").map(({ id }) => id);
    expect(done).toEqual(STEPS.filter(({ run }) => run !== undefined).map(({ id }) => id));
    const text = readFileSync(out, "utf8");
    const { organiser, moderators, fileApp } = campaign;
    for (const secret of [organiser.token, fileApp.privateKey, ...moderators.map(({ login }) => login)])
      expect(text + report).not.toContain(secret);

    // Its list has rows now: without the report nothing tells that they are invented.
    await expect(assertThrowAway(campaign.stage, false)).rejects.toThrow(/its ledger has signatures/);
    const before = calls();
    await rehearseThrowAway(campaign.stage, STEPS, { ...sitting, people: nobody });
    expect(calls()).toBe(before);
  });
});
