import { expect } from "vitest";
import { createApp } from "../../../scripts/form-service/web/app.ts";
import { listen } from "../../../scripts/form-service/web/listener.ts";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { formOf, openHarness, withdrawalCodeIn } from "../harness.ts";
import { openMailBasket } from "../mail/mail-basket.ts";

/** How many scanners come to how many people's pages, as far as anybody could lead them there; some of them with a real browser that runs scripts. */
export type Scanning = { seed: number; people: number; browsers: number };

/**
 * Mails hold no link any more, but browsers and companies scan what their people open: pages are opened by HEAD and GET, up to ten times, with scripts run, and
 * every form that is found there is posted, empty and filled with every word of the page. Then the people come, some of
 * them twice, on two devices, or back again.
 */
export async function scanMails({ seed, people, browsers }: Scanning) {
  const basket = openMailBasket();
  const harness = await openHarness({ seed: String(seed), mails: basket.queue });
  const bytes = fixedRandomness(`scanners ${seed}`);
  const pick = (below: number) => Buffer.from(bytes(4)).readUInt32BE() % below;
  const signatories: { lang: "fa" | "en"; s: string; code: string }[] = [];
  for (let i = 0; i < people; i++) {
    const [lang, email] = [i % 2 ? "fa" : "en", `person${i}@example.org`] as const;
    const answer = await harness.post(`/${lang}/sign/`, formOf({ name: "Niamh O’Neil", email }));
    await harness.service.after.idle();
    const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
    signatories.push({ lang, s, code: basket.takeCode(email)! });
  }
  const count = async () => (await harness.store.query.selectFrom("signature").select("id").execute()).length;

  const done = { opened: 0, posted: 0, withScripts: 0 };
  const server = await listen(createApp(harness.service).fetch, { port: 0, from: "this machine" }, harness.service.log);
  const origin = `http://localhost:${server.port}`;
  const browser = browsers > 0 ? await startBrowser() : undefined;
  for (const [i, { lang, s }] of signatories.entries()) {
    const link = `/${lang}/confirm/?s=${s}`;
    await harness.request(link, { method: "HEAD" });
    for (let times = pick(10); times >= 0; times--) {
      done.opened++;
      const html = await (await harness.get(link)).text();
      if (times % 3 > 0) continue;
      done.posted += await postForms(harness, html, 1 + pick(40));
      const notMe = await (await harness.get(`/${lang}/not-me/`)).text();
      done.posted += await postForms(harness, notMe, 1 + pick(10));
    }
    if (browser && i % Math.ceil(people / browsers) === 0) {
      const { page, close } = await visit(browser, origin);
      await page.goto(`${origin}${link}`, { waitUntil: "domcontentloaded" });
      for (const field of await page.locator("main input:visible").all()) await field.fill(await page.title());
      await page.locator('main button[type="submit"]').first().click();
      await page.waitForLoadState("domcontentloaded");
      await close();
      done.withScripts++;
    }
  }
  await browser?.close();
  await server.close(1000);
  const byScanners = await count();

  let succeeded = 0;
  for (const { lang, s, code } of signatories) {
    const confirm = () => harness.post(`/${lang}/confirm/`, { s, code });
    // Two clicks, two devices, the back button: all of them at once, then once more.
    const answers = await Promise.all(Array.from({ length: 1 + pick(3) }, confirm));
    await harness.get(`/${lang}/confirm/?s=${s}`);
    answers.push(await confirm());
    if (answers.some(({ status }) => status !== 200)) continue;
    const codes = await Promise.all(answers.map(async (answer) => withdrawalCodeIn(await answer.text())));
    if (new Set(codes).size === 1) succeeded++;
  }
  const signatures = await count();
  await harness.close();
  expect({ byScanners, succeeded, signatures }).toEqual({ byScanners: 0, succeeded: people, signatures: people });
  return done;
}

/** Posts every form of a page as it is found: its hidden fields, and in the others nothing, then one word after the other. */
async function postForms(harness: Awaited<ReturnType<typeof openHarness>>, html: string, guesses: number) {
  const words = new Set(html.match(/[0-9A-Za-z]+/g)?.filter((word) => word.length >= 8) ?? []);
  let posted = 0;
  for (const [, action = "", form = ""] of html.matchAll(/<form method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)) {
    const fields = [...form.matchAll(/<input[^>]*>/g)].map(([input]) => ({
      name: / name="(\w+)"/.exec(input)?.[1] ?? "",
      value: / value="([^"]*)"/.exec(input)?.[1],
    }));
    const open = fields.some(({ value }) => value === undefined);
    for (const word of ["", ...(open ? [...words].slice(0, guesses) : [])]) {
      await harness.post(action, Object.fromEntries(fields.map(({ name, value }) => [name, value ?? word])));
      posted++;
    }
  }
  return posted;
}
