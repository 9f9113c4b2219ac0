import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { noteCopy } from "../../scripts/outside/bag/copy-list.ts";
import type { Visit } from "../support/browsers/browser.ts";
import { people } from "../support/fixtures.ts";
import type { MailServer } from "../support/servers/mail-server.ts";
import type { Service } from "../support/servers/service.ts";
import { codeIn, countOf, type Form, verified, waitForSheets } from "./signatory.ts";
import {
  about,
  askState,
  checkFormCameBack,
  checkLanguage,
  checkTraces,
  field,
  follow,
  press,
  see,
  sendForm,
  startWalk,
  type Walk,
  waitForList,
} from "./walk.ts";

/** Lower case with a hyphen, as people copy codes from paper. */
const withHyphen = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
/** As a Persian keyboard writes digits, with blanks. */
const withPersianDigits = (code: string) =>
  code.replace(/\d/g, (digit) => String.fromCharCode(0x06f0 + Number(digit))).replace(/.{4}(?=.)/g, "$& ");

/** The ways in which somebody goes: language, with or without scripts, how they are shown, how they type. */
export const RUNS = [
  { lang: "fa", javaScript: false, shown: "name", person: people.alireza, typed: withPersianDigits },
  { lang: "fa", javaScript: true, shown: "hidden", person: people.omid, typed: withHyphen },
  { lang: "en", javaScript: false, shown: "counted", person: people.niamh, typed: withPersianDigits },
  { lang: "en", javaScript: true, shown: "initials", person: people.jean, typed: withHyphen },
] as const;

export type Run = (typeof RUNS)[number];

/** A signature from the letter to the list, and off it again. */
export async function walkWholeWay(
  run: Run,
  { service, mailServer, visiting }: { service: Service; mailServer: MailServer; visiting: Visit },
): Promise<void> {
  const { lang, shown, person, typed } = run;
  const walk = startWalk(visiting, service.origin, lang);
  const { page, strings } = walk;

  await page.goto(`${service.origin}/`);
  expect(page.url()).toBe(`${service.origin}/${lang}/`);
  await checkLanguage(walk);
  await see(walk, lang === "fa" ? "نامهٔ سرگشاده" : "Open letter");
  await see(walk, strings.letter.signed_people.zero);
  await follow(walk, strings.letter.sign_letter);
  await see(walk, strings.sign.shown_legend);
  expect(await page.getByRole("radio", { name: strings.sign.hidden }).isChecked()).toBe(true);

  const name = shown === "counted" ? "" : person.name;
  const form = { shown, name, place: shown === "counted" ? "" : person.place, email: person.email };
  const slip = { ...form, email: person.email.replace("@", " at ") };
  await sendForm(walk, slip);
  await checkFormCameBack(walk, slip, firstWords(strings.problems.email.format));
  await field(walk, strings.sign.email).fill(form.email);
  await press(walk, strings.sign.send_code);
  await see(walk, strings.confirm.title);
  await see(walk, strings.confirm.waiting);

  const mail = await mailServer.waitForMail(form.email);
  expect(mail.subject).toBe(lang === "fa" ? "کد شما" : "Your code");
  expect(mail.links).toEqual([]);
  const code = codeIn(mail);
  await press(walk, strings.confirm.resend);
  await see(walk, strings.confirm.sent_again);
  expect(codeIn(await mailServer.waitForMail(form.email))).toBe(code);
  await enterCode(walk, code.startsWith("0") ? "11111111" : "00000000");
  await see(walk, strings.problems.code.wrong);
  await enterCode(walk, typed(code));
  await see(walk, strings.confirmed.title);
  await see(walk, strings.confirmed.pending);
  const withdrawalCode = await page.locator("#withdrawal-code").innerText();
  await askState(walk, typed(withdrawalCode));
  await see(walk, strings.verify.state.pending);

  await review(service, { ...form, lang });
  const row = { name, initials: person.initials, hidden: strings.signatures.one_more }[
    shown === "counted" ? "hidden" : shown
  ];
  const list = await waitForList(walk, row);
  expect(list).toContain(about(walk, strings.letter.signed_people));
  expect(list.includes(strings.signatures.not_reviewed)).toBe(shown === "hidden" || shown === "counted");
  if (shown !== "name") expect(list).not.toContain(person.name);
  await follow(walk, strings.nav.letter);
  await see(walk, about(walk, strings.letter.signed_people));
  await askState(walk, typed(withdrawalCode));
  await see(walk, strings.verify.state.accepted);
  await checkVerified(service, "1 accepted, 0 withdrawn, 1 listed");

  // An organiser has made a bag meanwhile. Its bytes do not matter here: it holds the row of somebody who leaves.
  const bag = join(service.dataDir, "handover.tar");
  writeFileSync(bag, "the row");
  const size = Number((await countOf(service.origin)).size);
  await noteCopy(service.dataDir, { path: bag, tag: "handover/2026-12-01", size });
  await follow(walk, strings.nav.withdraw);
  await field(walk, strings.withdraw.code).fill(typed(withdrawalCode));
  await press(walk, strings.withdraw.button);
  await see(walk, strings.withdraw.done_title);
  const after = await waitForList(walk, about(walk, strings.signatures.withdrawn));
  expect(after).toContain(strings.signatures.none);
  expect(after).not.toContain(row);
  expect(await countOf(service.origin)).toMatchObject({ accepted: 1, withdrawn: 1, listed: 0 });
  await expect.poll(() => existsSync(bag)).toBe(false);
  await askState(walk, typed(withdrawalCode));
  await see(walk, strings.verify.state.withdrawn);
  expect(await verified(service, `${service.origin}/`)).toContain("ok: 1 accepted, 1 withdrawn, 0 listed, ");
  await checkTraces(visiting);
}

// The example comes after them.
const firstWords = (text: string) => text.split("{")[0]?.trim() ?? "";

export async function enterCode(walk: Walk, code: string): Promise<void> {
  await field(walk, walk.strings.confirm.code).fill(code);
  await press(walk, walk.strings.confirm.confirm_sig);
}

/** A moderator in a terminal: looks at what waits, and approves it. Of a hidden name nothing is to be seen. */
export async function review(service: Service, { shown, name }: Form): Promise<void> {
  const [sheet = ""] = await waitForSheets(service, 1);
  const list = await service.run("moderate", "list");
  expect(list.stdout).toMatch(new RegExp(`${sheet} +signatures +1 +`));
  const rows = await service.run("moderate", "show", sheet.slice(0, 8));
  expect(rows.stdout).toContain(shown);
  if (name !== "") expect(rows.stdout.includes(name)).toBe(shown === "name");
  const approval = await service.run("moderate", "approve", sheet.slice(0, 8));
  expect(approval.stderr).toMatch(/^campaign [^\n]+\n$/);
  expect(approval.stdout).toContain("accepted 1, refused 0, left out as withdrawn 0");
}

/** What a stranger finds, from the address and from the files. */
export async function checkVerified(service: Service, counts: string): Promise<void> {
  const [address, folder] = [`${service.origin}/`, join(service.dataDir, "site")];
  const [overHttp, onDisk] = await Promise.all([verified(service, address), verified(service, folder)]);
  expect(overHttp).toContain(`ok: ${counts}, `);
  expect(onDisk).toBe(overHttp);
}
