import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "vitest";
import type { Visit } from "../support/browsers/browser.ts";
import { fixedRandomness, type Person, people } from "../support/fixtures.ts";
import type { MailServer } from "../support/servers/mail-server.ts";
import type { Service } from "../support/servers/service.ts";
import { approve, codeIn, waitForSheets } from "./signatory.ts";
import {
  about,
  askState,
  checkTraces,
  field,
  follow,
  press,
  readPage,
  see,
  sendForm,
  startWalk,
  type Walk,
  waitForList,
} from "./walk.ts";
import { enterCode } from "./whole-way.ts";

type Set = { service: Service; mailServer: MailServer; visiting: Visit; alsoVisiting: () => Promise<Visit> };

export const RUNS = [
  { lang: "fa", javaScript: false },
  { lang: "fa", javaScript: true },
  { lang: "en", javaScript: false },
  { lang: "en", javaScript: true },
] as const;

/** With the allowances of lines and mailboxes, which is where one person could take something from another. */
export const SETTINGS = { LIMITS: "on", TRUST_PROXY: "on" };

/** What a stranger writes in her place. */
const JOKES = ["Waldemar Ulkhase", "والدمار شوخ‌طبع", "Waldemar van Grap"] as const;
const WRONG = ["11111111", "22222222", "33333333", "44444444", "55555555"] as const;

/** A stranger who types somebody's address, and what she can do all the same; then a thief of her mailbox. */
export async function meetStranger(lang: "en" | "fa", { service, mailServer, visiting, alsoVisiting }: Set) {
  const [his, thief] = [await alsoVisiting(), await alsoVisiting()];
  await from(visiting, "192.0.2.1");
  await from(his, "198.51.100.7");
  await from(thief, "203.0.113.9");
  const [hers, stranger, thieving] = [visiting, his, thief].map((visit) => startWalk(visit, service.origin, lang));
  // All runs of a file have one mail server: whose mail it is must be told apart.
  const random = fixedRandomness(`stranger ${hers!.origin}`);
  const [victim, lured] = [people.sara, people.omid].map((person) => ({
    ...person,
    email: `${Buffer.from(random(5)).toString("hex")}.${person.email}`,
  }));
  const [her, him, theft] = [hers!, stranger!, thieving!];
  const scene: Scene = { service, mailServer, her, him, thief: theft, victim: victim!, lured: lured! };

  await isLuredToHisPage(scene);
  const hisAnswer = await hisFormsTakeNothing(scene);
  const withdrawalCode = await sheSignsWithAnyCode(scene);
  await approve(service, await waitForSheets(service, 1));
  await waitForList(scene.her, scene.victim.name);
  await thiefFindsNothing(scene, withdrawalCode);
  await sheDidNotAsk(scene, hisAnswer);
  await sheWithdrawsByAddress(scene, withdrawalCode);
  for (const one of [visiting, his, thief]) await checkTraces(one);
}

type Scene = Pick<Set, "service" | "mailServer"> & {
  her: Walk;
  him: Walk;
  thief: Walk;
  /** whose address he types */
  victim: Person;
  /** who follows him to his page */
  lured: Person;
};

/** He sends the address of his page in a chat, and the person types the code that came: the page says what that was. */
async function isLuredToHisPage(scene: Scene): Promise<void> {
  const { service, mailServer, her, him, lured } = scene;
  const { strings, page } = her;
  const joke = { shown: "name", name: JOKES[1], place: "", email: lured.email } as const;
  await fillIn(him, joke);
  await page.goto(him.page.url());
  await see(her, strings.confirm.title);
  expect(await readPage(her)).not.toContain(JOKES[1]);
  await enterCode(her, codeIn(await mailServer.waitForMail(lured.email)));
  await see(her, strings.confirmed.title);
  await see(her, strings.confirmed.shown.name);
  expect(await readPage(her)).toContain(`${strings.sign.on_list} ${JOKES[1]}`);
  await see(her, strings.confirmed.take_back);
  const withdrawalCode = await codeOn(her);
  await approve(service, await waitForSheets(service, 1));
  // Another tab, as the page with the button stays open.
  await waitForList(him, JOKES[1]);
  await press(her, strings.confirmed.take_back_button);
  await see(her, strings.withdraw.done_title);
  const list = await waitForList(her, about(her, strings.signatures.withdrawn));
  expect(list).not.toContain(JOKES[1]);
  await askState(her, withdrawalCode);
  await see(her, strings.verify.state.withdrawn);
}

/** Three forms with her address, two mails, and no way for him to go on; nor does he shut her out. */
async function hisFormsTakeNothing(scene: Scene): Promise<string> {
  const { him, victim } = scene;
  const { strings, page } = him;
  for (const name of JOKES) await fillIn(him, { shown: "name", name, place: "", email: victim.email });
  for (const code of WRONG) {
    await enterCode(him, code);
    await see(him, strings.problems.code.wrong);
  }
  await expect.poll(() => mailsTo(scene).length).toBe(2);
  for (const mail of mailsTo(scene)) {
    expect(mail.links).toEqual([]);
    expect(mail.text + mail.html + mail.raw.toString()).not.toMatch(/https?:|[?&]s=|List-Unsubscribe/i);
    for (const name of JOKES) expect(mail.text + mail.html).not.toContain(name);
  }
  // Wrong codes have ended his page: the right one, if he ever had it, opens nothing there any more.
  await enterCode(him, codeIn(mailsTo(scene)[0]!));
  await see(him, strings.problems.code.wrong);
  expect(await page.locator("#withdrawal-code").count()).toBe(0);
  const answer = await sayNotMe(him, victim.email, WRONG[0]);
  expect(suppressed(scene.service)).toBe(0);
  return answer;
}

