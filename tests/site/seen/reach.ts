import type { Page } from "playwright-core";

/** What somebody must read on a page with a form, and how far down they must go, in pixels from the top. */
type Reach = {
  /** words that can be seen in the page's main part, with nothing unfolded */
  readonly words: number;
  /** the upper edge of the first control of the form */
  readonly control: number;
  /** the lower edge of its button */
  readonly button: number;
};

/** Measures a page as it is first seen. */
export async function reachOf(page: Page): Promise<Reach> {
  return page.evaluate(`(() => {
    const main = document.querySelector("main");
    const form = main.querySelector("form");
    const control = [...form.querySelectorAll("input:not([type=hidden])")].find((input) => input.checkVisibility());
    return {
      words: main.innerText.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)).length,
      control: Math.round(control.getBoundingClientRect().top + scrollY),
      button: Math.round(form.querySelector("button").getBoundingClientRect().bottom + scrollY),
    };
  })()`);
}
