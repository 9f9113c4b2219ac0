import type { Page } from "playwright-core";

/**
 * What does not fit: the page itself when it can be scrolled sideways, and every text that is cut off.
 *
 * @param page in whichever browser
 */
export async function whatDoesNotFit(page: { evaluate<R>(script: string): Promise<R> }): Promise<string[]> {
  return page.evaluate(`(() => {
    const root = document.documentElement;
    const beyond = ({ left, right, width }) => width > 0 && (left < -1 || right > root.clientWidth + 1);
    const widest = [...document.body.querySelectorAll("*")].findLast((element) => beyond(element.getBoundingClientRect()));
    const found = root.scrollWidth > root.clientWidth ? ["the page is " + root.scrollWidth + " px wide on " + root.clientWidth + ": " + widest?.outerHTML.slice(0, 80)] : [];
    for (const element of document.body.querySelectorAll("*")) {
      const { overflowX, position, clip } = getComputedStyle(element);
      if (element.tagName === "INPUT") continue; // What is typed can be scrolled.
      const hiddenOnPurpose = position === "absolute" && element.clientWidth <= 1;
      if (["hidden", "clip"].includes(overflowX) && !hiddenOnPurpose && element.scrollWidth > element.clientWidth)
        found.push("cut off: " + element.tagName + "." + element.className);
    }
    return found;
  })()`);
}

/** Every text that is drawn with letters of less than so many pixels, with its size; a drawing's as it is scaled. */
export async function whatIsTooSmall(page: Page, pixels: number): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { textContent, parentElement } = texts.currentNode;
      if (textContent.trim() === "" || !parentElement.checkVisibility()) continue;
      const { a, b } = parentElement.getScreenCTM?.() ?? { a: 1, b: 0 };
      const size = parseFloat(getComputedStyle(parentElement).fontSize) * Math.hypot(a, b);
      if (size < ${pixels}) found.push(size.toFixed(1) + ": " + textContent.trim().slice(0, 30));
    }
    return found;
  })()`);
}

/** By how much what is on the screen moved without the reader's doing, since the page began. */
export async function layoutShift(page: Page): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => setTimeout(() => resolve(sum), 50));
  })`);
}
