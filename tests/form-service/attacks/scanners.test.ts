import { expect, it } from "vitest";
import { scanMails } from "./scanners.ts";

it("is not signed for by scanners of mail, which keep nobody from signing either", async () => {
  const { posted } = await scanMails({ seed: 1, people: 12, browsers: 0 });
  expect(posted).toBeGreaterThan(100);
});
