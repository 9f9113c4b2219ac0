import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visit } from "../../support/browsers/browser.ts";
import { openBusyLine } from "./busy-line.ts";

describe("on a line that many people share", () => {
  let line: Awaited<ReturnType<typeof openBusyLine>>;
  beforeAll(async () => {
    line = await openBusyLine();
  });
  afterAll(() => line?.close());

  it("the form goes on by itself where scripts run", async () => {
    const { page, pageErrors, foreignRequests, close } = await visit(line.browser, line.origin, { language: "en" });
    const posts: URLSearchParams[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") posts.push(new URLSearchParams(request.postData() ?? ""));
    });
    await line.fillIn(page, "en", "signatory@example.org");
    // Nothing of it is on the form before it is needed.
    expect(await page.locator("#proof, input[name=altcha]").count()).toBe(0);
    await line.send(page);
    await page.waitForURL("**/confirm/**");
    expect(posts.map((form) => form.has("altcha"))).toEqual([false, true]);
    expect(posts[0]!.get("once")).toMatch(/^[\w-]{22}$/);
    expect(posts[1]!.get("once")).toBe(posts[0]!.get("once"));
    expect(posts[1]!.get("email")).toBe("signatory@example.org");
    expect(foreignRequests).toEqual([]);
    expect(pageErrors.filter((text) => !text.includes("status of 429"))).toEqual([]);
    await close();
  });

  it("somebody without scripts has a button in the box, and everything that was typed", async () => {
    const { page, close } = await visit(line.browser, line.origin, { javaScript: false });
    await line.fillIn(page, "en", "plain@example.org");
    await line.send(page);
    const again = page.locator("#busy").getByRole("button", { name: "Send the form again" });
    await page.locator("#proof").waitFor({ state: "hidden" });
    await again.click();
    await again.waitFor();
    expect(await page.locator("#email").inputValue()).toBe("plain@example.org");
    line.room.full = false;
    await again.click();
    await page.waitForURL("**/confirm/**");
    await close();
  });
});
