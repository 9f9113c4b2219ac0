import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown } from "../harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ settings: { MAIL_URL: "capture:" } });
});
afterAll(() => harness.close());

const fields = ["shown", "name", "place", "email", "consent_handover", "consent_public", "s", "code", "__proto__"];
const paths = ["sign/", "confirm/", "confirm/resend/", "not-me/", "withdraw/", "withdraw/confirm/", "verify/"];
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom(
    "",
    "yes",
    "name",
    "AAAAAAAAAAAAAAAAAAAAAA",
    "00000000",
    "0".repeat(26),
    "a@example.org",
    "%ff",
    "\u0000",
  ),
  fc.constantFrom("<script>alert(1)</script>", "'; drop table submission; --", "{{7*7}}", "../../etc/passwd", "\u202e"),
);
const form = fc.array(fc.tuple(fc.constantFrom(...fields), value), { maxLength: 8 });

it("answers whatever is sent without failing, and shows it as text alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("fa", "en"), fc.constantFrom(...paths), form, async (lang, path, pairs) => {
      const body = new URLSearchParams(pairs.map(([name, text]): [string, string] => [name, text.toWellFormed()]));
      const answer = await harness.request(`/${lang}/${path}`, { method: "POST", body });
      expect([200, 303, 422]).toContain(answer.status);
      expect(await answer.text()).not.toContain("<script>alert");
    }),
    { numRuns: 400 },
  );
  expect(harness.logged()).toBe("");
});

it("answers whatever address is asked for without failing", async () => {
  const path = fc.array(fc.oneof(fc.constantFrom("fa", "..", "%2e%2e", "ledger", "tile", "~", "\\"), fc.string()), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(path, fc.constantFrom("GET", "HEAD", "PUT", "DELETE", "OPTIONS"), async (parts, method) => {
      const address = `http://localhost:8080/${parts.map((part) => part.toWellFormed()).join("/")}`;
      if (!URL.canParse(address)) return;
      expect((await harness.request(address, { method })).status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

it("is not signed for by a scanner that opens links and posts forms with what it finds on the page", async () => {
  const trial = await openHarness();
  const answer = await trial.post("/en/sign/", formOf(people.sara));
  const link = answer.headers.get("location")!;
  const s = new URL(link, "http://localhost:8080").searchParams.get("s")!;
  const page = await (await trial.get(link)).text();
  const guesses = ["", ...(page.match(/\b[0-9A-Za-z]{8}\b/g) ?? []), s.slice(0, 8)].slice(0, 4);
  for (const code of guesses) await trial.post("/en/confirm/", { s, code });
  expect(await trial.store.query.selectFrom("signature").selectAll().execute()).toEqual([]);
  const { withdrawalCode } = await sign(trial, people.niamh);
  expect(await stateShown(trial, withdrawalCode)).toBe("pending");
  await trial.close();
});
