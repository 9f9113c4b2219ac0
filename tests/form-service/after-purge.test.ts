import { expect, it } from "vitest";
import { stringsIn } from "../../scripts/site/views/strings.ts";
import { people } from "../support/fixtures.ts";
import { openHarness, sign } from "./harness.ts";

it("tells everybody who comes after the purge that the signatures were handed over, and to whom", async () => {
  const harness = await openHarness();
  const { withdrawalCode, s, code } = await sign(harness, people.sara);
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  harness.gitHost.log(`undersigned/v1 handover ${"A".repeat(43)} ${"A".repeat(43)}`);
  await harness.round();
  // A handover alone destroys nothing: whoever wants to leave still can.
  expect((await harness.post("/en/verify/", { code: withdrawalCode })).status).toBe(200);
  harness.gitHost.log(`undersigned/v1 purge ${"A".repeat(43)}`);
  await harness.round();
  for (const [path, form] of [
    ["withdraw/", { code: withdrawalCode }],
    ["withdraw/", { email: people.sara.email }],
    ["verify/", { code: withdrawalCode }],
    ["confirm/", { s, code }],
    ["sign/", { shown: "counted", email: "somebody@example.org", consent_handover: "yes" }],
  ] as const) {
    for (const [lang, recipient] of [
      ["en", "Amnesty International"],
      ["fa", "عفو بین‌الملل"],
    ] as const) {
      const answer = await harness.post(`/${lang}/${path}`, form);
      const text = await answer.text();
      expect(answer.status, path).toBe(410);
      expect(text).toContain(recipient);
      expect(text).toContain("letter@example.org");
    }
  }
  await harness.close();
});

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
