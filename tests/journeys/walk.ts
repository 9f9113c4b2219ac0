import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { numeral } from "../../scripts/site/views/numerals.ts";
import { STRINGS, type Strings } from "../../scripts/site/views/strings.ts";
import type { Visit } from "../support/browsers/browser.ts";
import { root } from "../support/source.ts";
import type { Form } from "./signatory.ts";

/** Somebody who walks through the pages in one language, clicking and typing what they see there. */
export type Walk = { page: Page; origin: string; lang: "en" | "fa"; strings: Strings };

export function startWalk(visit: Visit, origin: string, lang: "en" | "fa"): Walk {
  visit.page.setDefaultTimeout(120_000);
  return { page: visit.page, origin, lang, strings: STRINGS[lang] };
}

/** Waits until the page shows this text. */
export async function see(walk: Walk, text: string): Promise<void> {
  await walk.page.getByText(text).filter({ visible: true }).first().waitFor();
}

/** Everything that can be read on the page itself, without its frame, in one line. */
export async function readPage({ page }: Walk): Promise<string> {
  return (await page.locator("main").innerText()).replace(/\s+/g, " ");
}

/** The language and the direction that the page gives to a screen reader. */
export async function checkLanguage({ page, lang }: Walk): Promise<void> {
  const html = page.locator("html");
  expect([await html.getAttribute("lang"), await html.getAttribute("dir")]).toEqual([
    lang,
    lang === "fa" ? "rtl" : "ltr",
  ]);
}

/** Follows the link with this text. */
export async function follow({ page }: Walk, text: string): Promise<void> {
  await page.getByRole("link", { name: text, exact: true }).filter({ visible: true }).first().click();
}

export async function press({ page }: Walk, text: string): Promise<void> {
  await page.getByRole("button", { name: text, exact: true }).click();
}

/** The text field with this label. */
export function field({ page }: Walk, label: string): Locator {
  return page.getByRole("textbox", { name: label });
}

/** Fills in the form from top to bottom and sends it. */
export async function sendForm(walk: Walk, form: Omit<Form, "lang">): Promise<void> {
  const { page, strings } = walk;
  const { sign } = strings;
  await page.getByRole("radio", { name: sign[form.shown] }).check();
  // Who is only counted is asked for neither.
  if (form.shown !== "counted" || (await field(walk, sign.your_name).isVisible())) {
    await field(walk, sign.your_name).fill(form.name);
    await field(walk, sign.place).fill(form.place);
  }
  await field(walk, sign.email).fill(form.email);
  await page.locator("label", { hasText: consentWords(walk, "handover") }).click();
  if (form.shown === "name" || form.shown === "initials") {
    await page.locator("label", { hasText: consentWords(walk, "public") }).click();
  }
  await press(walk, sign.send_code);
}

// The recipient's name is in the middle of the sentence.
const consentWords = ({ lang }: Walk, of: "handover" | "public") =>
  readFileSync(join(root, "content", lang, `consent-${of}.md`), "utf8")
    .trim()
    .split("{")[0] ?? "";

/** The form came back: the summary says what is wrong, has the focus and leads to the field; nothing typed is lost. */
export async function checkFormCameBack(walk: Walk, form: Omit<Form, "lang">, problem: string): Promise<void> {
  const { page, strings } = walk;
  const { sign, problems } = strings;
  const summary = page.locator("#problems");
  // Until the answer has come, the browser shows the page before.
  await summary.getByText(problems.title).waitFor();
  expect(await page.title()).toMatch(new RegExp(`^${strings.page.error_prefix}`));
  await summary.getByText(problems.not_recorded).waitFor();
  // The browser moves the focus when it first draws the page.
  await expect.poll(() => focused(walk)).toBe("problems");
  expect(await page.getByRole("radio", { name: sign[form.shown] }).isChecked()).toBe(true);
  const { your_name, place } = { your_name: page.locator("#name"), place: page.locator("#place") };
  if (form.shown !== "counted") {
    expect(await your_name.inputValue()).toBe(form.name);
    expect(await place.inputValue()).toBe(form.place);
  } else expect([await your_name.isVisible(), await place.isVisible()]).toEqual([false, false]);
  expect(await field(walk, sign.email).inputValue()).toBe(form.email);
  const consents = form.shown === "name" || form.shown === "initials" ? 2 : 1;
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(consents);
  // Once in the summary, once beside the field.
  expect(await page.getByText(problem).filter({ visible: true }).count()).toBe(2);
  await summary.getByRole("link", { name: problem }).click();
  const email = field(walk, sign.email);
  await expect.poll(() => focused(walk)).toBe(await email.getAttribute("id"));
  expect(await email.getAttribute("aria-invalid")).toBe("true");
}

function focused({ page }: Walk): Promise<string> {
  return page.evaluate("document.activeElement.id");
}

/** Asks for the state of a signature by its withdrawal code. */
export async function askState(walk: Walk, code: string): Promise<void> {
  const { strings } = walk;
  await follow(walk, strings.nav.verify);
  await field(walk, strings.verify.code).fill(code);
  await walk.page.waitForLoadState("load");
  // With scripts the code stays in the browser unless it is sent on purpose: only the service knows of what is pending.
  const send = walk.page.getByRole("button", { name: strings.verify.send, exact: true });
  await press(walk, (await send.isVisible()) ? strings.verify.send : strings.verify.button);
}

/** Looks at the list again and again until it tells this. */
export async function waitForList(walk: Walk, text: string): Promise<string> {
  const read = async () => {
    await walk.page.goto(`${walk.origin}/${walk.lang}/signatures/`);
    return readPage(walk);
  };
  await expect.poll(read, { interval: 500 }).toContain(text);
  return readPage(walk);
}

/** A sentence about one person or one signature, as the language writes it. */
export function about(walk: Walk, forms: { one: string }): string {
  return forms.one.replace("{n}", numeral(walk.lang, 1));
}

/** Nothing was asked of another host, nothing failed, nothing stays in the browser. */
export async function checkTraces({ page, context, foreignRequests, pageErrors }: Visit): Promise<void> {
  expect(foreignRequests).toEqual([]);
  // A form that comes back has this status; the browser reports it.
  expect(pageErrors.filter((text) => !text.includes("status of 422"))).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  const stores = `Promise.all([Object.keys(localStorage), Object.keys(sessionStorage), indexedDB.databases(), caches.keys(),
    navigator.serviceWorker.getRegistrations()]).then((all) => all.flat().length + document.cookie.length)`;
  expect(await page.evaluate(stores)).toBe(0);
}
