import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Presses Tab until this has the focus, as somebody without a mouse does, and sees that it can be seen. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) {
      expect(await focusIsSeen(page), `focus on ${target}`).toBe(true);
      return;
    }
  }
  throw new Error(`Tab never leads to ${target}`);
}

/** Goes there and presses it. */
export async function pressByKey(page: Page, target: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Goes there and types. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

function focusIsSeen(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
    const { width, height } = document.activeElement.getBoundingClientRect();
    return width > 1 && height > 1 && ((outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none");
  })()`);
}
