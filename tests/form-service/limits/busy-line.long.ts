import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visit } from "../../support/browsers/browser.ts";
import { openBusyLine } from "./busy-line.ts";

describe("on a line that many people share, in detail", () => {
  let line: Awaited<ReturnType<typeof openBusyLine>>;
  beforeAll(async () => {
    line = await openBusyLine();
  });
  afterAll(() => line?.close());

  it("the form goes on by itself also where no worker can be had", async () => {
    const { page, pageErrors, close } = await visit(line.browser, line.origin, { language: "fa" });
    // As where scripts come from another host than the page.
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, "Worker"));
    await line.fillIn(page, "fa", "signatory@example.org");
    await line.send(page);
    await page.waitForURL("**/confirm/**");
    expect(pageErrors.filter((text) => !text.includes("status of 429"))).toEqual([]);
    await close();
  });

  it("whoever is changing the form is waited for, and hears how far it is", async () => {
    const { page, close } = await visit(line.browser, line.origin);
    // The work takes as long as it is held back.
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await page.route("**/assets/proof.js", async (route) => {
      await held;
      await route.continue();
    });
    await line.fillIn(page, "en", "changing@example.org");
    await line.send(page);
    const box = page.locator("#busy");
    await box.waitFor();
    // The browser gives the focus to what asks for it a moment after it has shown it.
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("busy");
    expect(await page.title()).toMatch(/^Many people share this connection/);
    const said = box.locator("[aria-live]");
    await expect.poll(() => said.textContent()).toContain("small calculation");
    await page.locator("#place").fill("Cork");
    finish();
    await expect.poll(() => said.textContent()).toBe("Done. You can send the form now.");
    await box.getByRole("button", { name: "Send the form again" }).click();
    await page.waitForURL("**/confirm/**");
    await close();
  });
});
