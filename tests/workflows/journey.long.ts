import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { openPublished } from "../../scripts/outside/published.ts";
import { STRINGS } from "../../scripts/site/views/strings.ts";
import { codeIn, confirm, stateOf, submit } from "../journeys/signatory.ts";
import { askState, field, follow, press, readPage, see, sendForm, type Walk } from "../journeys/walk.ts";
import { startBrowser } from "../support/browsers/browser.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { type Person, people } from "../support/fixtures.ts";
import { payloadOf } from "../support/github/event.ts";
import { makeServiceHost, nameCustodians, type ServiceHost } from "../support/servers/github-service.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import type { Service } from "../support/servers/service.ts";
import { bringProject, projectVkey } from "./project.ts";
import { makeRunner, type Runner } from "./runner.ts";

// `.ci/run` installs act and names it here.
const { ACT_PROGRAM: act } = process.env;

let campaign: WorkflowCampaign;
let runner: Runner;
let host: ServiceHost;
let service: Service;
let mailServer: MailServer;
let browser: Browser;
beforeAll(async () => {
  if (act === undefined) return;
  [campaign, mailServer, browser] = await Promise.all([makeWorkflowCampaign(), startMailServer(), startBrowser()]);
  await bringProject(campaign);
  await nameCustodians(campaign);
  host = await makeServiceHost(campaign, { MAIL_URL: mailServer.url, FILE_EVERY: "1s", FILE_AT_LEAST: "2" });
  runner = makeRunner(campaign, act, host.settings.SERVICE_URL ?? "");
});
afterAll(async () => {
  await browser?.close();
  await service?.kill();
  host?.remove();
  runner?.remove();
  await mailServer?.stop();
  await campaign?.close();
});

/** Opens the letter as somebody does who has been given its address, and notes which hosts are asked. */
async function open(lang: "en" | "fa", javaScriptEnabled: boolean) {
  // Each comes over a line of their own, as the proxy tells it: one line has one form a minute.
  const extraHTTPHeaders = { "X-Forwarded-For": lang === "fa" ? "192.0.2.1" : "192.0.2.2" };
  const context: BrowserContext = await browser.newContext({ javaScriptEnabled, locale: lang, extraHTTPHeaders });
  const asked = new Set<string>();
  context.on("request", (request) => asked.add(new URL(request.url()).origin));
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const walk: Walk = { page, origin: campaign.site.url, lang, strings: STRINGS[lang] };
  await page.goto(`${campaign.site.url}/${lang}/`);
  return { walk, asked, close: () => context.close() };
}

/** Goes from the letter on the site over the form to the service's page, and gives the withdrawal code. */
async function sign(walk: Walk, person: Person): Promise<string> {
  const { page, strings } = walk;
  await follow(walk, strings.letter.sign_letter);
  // Those who are faster than a person are set apart on a sheet of their own.
  await page.waitForTimeout(2_500);
  await sendForm(walk, { shown: "name", name: person.name, place: person.place, email: person.email });
  await see(walk, strings.confirm.waiting);
  const mail = await mailServer.waitForMail(person.email);
  expect(mail.links).toEqual([]);
  await field(walk, strings.confirm.code).fill(codeIn(mail));
  await press(walk, strings.confirm.confirm_sig);
  await see(walk, strings.confirmed.pending);
  return page.locator("#withdrawal-code").innerText();
}

describe.skipIf(act === undefined)("a signature where moderators work on GitHub", () => {
  it("goes from the form over pull request and review to the published list", async () => {
    const begun = await runner.run("accept", "workflow_dispatch", {
      inputs: { first: "true" },
      ref: "refs/heads/main",
    });
    expect(begun.code, begun.output).toBe(0);
    service = await host.start();

    const [one, other] = [await open("fa", false), await open("en", true)];
    const named = await sign(one.walk, people.alireza);
    const refused = await sign(other.walk, { ...people.niamh, name: "President of Everything" });
    const unseen: string[] = [];
    for (const person of [people.omid, people.sara]) {
      const hidden = await submit(service.origin, { ...person, shown: "hidden" });
      const mail = await mailServer.waitForMail(person.email);
      unseen.push((await confirm(service.origin, hidden, codeIn(mail))) ?? "");
    }

    const { state } = campaign.github;
    await expect.poll(() => state.pulls.length, { timeout: 20_000, interval: 200 }).toBe(2);
    const pull = state.pulls.find(({ title }) => title.endsWith("2 signatures, to read"));
    const quiet = state.pulls.find(({ title }) => title.endsWith("2 signatures, nothing to read"));
    const refusedId = idOf(openingOf(refused));
    expect(pull!.body).toContain(`| \`${refusedId}\` | public figure`);
    expect(pull!.body).not.toContain("President");

    const opened = state.events.findLast(({ name }) => name === "pull_request")!;
    const validated = await runner.run("validate", "pull_request", payloadOf(state, opened));
    expect(validated.code, validated.output).toBe(0);
    expect(validated.output).toContain("This sheet can be reviewed.");

    const [first, second] = campaign.moderators;
    for (const moderator of [first, second]) await campaign.review(moderator, quiet!.number, "APPROVE");
    await campaign.review(first, pull!.number, "APPROVE");
    await campaign.review(second, pull!.number, "APPROVE", `refuse ${refusedId} fake-name`);
    expect(await stateOf(service.origin, named)).toBe("pending");
    const accepted = await runner.run("accept", "schedule", {});
    expect(accepted.code, accepted.output).toBe(0);

    for (const merged of [pull, quiet]) expect(merged!.merged).toBeDefined();
    expect(await verifyPublished(openPublished(campaign.site.url), projectVkey)).toMatchObject({ size: 6, listed: 3 });
    await one.walk.page.goto(`${campaign.site.url}/fa/signatures/`);
    const list = await readPage(one.walk);
    expect(list).toContain(people.alireza.name);
    expect(list).toContain(one.walk.strings.signatures.not_reviewed);
    expect(list).not.toContain("President");
    for (const code of [named, ...unseen])
      await expect.poll(() => stateOf(service.origin, code), { timeout: 20_000, interval: 500 }).toBe("accepted");
    await askState(one.walk, named);
    await see(one.walk, one.walk.strings.verify.state.accepted);
    await other.walk.page.goto(`${campaign.site.url}/en/`);
    await askState(other.walk, refused);
    await see(other.walk, other.walk.strings.verify.state.refused);

    for (const { asked } of [one, other]) expect([...asked].sort()).toEqual([campaign.site.url, service.origin].sort());
    const printed = begun.output + validated.output + accepted.output + service.output();
    for (const { name, email } of [people.alireza, people.omid]) {
      expect(printed).not.toContain(name);
      expect(printed).not.toContain(email);
    }
    await Promise.all([one.close(), other.close()]);
  });
});
