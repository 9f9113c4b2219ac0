import { expect, it } from "vitest";
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
