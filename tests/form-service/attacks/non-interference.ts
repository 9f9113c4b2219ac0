import fc from "fast-check";
import type { MailQueue } from "../../../scripts/form-service/mail/queue.ts";
import { parseEmail } from "../../../scripts/letter/signature/email.ts";
import { days, hours, minutes } from "../../support/fixtures.ts";
import {
  type Ask,
  CODES,
  codeFor,
  codeIn,
  type Knowledge,
  LOOKS,
  learn,
  lineAt,
  mailbox,
  newKnowledge,
  PLACES,
  ROUTES,
  SPELLINGS,
} from "./stranger.ts";
import {
  CAPACITY,
  clientAt,
  MANY_MAILS,
  type openTwoWorlds,
  STORIES,
  type Story,
  type World,
  whatIsLeft,
} from "./two-worlds.ts";

// Nobody but the mailbox learns whether an address has signed: no matter what strangers send, they see the same whether the owner of
// an address has done something here or somebody else has. (Non-interference, Goguen and Meseguer 1982.)

type TwoWorlds = Awaited<ReturnType<typeof openTwoWorlds>>;

const FILLER = { subject: "", text: "", html: "", link: "" };

const place = fc.constantFrom(...PLACES);
const lang = fc.constantFrom("en" as const, "fa" as const);
const nth = fc.nat({ max: 7 });
const code = fc.constantFrom(...CODES);
/** Most things are done once, some as often as it takes to use something up. */
const times = fc.oneof(
  { weight: 20, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.integer({ min: 2, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20, max: 50 }) },
);
const few = fc.integer({ min: 1, max: 3 });
/** Codes typed for one page or mailbox: five wrong ones are too many. */
const tries = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.integer({ min: 4, max: 7 }) },
);
/** Whose address is typed: the victim's in one of its spellings, or one of the stranger's own. */
const who = fc.oneof(
  { weight: 3, arbitrary: fc.record({ victim: fc.nat({ max: SPELLINGS.length - 1 }) }) },
  { weight: 2, arbitrary: fc.record({ own: fc.nat({ max: 3 }) }) },
);
const just = <T extends string>(value: T) => fc.constant(value);

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ do: just("sign"), who, place, lang, times, proved: fc.boolean(), scripts: fc.boolean() },
      once: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: just("join"), own: fc.nat({ max: 3 }), place, lang, times: few }) },
  { weight: 8, arbitrary: fc.record({ do: just("leave"), who, place, lang, times }) },
  { weight: 6, arbitrary: fc.record({ do: just("confirm"), nth, code, place, lang, times: tries }) },
  { weight: 3, arbitrary: fc.record({ do: just("leave confirm"), nth, code, place, lang, times: tries }) },
  { weight: 3, arbitrary: fc.record({ do: just("resend"), nth, place, lang }) },
  { weight: 3, arbitrary: fc.record({ do: just("not me"), who, code, place, lang, times: tries }) },
  { weight: 2, arbitrary: fc.record({ do: just("withdraw"), nth, place, lang }) },
  { weight: 2, arbitrary: fc.record({ do: just("verify"), nth, place, lang }) },
  { weight: 4, arbitrary: fc.record({ do: just("look"), at: fc.constantFrom(...LOOKS), nth, place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: just("wait"),
      time: fc.constantFrom(1_000, minutes(1), minutes(3), minutes(16), hours(7), hours(25), hours(49), days(8)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: just("file") }) },
  { weight: 2, arbitrary: fc.record({ do: just("settle"), refuse: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: just("mail server"),
      is: fc.constantFrom("well", "away", "refuses", "puts off", "slows"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: just("name often"), who, purpose: fc.constantFrom("submission", "leave") },
      forms: fc.integer({ min: 94, max: 101 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: just("fill the queue"), room: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: just("restart") }) },
  { weight: 2, arbitrary: fc.record({ do: just("read the numbers") }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: just("unseen"), act: fc.constantFrom("confirm", "withdraw", "leave", "not me") }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export type Scenario = {
  readonly story: Story;
  /** where victim and somebody else have their mailboxes */
  readonly domain: string;
  /** how long ago the story ended, in milliseconds */
  readonly ago: number;
  /** MAILS_AN_HOUR: so few that forms are soon drawn by lot, or enough for an address to be named 200 times */
  readonly mails: number;
  readonly steps: readonly Step[];
};

const scenarioOf = (maxLength: number): fc.Arbitrary<Scenario> =>
  fc.record({
    story: fc.constantFrom(...(Object.keys(STORIES) as Story[])),
    domain: fc.constantFrom("example.org", "gmail.com", "mail.example.co.uk"),
    ago: fc.constantFrom(0, 0, minutes(90), hours(25), hours(49)),
    mails: fc.constantFrom(800, MANY_MAILS),
    steps: fc.array(step, { minLength: 1, maxLength, size: "max" }),
  });

/** What chance plays seldom: mails that a provider has put off, while nobody answers any more or the queue is full. */
export const RARE: [Scenario][] = ["away", "full"].map((then) => {
  const sign = { do: "sign", place: "home", lang: "en", proved: true, scripts: true, once: undefined } as const;
  const look = { do: "look", at: "/en/confirm/?s=S", nth: 0, place: "home" } as const;
  const steps: Step[] = [
    { do: "mail server", is: "slows" },
    { ...sign, who: { victim: 0 }, times: 4 },
    ...(then === "full" ? [{ do: "fill the queue", room: 2 } as const] : [{ do: "mail server", is: "away" } as const]),
    { do: "wait", time: minutes(1) },
    look,
    { ...sign, who: { own: 0 }, times: 3 },
  ];
  return [{ story: "suppressed", domain: "example.org", ago: 0, mails: MANY_MAILS, steps }];
});

/** What somebody could tell the two worlds by. */
export type Difference = { readonly at: string; readonly first: string; readonly second: string };

/** Plays a scenario in both worlds until somebody could tell them apart; undefined when nobody ever can. */
export async function differenceIn(worlds: TwoWorlds, { story, domain, ago, mails, steps }: Scenario) {
  const victim = `shirin.b@${domain}`;
  await worlds.renew(victim, `parisa.k@${domain}`, mails);
  for (const act of STORIES[story]) await worlds.act(act);
  await worlds.pass(ago);
  const known = newKnowledge();
  for (const [i, one] of steps.entries()) {
    const difference = await play(worlds, known, victim, one);
    if (difference) return { ...difference, at: `step ${i + 1} (${one.do}), ${difference.at}` };
  }
  // It takes long to count, and makes no difference otherwise.
  const often = steps.some((one) => one.do === "name often");
  for (const act of ["file", "accept"] as const) await worlds.act(act);
  const difference = await compare(worlds, "what is left in the end", async (world) => ({
    published: await world.published(),
    ...(await whatIsLeft(world, victim, often ? victim : undefined)),
  }));
  return difference ?? whatCameLate(worlds, known);
}

async function play(worlds: TwoWorlds, known: Knowledge, victim: string, one: Step): Promise<Difference | undefined> {
  switch (one.do) {
    case "sign":
    case "leave":
    case "confirm":
    case "leave confirm":
    case "resend":
    case "not me":
    case "withdraw":
    case "verify":
    case "look":
      for (let i = 0; i < ("times" in one ? one.times : 1); i++) {
        const difference = await send(worlds, known, asked(known, victim, one, i));
        if (difference) return difference;
      }
      return undefined;
    case "join":
      return join(worlds, known, victim, one);
    case "wait": {
      await worlds.pass(one.time);
      await worlds.both((world) => world.harness.sweep());
      return readMail(worlds, known);
    }
    case "file":
      await worlds.both((world) => world.act("file"));
      return compare(worlds, "sheets", async (world) => ({ published: await world.published() }));
    case "settle":
      await worlds.both((world) => world.act("file"));
      await worlds.both((world) => world.act(one.refuse ? "refuse" : "accept"));
      return compare(worlds, "list and ledger", async (world) => ({ published: await world.published() }));
    case "mail server":
      await worlds.both(async ({ outside }) => {
        outside.server = one.is;
        outside.hasSlowed ||= one.is === "slows";
      });
      return undefined;
    case "name often": {
      const parsed = parseEmail(addressOf(one.who, victim, 0));
      if ("email" in parsed) await worlds.both((world) => nameOften(world, one, parsed.email));
      return undefined;
    }
    case "fill the queue":
      await worlds.both(async (world) => fillQueue(world, one.room));
      return undefined;
    case "restart":
      await worlds.both((world) => world.harness.restart());
      return undefined;
    case "read the numbers":
      return compare(worlds, "numbers", async (world) => ({ numbers: await world.numbers() }));
    case "unseen":
      await worlds.both((world) => world.act(one.act));
      return undefined;
    default:
      return one satisfies never;
  }
}

/** Sends a request in both worlds, and looks at answer and mails. */
async function send(worlds: TwoWorlds, known: Knowledge, ask: Ask | undefined): Promise<Difference | undefined> {
  if (!ask) return undefined;
  const [first, second] = await worlds.both((world) => world.ask(ask));
  const difference = between(`${ask.method} ${ask.path}`, first.seen, second.seen);
  if (difference) return difference;
  known.count++;
  learn(known, ask, first);
  await worlds.pass(50);
  return readMail(worlds, known);
}

/** Signs with addresses of the stranger's own, and confirms. */
async function join(
  worlds: TwoWorlds,
  known: Knowledge,
  victim: string,
  { own, place, lang, times }: Extract<Step, { do: "join" }>,
): Promise<Difference | undefined> {
  const before = known.links.length;
  const form = { do: "sign", who: { own }, place, lang, times, proved: true, scripts: true, once: undefined } as const;
  for (let i = 0; i < times; i++) {
    const difference = await send(worlds, known, asked(known, victim, form, i));
    if (difference) return difference;
  }
  await worlds.pass(1_000);
  const difference = await readMail(worlds, known);
  if (difference) return difference;
  for (const { s, email } of known.links.slice(before)) {
    const from = lineAt(place, known.count);
    const route = ROUTES.confirm(lang, s, codeFor(known, "right", email));
    const found = await send(worlds, known, { method: "POST", ...route, from });
    if (found) return found;
  }
  return undefined;
}

/** What the stranger sends in a step; undefined when he does not have what it takes. */
function asked(known: Knowledge, victim: string, one: Step, i: number): Ask | undefined {
  if (!("place" in one)) return undefined;
  const from = lineAt(one.place, one.place === "town" || one.place === "v6 town" ? known.count : i);
  const post = (route: Pick<Ask, "path" | "form">): Ask => ({ method: "POST", ...route, from });
  const link = "nth" in one ? known.links.at(-1 - (one.nth % Math.max(1, known.links.length))) : undefined;
  const [s, email] = [link?.s ?? "", link?.email ?? ""];
  switch (one.do) {
    case "sign": {
      const more = {
        ...(one.proved && { altcha: `solved ${known.count}` }),
        ...(one.scripts && { filled: "30" }),
        ...(one.once !== undefined && { once: Buffer.alloc(16, one.once).toString("base64url") }),
      };
      return post(ROUTES.sign(one.lang, addressOf(one.who, victim, i), more));
    }
    case "leave":
      return post(ROUTES.leave(one.lang, addressOf(one.who, victim, i)));
    case "confirm":
      return link && post(ROUTES.confirm(one.lang, s, codeFor(known, one.code, email)));
    case "leave confirm":
      return link && post(ROUTES.leaveConfirm(one.lang, s, codeFor(known, one.code, email)));
    case "resend":
      return link && post(ROUTES.resend(one.lang, s));
    case "not me": {
      const typed = addressOf(one.who, victim, i);
      return post(ROUTES.notMe(one.lang, typed, codeFor(known, one.code, typed)));
    }
    case "withdraw":
      return post(ROUTES.withdraw(one.lang, withdrawalCode(known, one.nth)));
    case "verify":
      return post(ROUTES.verify(one.lang, withdrawalCode(known, one.nth)));
    case "look":
      return { method: "GET", path: one.at.replace("s=S", `s=${s}`), from };
    default:
      return undefined;
  }
}

const OWN = ["example.org", "example.com", "gmail.com", "example.co.uk"];

function addressOf(one: { victim: number } | { own: number }, victim: string, i: number): string {
  if ("victim" in one) return SPELLINGS[one.victim]!(victim);
  return `stranger${i}@${OWN[one.own]}`;
}

function withdrawalCode({ withdrawalCodes, count }: Knowledge, n: number): string {
  return withdrawalCodes[n % Math.max(2, withdrawalCodes.length)] ?? String(count).padStart(26, "0");
}

/** Who else got mail, in which order, when and what. */
async function readMail(worlds: TwoWorlds, known: Knowledge): Promise<Difference | undefined> {
  const difference = await compare(worlds, "mail to others", async ({ outside }) =>
    outside.deliveries.filter(({ at }) => at !== undefined).map(({ mail, ...delivery }) => ({ ...delivery, ...mail })),
  );
  await worlds.both(async ({ outside }) => {
    for (const delivery of outside.deliveries.splice(0)) {
      if (delivery.at === undefined) outside.late.push(delivery);
      known.codes.set(mailbox(delivery.mail.to), codeIn(delivery.mail.text) ?? "");
    }
  });
  return difference;
}

/** Who else got the mails that had been put off: all of them, at any moment. */
async function whatCameLate(worlds: TwoWorlds, known: Knowledge): Promise<Difference | undefined> {
  const hadAny = await worlds.both(async ({ outside }) => {
    outside.server = "well";
    return outside.putOff.size > 0;
  });
  if (!hadAny.includes(true)) return undefined;
  // No mail waits longer than two hours; one by one they need many steps, also those of a service that was started again.
  for (let i = 0; i < 6; i++) await worlds.pass(hours(1));
  const difference = await readMail(worlds, known);
  if (difference) return difference;
  return compare(worlds, "mails that had been put off", async ({ outside }) =>
    outside.late.map(({ id, mail }) => ({ id, ...mail })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

/** Has an address named in forms from many networks; only the limits hear of these, since 100 whole forms would take long. */
async function nameOften(
  world: World,
  { purpose, forms }: Extract<Step, { do: "name often" }>,
  email: string,
): Promise<void> {
  for (let n = 0; n < forms; n++) {
    world.harness.service.limits[purpose](
      clientAt(world, lineAt("town", 500 + n)),
      { proved: true, scripts: true },
      email,
    );
    // What is leased of the mails of the hour comes in between.
    if (n % 10 === 9 || n === forms - 1) await world.harness.leased();
  }
}

/** Lets so many mails wait that only a few more are taken. */
function fillQueue({ harness, outside }: World, room: number): void {
  const queue = harness.service.mails as MailQueue;
  outside.server = "away";
  for (let { waiting } = queue.counts(); waiting < CAPACITY - room; waiting++) {
    if (!queue.add({ ...FILLER, to: `somebody@filler${waiting % 500}.example` })) return;
  }
}

async function compare(
  worlds: TwoWorlds,
  at: string,
  look: (world: World) => Promise<object>,
): Promise<Difference | undefined> {
  const [first, second] = await worlds.both(look);
  const [one, other] = [JSON.stringify(first, null, 1), JSON.stringify(second, null, 1)];
  return between(at, one, other);
}

/** The first line that differs. */
function between(at: string, first: string, second: string): Difference | undefined {
  if (first === second) return undefined;
  const [one, other] = [first.split("\n"), second.split("\n")];
  const line = one.findIndex((text, i) => text !== other[i]);
  return { at, first: one[line] ?? "", second: other[line] ?? other[one.length] ?? "" };
}

/** The property that fast-check holds: nobody can tell the worlds apart, within so many steps. */
export function nobodyCanTell(worlds: TwoWorlds, { steps }: { steps: number }) {
  return fc.asyncProperty(scenarioOf(steps), async (played) => {
    const found = await differenceIn(worlds, played);
    if (found) throw new Error(`${found.at}: “${found.first}” or “${found.second}”`);
  });
}
