import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  approve,
  codeIn,
  confirm,
  countOf,
  stateOf,
  submit,
  verified,
  waitForSheets,
} from "../../journeys/signatory.ts";
import { secrets } from "../../letter/invented.ts";
import { openRepository } from "../../support/campaigns/repository.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../../support/campaigns/workflow-campaign.ts";
import { people } from "../../support/fixtures.ts";
import { makeServiceHost, nameCustodians, type ServiceHost } from "../../support/servers/github-service.ts";
import { type MailServer, startMailServer } from "../../support/servers/mail-server.ts";
import { makeDataDir, removeDataDir, runCommand, type Service, startService } from "../../support/servers/service.ts";
import { bringProject } from "../../workflows/project.ts";

// GitHub closes a campaign in which one signature is on the list and another waits for its review. What is left: the form
// service's machine, and the last mirror.

let campaign: WorkflowCampaign;
let host: ServiceHost;
let mailServer: MailServer;
let service: Service | undefined;
let kept = "";
let [listed, waiting] = ["", ""];
let [mirror, key] = ["", ""];
beforeAll(async () => {
  [campaign, mailServer] = await Promise.all([makeWorkflowCampaign(), startMailServer()]);
  await bringProject(campaign);
  await nameCustodians(campaign);
  campaign.site.content = new Map();
  host = await makeServiceHost(campaign, { MAIL_URL: mailServer.url, FILE_EVERY: "1s", FILE_AT_LEAST: "1" });
});
afterEach(async () => {
  await service?.kill();
  service = undefined;
});
afterAll(async () => {
  campaign?.github.setFault();
  host?.remove();
  if (kept) removeDataDir(kept);
  await mailServer?.stop();
  await campaign?.close();
});

it("a campaign on GitHub is mirrored, with a signature on its list and another that waits", async () => {
  await campaign.accept({ FIRST: "true" });
  campaign.publish();
  service = await host.start();
  const { state } = campaign.github;
  const pulls = (count: number) =>
    expect.poll(() => state.pulls.length, { timeout: 60_000, interval: 200 }).toBe(count);
  listed = await sign("niamh");
  await pulls(1);
  for (const moderator of campaign.moderators) await campaign.review(moderator, state.pulls[0]!.number, "APPROVE");
  expect(await campaign.accept()).toMatchObject({ outcomes: [{ state: "accepted", accepted: 1 }] });
  campaign.publish();
  await expect.poll(() => stateOf(service!.origin, listed), { timeout: 60_000, interval: 500 }).toBe("accepted");
  waiting = await sign("omid");
  await pulls(2);

  key = join(host.project, "..", "backup.key");
  const to = (await runCommand("backup", ["--new-key", key])).stdout.trim();
  const folder = join(host.project, "..", "mirror");
  const made = await runCommand("mirror", [folder, "--to", to, "--keep", "7d"], host.settings, host.project);
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toMatch(/^main at [0-9a-f]{40} and 1 open sheets are there\n$/);
  mirror = join(folder, readdirSync(folder).find((name) => name.endsWith(".age"))!);
  await service.stop();
  service = undefined;
  campaign.github.setFault(() => ({ status: 403, message: "This account has been suspended" }));
  kept = makeDataDir();
  cpSync(host.dataDir, kept, { recursive: true });
});

async function sign(who: keyof typeof people): Promise<string> {
  const { lang, place, email, name } = people[who];
  const asked = await submit(service!.origin, { lang, shown: "name", name, place, email });
  return (await confirm(service!.origin, asked, codeIn(await mailServer.waitForMail(email)))) ?? "";
}

