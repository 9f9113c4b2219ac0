import { isQuarantined } from "../../../scripts/letter/review/filing-message.ts";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { canonicalEmail } from "../../../scripts/letter/signature/email.ts";
import { fixedRandomness, hours } from "../../support/fixtures.ts";
import { formOf, openHarness, withdrawalCodeIn } from "../harness.ts";
import { openMailBasket } from "../mail/mail-basket.ts";

/** A botnet and people who sign in the same hour. */
export type Flood = {
  seed: number;
  attempts: number;
  lines: number;
  domains: number;
  /** how many of the domains are large providers, where a mailbox has to be got */
  providers: number;
  /** at each domain */
  mailboxes: number;
  people: number;
};

/** What became of one side: attempts that were refused at the door, and where its signatures lie. */
export type Fate = {
  attempts: number;
  refused: number;
  signed: number;
  normal: number;
  quarantined: number;
  asked: number;
  delayed: number;
};

type Attempt = { at: number; who: "bot" | "person"; from: string; email: string; more: Record<string, string> };

const TRIES = 10;
const PROVIDERS = ["gmail.com", "gmail.com", "yahoo.com", "outlook.com", "chmail.ir", "proton.me"];

/**
 * The bots: each attempt from one of their lines, with a mailbox of one of their domains; some of these are large providers,
 * where tags and dots make many spellings of one mailbox. They read their mail and type the codes. One in ten fills in the
 * hidden field, one in ten is too fast, the others look like people. None solves a proof.
 *
 * The people: seven in ten at large providers, two at domains of their own, one at an institution; one in seven shares a line
 * with others (a household, an operator), one in twenty comes over Tor; four in five have scripts. Whoever is refused
 * is asked for a proof if there are scripts, and else presses the button again up to ten times: after that it is a delay.
 */
export async function runFlood({ seed, attempts, lines, domains, providers, mailboxes, people }: Flood) {
  const basket = openMailBasket();
  const settings = { LIMITS: "on", TRUST_PROXY: "on", FILE_AT_LEAST: "1" };
  const harness = await openHarness({ seed: String(seed), mails: basket.queue, settings });
  // Sealing takes most of the time, and nothing here depends on it.
  Object.assign(harness.service, { seal: async () => new Uint8Array(16) });
  const bytes = fixedRandomness(`flood ${seed}`);
  const random = () => Buffer.from(bytes(4)).readUInt32BE() / 2 ** 32;
  const pick = (below: number) => Math.floor(random() * below);

  const plan: Attempt[] = [];
  for (let i = 0; i < attempts; i++) {
    const line = pick(lines);
    const domain = pick(domains);
    const large = domain < providers ? PROVIDERS[domain % PROVIDERS.length]! : undefined;
    const name = `bot${pick(mailboxes)}x${domain}`;
    const spelling = large === "gmail.com" ? [...name].join(random() < 0.5 ? "." : "") : name;
    const email = `${spelling}${random() < 0.5 ? `+${pick(1000)}` : ""}@${large ?? `flood${domain}.example`}`;
    const trick = random();
    const more: Record<string, string> = trick < 0.1 ? { comment: "hello" } : trick < 0.2 ? { filled: "0" } : {};
    plan.push({ at: random(), who: "bot", from: `203.${line >> 8}.113.${line & 255}`, email, more });
  }
  for (let i = 0; i < people; i++) {
    const [kind, place, scripts] = [random(), random(), random() < 0.8];
    const domain = kind < 0.7 ? PROVIDERS[pick(6)]! : kind < 0.9 ? `own${i}.example` : `institution${i % 12}.example`;
    const shared = `198.18.0.${pick(people / 40)}`;
    const from =
      place < 0.05 ? "198.51.100.66" : place < 0.19 ? shared : `100.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    const more: Record<string, string> = scripts ? { filled: String(5 + pick(200)) } : {};
    plan.push({ at: random(), who: "person", from, email: `person.${i}@${domain}`, more });
  }
  plan.sort((a, b) => a.at - b.at);

  const fates = { bot: fateOf(), person: fateOf() };
  const ids = new Map<string, "bot" | "person">();
  const start = harness.clock.now().getTime();
  for (const { at, who, from, email, more } of plan) {
    const fate = fates[who];
    harness.clock.set(new Date(start + at * hours(1)).toISOString());
    fate.attempts++;
    const headers = { "X-Forwarded-For": from };
    const form = formOf({ name: "Niamh O’Neil", email }, { shown: "hidden", ...more });
    let answer = await harness.post("/en/sign/", form, headers);
    // Somebody without scripts presses the button again.
    const tries = who === "person" && more.filled === undefined ? TRIES : 1;
    for (let tried = 1; tried < tries && answer.status === 429; tried++) {
      answer = await harness.post("/en/sign/", form, headers);
    }
    if (answer.status !== 303) {
      fate.refused++;
      if (who === "person" && more.filled !== undefined) fate.asked++;
      else if (who === "person") fate.delayed++;
      continue;
    }
    await harness.service.after.idle();
    const code = basket.takeCode(email);
    if (code === undefined) continue;
    const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
    const page = await (await harness.post("/en/confirm/", { s, code }, headers)).text();
    // A mailbox that has signed already is told so, and gets no code.
    if (!page.includes('id="withdrawal-code"')) continue;
    ids.set(idOf(openingOf(withdrawalCodeIn(page))), who);
  }
  await harness.round();
  for (const { sheet, message } of harness.gitHost.open.values()) {
    for (const { id } of harness.gitHost.parse(sheet).rows) {
      const fate = fates[ids.get(id)!];
      fate.signed++;
      fate[isQuarantined(message) ? "quarantined" : "normal"]++;
    }
  }
  const perMailbox = new Map<string, number>();
  for (const [email, count] of basket.counts) {
    const mailbox = canonicalEmail(email);
    perMailbox.set(mailbox, (perMailbox.get(mailbox) ?? 0) + count);
  }
  const size = harness.service.limits.size;
  await harness.close();
  return { ...fates, mostMails: Math.max(...perMailbox.values()), keysInMemory: size };
}

const fateOf = (): Fate => ({ attempts: 0, refused: 0, signed: 0, normal: 0, quarantined: 0, asked: 0, delayed: 0 });

/** One line for each side. */
export function tellFates({ bot, person, mostMails, keysInMemory }: Awaited<ReturnType<typeof runFlood>>): string {
  const share = (part: number, whole: number) => `${part} (${((100 * part) / whole).toFixed(2)} %)`;
  return [
    `bots: ${bot.attempts} attempts, ${share(bot.refused, bot.attempts)} refused at the door, ${bot.signed} signatures, on ordinary sheets ${share(bot.normal, bot.attempts)} of the attempts, quarantined ${share(bot.quarantined, bot.attempts)}`,
    `people: ${person.attempts}, asked for a proof of work ${share(person.asked, person.attempts)}, delayed ${share(person.delayed, person.attempts)}, on ordinary sheets ${share(person.normal, person.signed)} of those who signed, quarantined ${share(person.quarantined, person.signed)}`,
    `most mails to one mailbox: ${mostMails}; keys in memory: ${keysInMemory}`,
  ].join("\n");
}
