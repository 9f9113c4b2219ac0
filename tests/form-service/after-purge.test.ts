import { expect, it } from "vitest";
import { deleteEverything } from "../../scripts/form-service/store/destruction.ts";
import { outlineOf } from "../../scripts/letter/ledger/outline.ts";
import { readOfflineParts } from "../../scripts/outside/browser/offline-parts.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { sitePages } from "../../scripts/site/pages.ts";
import { type SiteContext, siteContext } from "../../scripts/site/views/context.ts";
import { messagePage } from "../../scripts/site/views/pages/message-page.ts";
import { withdrawnByAddressPage, withdrawnPage, withdrawPage } from "../../scripts/site/views/pages/withdraw-page.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { type Lang, stringsIn } from "../../scripts/site/views/strings.ts";
import { people } from "../support/fixtures.ts";
import { contentOf } from "../support/letters.ts";
import { type Harness, openHarness, sign } from "./harness.ts";
import { backUp, everyCell, loseAndRestore } from "./leavers.ts";

const content = await readContent(await contentOf("iran"));
const offline = await readOfflineParts();

const handover = `undersigned/v1 handover ${"A".repeat(43)} ${"A".repeat(43)}`;
const purge = `undersigned/v1 purge ${"A".repeat(43)}`;
const RECIPIENT = { en: "Amnesty International", fa: "عفو بین‌الملل" } as const;

/** A harness with accepted signatures of these people, which were handed over. */
async function handedOver(...signing: readonly Parameters<typeof sign>[1][]) {
  const harness = await openHarness();
  const signed = [];
  for (const one of signing) signed.push(await sign(harness, one));
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  harness.gitHost.log(handover);
  await harness.round();
  return { harness, signed };
}

/** What the purge does to the database while the service is stopped. */
async function afterPurge(harness: Harness): Promise<void> {
  harness.gitHost.log(purge);
  await deleteEverything(harness.store, harness.settings.database.kind);
  await harness.round();
}

const SIGNING = { shown: "counted", email: "somebody@example.org", consent_handover: "yes" };

it("tells everybody who comes after the list was taken down that the signatures were handed over, and to whom", async () => {
  const { harness, signed } = await handedOver(people.sara);
  const [{ withdrawalCode, s, code }] = signed as [(typeof signed)[0]];
  // A handover by itself destroys nothing: anyone who wants to leave still can.
  expect((await harness.post("/en/verify/", { code: withdrawalCode })).status).toBe(200);
  await afterPurge(harness);
  harness.gitHost.takeDown();
  await harness.round();
  for (const [path, form] of [
    ["withdraw/", { code: withdrawalCode }],
    ["withdraw/", { email: people.sara.email }],
    ["verify/", { code: withdrawalCode }],
    ["confirm/", { s, code }],
    ["sign/", SIGNING],
  ] as const) {
    for (const lang of ["en", "fa"] as const) {
      const answer = await harness.post(`/${lang}/${path}`, form);
      const text = await answer.text();
      expect(answer.status, path).toBe(410);
      expect(text).toContain(RECIPIENT[lang]);
      expect(text).toContain("letter@example.org");
    }
  }
  await harness.close();
});

it("lets everybody whose row is public leave after the purge, by the code alone", async () => {
  const { harness, signed } = await handedOver(people.sara, people.omid);
  const [sara, omid] = signed as [(typeof signed)[0], (typeof signed)[0]];
  await afterPurge(harness);
  // Withdrawals that others made before must not hide the purge from the gate.
  for (let n = 0; n < 30; n++) harness.gitHost.log("undersigned/v1 withdraw 1000000");
  await harness.round();
  const rows = () => harness.gitHost.record().rows.length;
  expect(rows()).toBe(2);
  for (const lang of ["en", "fa"] as const) {
    const state = await (await harness.post(`/${lang}/verify/`, { code: omid.withdrawalCode })).text();
    expect(state).toContain('data-state="accepted"');
  }
  expect((await harness.post("/en/withdraw/", { code: "0".repeat(26) })).status).toBe(422);
  const left = await harness.post("/en/withdraw/", { code: sara.withdrawalCode });
  expect(left.status).toBe(200);
  const page = await left.text();
  expect(page).toContain(stringsIn("en").withdraw.done_title);
  // With this address nobody may sign any more.
  expect(page).not.toContain(stringsIn("en").withdraw.may_sign_again);
  expect(page).toContain(RECIPIENT.en);
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  await harness.round();
  expect(rows()).toBe(1);
  expect(harness.gitHost.record().entries.at(-1)).toMatch(/^undersigned\/v1 withdraw \d+$/);
  await harness.close();
});

it("answers every other form after such a purge with 410 and what to do", async () => {
  const { harness, signed } = await handedOver(people.sara);
  const [{ s, code }] = signed as [(typeof signed)[0]];
  await afterPurge(harness);
  const mails = harness.mailServer.mails.length;
  for (const lang of ["en", "fa"] as const) {
    const { message, withdraw } = stringsIn(lang);
    for (const [path, form, title] of [
      ["withdraw/", { email: people.sara.email }, message.addresses_destroyed.title],
      ["withdraw/confirm/", { s, code }, message.destroyed.title],
      ["confirm/", { s, code }, message.destroyed.title],
      ["confirm/resend/", { s }, message.destroyed.title],
      ["not-me/", { email: people.sara.email, code }, message.destroyed.title],
      ["sign/", SIGNING, message.destroyed.title],
    ] as const) {
      const answer = await harness.post(`/${lang}/${path}`, form);
      const text = await answer.text();
      expect(answer.status, path).toBe(410);
      expect(text).toContain(title);
      expect(text).toContain(RECIPIENT[lang]);
      expect(text).toContain(`href="/${lang}/withdraw/"`);
      expect(text).toContain(withdraw.ask_us);
    }
  }
  expect(harness.mailServer.mails).toHaveLength(mails);
  await harness.close();
});