describe("when GitHub has closed a campaign", () => {
  it("no mirror is made of it, and the last one stays", async () => {
    const to = (await runCommand("backup", ["--new-key", `${key}.other`])).stdout.trim();
    const said = await host.refusal("mirror", [join(mirror, ".."), "--to", to]);
    expect(said).toMatch(/^error: .*403.*\n$/);
  });

  it("it goes on on one machine, from the last mirror", async () => {
    const dataDir = makeDataDir();
    for (const part of ["service.db", "keys"]) cpSync(join(kept, part), join(dataDir, part), { recursive: true });
    const out = join(dataDir, "campaign.git");
    const args = ["--open", mirror, "--key", key, "--out", out, "--review-here"];
    const opened = await runCommand("mirror", args, { DATA_DIR: dataDir }, host.project);
    expect(opened.code, opened.stderr).toBe(0);
    expect(opened.stdout).toContain("1 open sheets with 1 rows");
    writeFileSync(join(dataDir, "keys/ledger.key"), `${Buffer.from(secrets.ledger).toString("base64url")}\n`, {
      mode: 0o600,
    });
    service = await startService({
      project: host.project,
      dataDir,
      settings: { MAIL_URL: mailServer.url, FILE_EVERY: "1s" },
    });
    expect(await stateOf(service.origin, listed)).toBe("accepted");
    expect(await stateOf(service.origin, waiting)).toBe("pending");
    await approve(service, await waitForSheets(service, 1));
    await expect.poll(() => stateOf(service!.origin, waiting), { timeout: 60_000, interval: 500 }).toBe("accepted");
    const later = await sign("jean");
    await approve(service, await waitForSheets(service, 1));
    await expect.poll(() => stateOf(service!.origin, later), { timeout: 60_000, interval: 500 }).toBe("accepted");
    const accepted = async () => (await countOf(service!.origin)).accepted;
    await expect.poll(accepted, { timeout: 60_000, interval: 500 }).toBe(3);
    expect(await verified(service, join(dataDir, "site"))).toContain("ok: 3 accepted, 0 withdrawn, 3 listed");
    await service.stop();
    service = undefined;
    removeDataDir(dataDir);
  });

  it("it goes on in another organisation, from what the form service had fetched", async () => {
    const out = join(kept, "again.git");
    const args = ["--open", join(kept, "mirror.git"), "--out", out];
    const opened = await runCommand("mirror", args, { DATA_DIR: kept }, host.project);
    expect(opened.code, opened.stderr).toBe(0);
    const second = await makeWorkflowCampaign();
    const { github } = second;
    // The organisers push main before they make its rules.
    const rules = github.state.rulesets.splice(0);
    await github.push(second.organiser.token, ["+refs/heads/main:refs/heads/main"], out);
    github.state.rulesets.push(...rules);
    const keyFile = join(host.project, "..", "second-app.pem");
    writeFileSync(keyFile, second.fileApp.privateKey, { mode: 0o600 });
    service = await startService({
      project: host.project,
      dataDir: kept,
      settings: {
        ...{ ...host.settings, DATA_DIR: kept, GIT_HOST: `github:${github.name}` },
        ...{ GITHUB_API_URL: github.origin, GITHUB_SERVER_URL: github.origin },
        ...{ FILE_APP_ID: String(second.fileApp.id), FILE_APP_KEY: keyFile },
      },
    });
    await expect.poll(() => github.state.pulls.length, { timeout: 120_000, interval: 500 }).toBe(1);
    for (const moderator of second.moderators) await second.review(moderator, github.state.pulls[0]!.number, "APPROVE");
    const { outcomes } = await second.accept({ SITE_URL: campaign.site.url });
    expect(outcomes).toMatchObject([{ state: "accepted", accepted: 1 }]);
    await expect.poll(() => stateOf(service!.origin, waiting), { timeout: 60_000, interval: 500 }).toBe("accepted");
    expect(
      openRepository(github.repository.path).git(
        "merge-base",
        "--is-ancestor",
        openRepository(out).git("rev-parse", "main"),
        "main",
      ),
    ).toBe("");
    await service.stop();
    service = undefined;
    await second.close();
  });
});