/** Her own form gets a mail of its own, and opens with the code of one of his: with her name, and nothing of his. */
async function sheSignsWithAnyCode(scene: Scene): Promise<string> {
  const { her, victim } = scene;
  const { strings } = her;
  await fillIn(her, { ...victim, shown: "name" });
  await expect.poll(() => mailsTo(scene).length).toBe(3);
  await enterCode(her, codeIn(mailsTo(scene)[0]!));
  await see(her, strings.confirmed.title);
  await see(her, strings.confirmed.shown.name);
  const page = await readPage(her);
  expect(page).toContain(`${strings.sign.on_list} ${victim.name} ${victim.place}`);
  for (const name of JOKES) expect(page).not.toContain(name);
  return codeOn(her);
}

/** Within 48 hours the withdrawal code takes her page and her code together; the mailbox by itself opens nothing. */
async function thiefFindsNothing(scene: Scene, withdrawalCode: string): Promise<void> {
  const { her, thief, victim } = scene;
  const { strings } = thief;
  const code = codeIn(mailsTo(scene).at(-1)!);
  const history = `${her.origin}/${her.lang}/confirm/?s=${await sOf(her)}`;
  await fillIn(thief, { ...victim, shown: "hidden", name: "Another Name" });
  await expect.poll(() => mailsTo(scene).length).toBe(4);
  await enterCode(thief, code);
  await see(thief, strings.message.already_signed.title);
  const told = await readPage(thief);
  expect(told).not.toContain(withdrawalCode);
  expect(told).not.toContain(victim.name);
  expect(await thief.page.locator("main").getByRole("button").count()).toBe(0);
  // The page out of the history shows nothing of itself.
  await thief.page.goto(history);
  await see(thief, strings.confirm.title);
  expect(await readPage(thief)).not.toContain(withdrawalCode);
  await enterCode(thief, WRONG[0]);
  await see(thief, strings.problems.code.wrong);
  await enterCode(thief, code);
  await see(thief, strings.confirmed.title);
  expect(await codeOn(thief)).toBe(withdrawalCode);
}

/** "I did not ask for this code": the same page as for his wrong code, but no more mails, and the signature stays. */
async function sheDidNotAsk(scene: Scene, hisAnswer: string): Promise<void> {
  const { service, her, him, victim } = scene;
  expect(await sayNotMe(her, victim.email, codeIn(mailsTo(scene).at(-1)!))).toBe(hisAnswer);
  await expect.poll(() => suppressed(service)).toBe(1);
  // From one more network, as his has caused its two mails of the day; her mailbox would get one more.
  await from({ context: him.page.context() }, "198.18.0.1");
  await fillIn(him, { shown: "hidden", name: JOKES[1], place: "", email: victim.email });
  await waitForList(her, victim.name);
}

/** Taking the signature back goes on after that; the mail that comes is the first since. */
async function sheWithdrawsByAddress(scene: Scene, withdrawalCode: string): Promise<void> {
  const { her, victim } = scene;
  const { strings, page } = her;
  await follow(her, strings.nav.withdraw);
  await field(her, strings.sign.email).fill(victim.email);
  await press(her, strings.sign.send_code);
  await see(her, strings.withdraw.confirm_title);
  await expect.poll(() => mailsTo(scene).length).toBe(5);
  await field(her, strings.confirm.code).fill(codeIn(mailsTo(scene).at(-1)!));
  await press(her, strings.withdraw.button);
  await see(her, strings.withdraw.by_address_done_title);
  expect(await page.locator("main").getByRole("button").count()).toBe(0);
  await askState(her, withdrawalCode);
  await see(her, strings.verify.state.withdrawn);
  await expect.poll(() => listOf(her), { interval: 500 }).not.toContain(victim.name);
}

/** Opens the form and sends it: the page after it says the same to everybody. */
async function fillIn(walk: Walk, form: Parameters<typeof sendForm>[1]): Promise<void> {
  await walk.page.goto(`${walk.origin}/${walk.lang}/sign/`);
  await sendForm(walk, form);
  await see(walk, walk.strings.confirm.title);
  await see(walk, walk.strings.confirm.any_code);
}

/** Gives the whole page that answers "I did not ask for this code". */
async function sayNotMe(walk: Walk, email: string, code: string): Promise<string> {
  const { strings, page } = walk;
  await page.goto(`${walk.origin}/${walk.lang}/not-me/`);
  await field(walk, strings.sign.email).fill(email);
  await field(walk, strings.confirm.code).fill(code);
  await press(walk, strings.not_me.button);
  await see(walk, strings.not_me.done_title);
  return page.content();
}

/** Every mail to her so far. */
const mailsTo = ({ mailServer, victim }: Scene) => mailServer.mails.filter(({ to }) => to === victim.email);

const codeOn = ({ page }: Walk) => page.locator("#withdrawal-code").innerText();

/** The secret of the page where the code was typed, as the history of the browser keeps it. */
async function sOf({ page }: Walk): Promise<string> {
  await page.goBack();
  while (!page.url().includes("/confirm/?s=")) await page.goBack();
  return new URL(page.url()).searchParams.get("s") ?? "";
}

async function listOf(walk: Walk): Promise<string> {
  await walk.page.goto(`${walk.origin}/${walk.lang}/signatures/`);
  return readPage(walk);
}

/** As the proxy before the service names the line that somebody comes from. */
const from = ({ context }: Pick<Visit, "context">, line: string) =>
  context.setExtraHTTPHeaders({ "X-Forwarded-For": line });

function suppressed({ dataDir }: Service): number {
  const database = new Database(join(dataDir, "service.db"), { readonly: true });
  try {
    return (database.prepare("select count(*) as n from suppressed").get() as { n: number }).n;
  } finally {
    database.close();
  }
}
