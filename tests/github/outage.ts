import { expect, vi } from "vitest";
import { formatBase64url, parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { type Harness, openHarness, sign } from "../form-service/harness.ts";
import { keys } from "../letter/invented.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { fixedRandomness, hours, minutes } from "../support/fixtures.ts";
import type { Fault, GitHubCall } from "../support/github/fault.ts";

/** What went wrong and what came of it. */
export type Outage = { rounds: number; failedCalls: number; pushesCut: number; sheets: number; listed: number };

/** GitHub's bad days; a call that was cut after the work leaves a ref or a pull request. */
const FAULTS: readonly Fault[] = [
  { status: 500 },
  { cut: "before" },
  { cut: "after" },
  { cut: "after" },
  { status: 403, message: "You have exceeded a secondary rate limit.", headers: { "retry-after": "300" } },
  { status: 403, message: "You have exceeded a secondary rate limit." },
  { status: 429, message: "Too Many Requests", headers: { "retry-after": "90" } },
];

/**
 * Signatures come in while GitHub fails, is away for 72 hours, and fails again; in the end moderators approve and accept
 * takes over. Asserts that nothing was lost or doubled, no call came inside a `retry-after` window, the queue is empty.
 */
export async function surviveOutage(signatures: number, seed: number): Promise<Outage> {
  const campaign = await makeWorkflowCampaign();
  const { github } = campaign;
  let host = campaign.host;
  const harness = await openHarness({
    settings: { FILE_AT_LEAST: "1", FILE_AT_MOST: "2" },
    seed: `outage ${seed}`,
    // The stand-in dates its commits by the machine's clock.
    start: new Date().toISOString(),
    substitutes: {
      async gitHost(attestationKey, letters) {
        useLetterAndKey(campaign, letters, attestationKey);
        await campaign.accept();
        return {
          head: () => host.head(),
          readMain: () => host.readMain(),
          file: (filing) => host.file(filing),
          pendingBranches: () => host.pendingBranches(),
          pendingSheets: (only) => host.pendingSheets(only),
          undecidable: () => host.undecidable(),
        };
      },
    },
  });

  const random = fixedRandomness(`faults ${seed}`);
  const chance = () => random(1)[0]! / 256;
  let pushesCut = 0;
  const sometimes = ({ by, sends }: GitHubCall): Fault | undefined => {
    // The first branch is made although its answer is lost: the service must find it again.
    if (sends && pushesCut === 0) {
      pushesCut++;
      return { cut: "after" };
    }
    return !by.startsWith("moderator") && chance() < 0.3 ? kindOf(by) : undefined;
  };
  // A call that is forbidden ends the reading of a run: with every eighth forbidden for a while, few runs would get far.
  const kindOf = (by: string) => {
    const kinds = by === "file" || chance() < 0.06 ? FAULTS.length : 4;
    return FAULTS[Math.floor(chance() * kinds)];
  };

  let [rounds, people] = [0, 0];
  const codes: string[] = [];
  const signSome = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const person = { name: "Sara", email: `person${++people}@example.org` };
      codes.push((await sign(harness, person)).withdrawalCode);
    }
  };
  const round = async () => {
    rounds++;
    harness.clock.set(new Date(Date.now()).toISOString());
    await harness.round().catch(() => {});
  };
  const hurried = async (work: () => Promise<void>) => {
    const realTime = hurryTime();
    await work().finally(realTime);
  };
  const until = async (done: () => Promise<boolean>, pause: number, act: () => Promise<unknown>) => {
    for (let tries = 0; tries < 400; tries++) {
      await act();
      if (await done()) return;
      vi.advanceTimersByTime(pause);
    }
    throw new Error("the queue does not drain");
  };
  const states = () => harness.store.query.selectFrom("signature").select(["id", "state"]).execute();
  const isFiled = async () => (await states()).every(({ state }) => state !== "confirmed" && state !== "filing");

  await signSome(signatures / 2);
  github.setFault(sometimes);
  await hurried(() => until(isFiled, minutes(1), round));

  await signSome(signatures / 2);
  const leaving = [codes[0]!, codes.at(-1)!];
  github.setFault(() => ({ cut: "before" }));
  await hurried(async () => {
    for (let gone = 0; gone < hours(72); gone += hours(6)) {
      await round();
      vi.advanceTimersByTime(hours(6));
    }
  });
  // A service does not start while GitHub is away.
  github.setFault();
  host = campaign.reopen();
  await hurried(() => harness.restart());
  for (const code of leaving) expect((await harness.post("/en/withdraw/", { code })).status).toBe(200);
  const kept = codes.filter((code) => !leaving.includes(code)).map((code) => idOf(openingOf(code)));
  expect((await states()).map(({ id }) => id)).toEqual(expect.arrayContaining(kept));

  github.setFault(sometimes);
  await hurried(async () => {
    await until(isFiled, minutes(1), round);
    await until(isSaid(harness), minutes(1), round);
    for (const pull of github.state.pulls)
      for (const by of campaign.moderators) await campaign.review(by, pull.number, "APPROVE");
    // The workflow runs hourly, each time as a process that knows nothing of the last one.
    await until(
      async () => github.repository.branches().every((name) => !name.startsWith("pending/")),
      hours(1),
      () => campaign.accept().catch(() => {}),
    );
    await until(async () => (await left(harness)) === 0, minutes(1), round);
  });

  const { repository, state, calls } = github;
  const record = await readRecordAt(repository.path, repository.git("rev-parse", "main"));
  expect(record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))).sort()).toEqual(kept.sort());
  const heads = state.pulls.map(({ head }) => head);
  expect(heads).toHaveLength(new Set(heads).size);
  expect(state.pulls.filter(({ merged }) => merged === undefined)).toEqual([]);
  expect(github.limits.early).toEqual([]);
  const failedCalls = calls.filter(({ status }) => status === 0 || status >= 400).length;
  await campaign.close();
  await harness.close();
  return { rounds, failedCalls, pushesCut, sheets: heads.length, listed: record.rows.length };
}

/** Puts the service's letter and its public key on main, as organisers do. */
function useLetterAndKey(
  { github, mainFile }: WorkflowCampaign,
  letterTexts: ReadonlyMap<string, string>,
  attestationKey: Uint8Array,
): void {
  const letters = [...letterTexts].map(([lang, text]) => [`content/${lang}/letter.md`, text]);
  const campaign = mainFile("content/campaign.yaml").replace(keys.attestation, formatBase64url(attestationKey));
  const files = { ...Object.fromEntries(letters), "content/campaign.yaml": campaign };
  github.repository.commit("main", "the service's letter and key", files);
}

/** Whether every withdrawal is on a sheet that has been filed. */
function isSaid({ store }: Harness): () => Promise<boolean> {
  return async () => {
    const waiting = await store.query.selectFrom("withdrawal").select("id").where("sheet", "is", null).execute();
    const filing = await store.query.selectFrom("sheet").select("sheet").where("state", "=", "filing").execute();
    return waiting.length + filing.length === 0;
  };
}

/** How much the service still waits for. */
async function left({ store }: Harness): Promise<number> {
  const waiting = ["confirmed", "filing", "filed"] as const;
  const rows = await store.query.selectFrom("signature").select("id").where("state", "in", waiting).execute();
  const sheets = await store.query.selectFrom("sheet").select("sheet").execute();
  const withdrawals = await store.query.selectFrom("withdrawal").select("id").execute();
  return rows.length + sheets.length + withdrawals.length;
}
