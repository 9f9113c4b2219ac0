import { cpSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Challenge, solveChallenge } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/pbkdf2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../scripts/form-service/app.ts";
import { type Limits, NO_LIMITS } from "../../scripts/form-service/limits.ts";
import { listen } from "../../scripts/form-service/listener.ts";
import { openProofs } from "../../scripts/form-service/proofs.ts";
import { signPage } from "../../scripts/site/views/sign-page.ts";
import { startBrowser, visit } from "../support/browser.ts";
import { fixedClock, minutes } from "../support/fixtures.ts";
import { root } from "../support/source.ts";
import { type Harness, openHarness } from "./harness.ts";

async function solve(text: string): Promise<string> {
  const challenge = JSON.parse(text) as Challenge;
  return encode({ challenge, solution: await solveChallenge({ challenge, deriveKey }) });
}
const encode = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString("base64");
const decode = (field: string) =>
  JSON.parse(Buffer.from(field, "base64").toString()) as {
    challenge: Challenge;
    solution: { counter: number; derivedKey: string };
  };

describe("a proof of work", () => {
  const clock = fixedClock();
  const proofs = openProofs(clock, "secret");
  const client = { kind: "tor" } as const;

  it("counts once", async () => {
    const field = await solve(await proofs.challenge(1, client));
    const answers = await Promise.all([proofs.accept(field, client), proofs.accept(field, client)]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await proofs.accept(field, client)).toBe(false);
  });

  it("is that of a challenge of ours, as it was made, and not too old", async () => {
    const field = await solve(await proofs.challenge(1, client));
    const { challenge, solution } = decode(field);
    const { parameters } = challenge;
    const forged = await solve(await openProofs(clock, "another secret").challenge(1, client));
    for (const wrong of [
      forged,
      encode({ challenge, solution: { ...solution, counter: solution.counter + 1 } }),
      encode({ challenge, solution: { ...solution, derivedKey: `00${solution.derivedKey.slice(2, -2)}11` } }),
      encode({ challenge: { ...challenge, parameters: { ...parameters, keyPrefix: "" } }, solution }),
      encode({ challenge: { ...challenge, parameters: { ...parameters, cost: 1 } }, solution }),
      encode({ challenge: { ...challenge, parameters: { ...parameters, data: { expires: 1e15 } } }, solution }),
      encode({ challenge: { parameters }, solution }),
      ...["", "e30=", encode(null), encode([]), encode({ challenge: {} }), "x".repeat(5000), "\u0000"],
    ]) {
      expect(await proofs.accept(wrong, client)).toBe(false);
    }
    clock.advance(minutes(31));
    expect(await proofs.accept(field, client)).toBe(false);
  });
});

describe("the form under load", () => {
  let harness: Harness;
  let busy = false;
  beforeAll(async () => {
    harness = await openHarness();
    // A line on which the allowance is used up: only a proof is taken.
    const submission: Limits["submission"] = (_, { proved }) =>
      busy && !proved ? { taken: false, after: 5, difficulty: 1 } : { taken: true };
    Object.assign(harness.service, { limits: { ...NO_LIMITS, submission } });
    for (const lang of ["fa", "en"] as const) {
      harness.writeSite(`${lang}/sign/index.html`, signPage(harness.service.site(), lang));
    }
    cpSync(join(root, "content/assets"), join(harness.siteFolder, "assets"), { recursive: true });
  });
  afterAll(() => harness.close());

  it("takes little: what solves it is smaller than 3 kB", () => {
    expect(statSync(join(root, "content/assets/sign.js")).size).toBeLessThan(3000);
  });

  it("lets a browser with scripts go on at once, in both languages, and one without come back later", async () => {
    const server = await listen(
      createApp(harness.service).fetch,
      { port: 0, from: "this machine" },
      harness.service.log,
    );
    const origin = `http://localhost:${server.port}`;
    const browser = await startBrowser();
    try {
      for (const lang of ["en", "fa"] as const) {
        const { page, pageErrors, foreignRequests, close } = await visit(browser, origin, { language: lang });
        const send = async (email: string) => {
          await page.locator("#email").fill(email);
          await page.locator("#name").fill("Niamh O’Neil");
          await page.locator("#consent_handover").check();
          await page.locator('main form button[type="submit"]').click();
        };
        busy = false;
        await page.goto(`${origin}/${lang}/sign/`);
        await send(`first.${lang}@example.org`);
        await page.waitForURL("**/confirm/**");
        // Nothing of it is on the form before it is needed.
        await page.goto(`${origin}/${lang}/sign/`);
        expect(await page.locator("#proof, input[name=altcha]").count()).toBe(0);
        busy = true;
        await send(`second.${lang}@example.org`);
        await page.locator("input[name=altcha]").waitFor({ state: "attached", timeout: 30_000 });
        expect(await page.locator("#email").inputValue()).toBe(`second.${lang}@example.org`);
        await page.locator('main form button[type="submit"]').click();
        await page.waitForURL("**/confirm/**");
        expect(foreignRequests).toEqual([]);
        expect(pageErrors.filter((text) => !text.includes("status of 429"))).toEqual([]);
        await close();
      }
      const { page, close } = await visit(browser, origin, { javaScript: false });
      await page.goto(`${origin}/en/sign/`);
      await page.locator("#email").fill("third@example.org");
      await page.locator("#name").fill("Niamh O’Neil");
      await page.locator("#consent_handover").check();
      await page.locator('main form button[type="submit"]').click();
      expect(await page.locator('[role="alert"]').innerText()).toContain("Try again in");
      // Until its style sheet is there, a page shows everything.
      await page.locator("#proof").waitFor({ state: "hidden", timeout: 10_000 });
      await close();
    } finally {
      await browser.close();
      await server.close(1000);
    }
  }, 90_000);
});