it("says after a handover what becomes of a withdrawn signature at the recipient, the same to every address", async () => {
  const { harness, signed } = await handedOver(people.sara);
  const [{ withdrawalCode }] = signed as [(typeof signed)[0]];
  const said = stringsIn("en").withdraw.at_recipient.replaceAll("{recipient}", RECIPIENT.en);
  expect(await (await harness.post("/en/withdraw/", { code: withdrawalCode })).text()).toContain(said);
  await harness.close();
  const before = await openHarness();
  const early = await sign(before, people.sara);
  await before.round();
  const page = await (await before.post("/en/withdraw/", { code: early.withdrawalCode })).text();
  expect(page).toContain(stringsIn("en").withdraw.may_sign_again);
  expect(page).not.toContain("already given");
  await before.close();
});

it("names the recipient's own address where the campaign has one, in both languages", () => {
  const site = siteContext({
    content: {
      ...content,
      campaign: { ...content.campaign, recipient: { ...content.campaign.recipient, contact: "privacy@example.net" } },
    },
    settings: readSettings({}),
    keys: { ledger: "", attestation: "", recipients: [] },
    at: "service",
    stage: "handed_over",
  });
  for (const lang of ["en", "fa"] as const) {
    for (const page of [withdrawnPage, withdrawnByAddressPage, withdrawPage]) {
      expect(page(site, lang)).toContain('href="mailto:privacy@example.net"');
      expect(page({ ...site, stage: "gathering" }, lang)).not.toContain("privacy@example.net");
    }
    const destroyed = { ...site, stage: "destroyed" } as const;
    expect(messagePage(destroyed, lang, { kind: "destroyed" })).toContain('href="mailto:privacy@example.net"');
    expect(withdrawPage(destroyed, lang)).not.toContain('name="email"');
    expect(withdrawPage(destroyed, lang)).toContain('name="code"');
    expect(withdrawPage({ ...site, stage: "handed_over" }, lang)).toContain('name="email"');
    // The built page too has a form as long as there is a list to leave.
    expect(built(destroyed, lang)).toContain('name="code"');
    expect(built({ ...destroyed, takenDown: {} }, lang)).not.toContain("<form");
  }
});

/** The page to withdraw, as the site is built. */
function built(site: SiteContext, lang: Lang): string {
  const pages = sitePages(site, { outline: outlineOf([]), days: [] }, offline);
  return pages.find(({ path }) => path === `/${lang}/withdraw/`)!.render();
}

it("answers 410 in words for every address of a list that was taken down, even while an old build is there", async () => {
  const harness = await openHarness();
  for (const path of ["list/000.md", "en/signatures/index.html", "fa/signatures/1/index.html", "en/index.html"])
    harness.writeSite(path, "Sara Azadi");
  const addresses = ["/list/000.md", "/list/", "/list", "/en/signatures/", "/fa/signatures/1/", "/fa/signatures/9/"];
  await sign(harness, people.sara);
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  harness.gitHost.log(`undersigned/v1 handover ${"A".repeat(43)} ${"A".repeat(43)}`);
  harness.gitHost.log(`undersigned/v1 purge ${"A".repeat(43)}`);
  await harness.round();
  // With `after_purge: names` the list stays.
  expect((await harness.get("/list/000.md")).status).toBe(200);
  harness.gitHost.takeDown();
  await harness.round();
  for (const path of addresses) {
    for (const method of ["GET", "HEAD"]) {
      const answer = await harness.request(path, { method });
      expect([answer.status, answer.headers.get("cache-control")], path).toEqual([410, "no-store"]);
    }
    const text = await (await harness.get(path, { "accept-language": "en" })).text();
    expect(text).not.toContain("Sara Azadi");
    expect(text).toContain(stringsIn(path.startsWith("/fa") ? "fa" : "en").taken_down.undated);
    // Only the same words in the other language are at such an address.
    expect(text.replace(/<a [^>]*hreflang=.*?<\/a>/g, "")).not.toMatch(/href="[^"]*\/(list|signatures)\//);
  }
  expect((await harness.get("/list/", { "accept-language": "fa" })).headers.get("vary")).toBe("Accept-Language");
  expect((await harness.get("/en/")).status).toBe(200);
  // What the service says elsewhere does not promise a list either.
  const gone = await (await harness.post("/en/withdraw/", { code: "A" })).text();
  expect(gone).toContain(stringsIn("en").message.destroyed.without_list);
  expect(gone).not.toMatch(/href="[^"]*\/signatures\//);
  expect((await harness.get("/lists/")).status).toBe(404);
  await harness.close();
});

it("destroys again what a backup brings back that no purge knew of, and goes on taking withdrawals by code", async () => {
  const { harness, signed } = await handedOver(people.sara, people.omid);
  const [{ withdrawalCode }] = signed as [(typeof signed)[0]];
  const path = await backUp(harness, "forgotten");
  harness.gitHost.log(purge);
  await harness.round();
  await loseAndRestore(harness, path);
  const held = (await everyCell(harness)).filter(({ at }) => /^(vault|address|signature|code|submission)\./.test(at));
  expect(held).toEqual([]);
  expect((await harness.post("/en/withdraw/", { code: withdrawalCode })).status).toBe(200);
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  expect(harness.gitHost.record().rows).toHaveLength(1);
  await harness.close();
});
