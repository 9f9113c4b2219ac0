import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import type { Client } from "../../../scripts/form-service/limits/client.ts";
import type { Admission, Effort } from "../../../scripts/form-service/limits/gate.ts";
import type { Limits } from "../../../scripts/form-service/limits/limits.ts";
import type { Proofs } from "../../../scripts/form-service/limits/proof-of-work.ts";
import type { MailQueue } from "../../../scripts/form-service/mail/queue.ts";
import { openMetrics } from "../../../scripts/form-service/metrics.ts";
import type { Service } from "../../../scripts/form-service/service.ts";
import { canonicalEmail } from "../../../scripts/letter/signature/email.ts";
import type { CampaignRecord } from "../../../scripts/letter/signature/record.ts";
import type { Mail } from "../../../scripts/outside/mail/mailer.ts";
import { type Harness, openHarness, type Substitutes } from "../harness.ts";
import { type Ask, codeIn, lineAt, ROUTES } from "./stranger.ts";

/** An answer as the person who asked sees it, and what can be read from it. */
export type Answer = { readonly seen: string; readonly location: string | null; readonly body: string };

/**
 * A mail that reached somebody else: its attempt, and when, in milliseconds since the beginning; undefined for one that had
 * been put off, since those wait for each other's connections.
 */
export type Delivery = { readonly mail: Mail; readonly id: string; readonly at: number | undefined };

/** How the mail server answers. */
export type MailServerState = "well" | "away" | "refuses" | "puts off" | "slows";

/** What the owner of the one mailbox, or a moderator, does where no stranger sees it. */
export type Act = "form" | "confirm" | "withdraw" | "ask to leave" | "leave" | "not me" | "file" | "accept" | "refuse";

/** One service, and the one person in it whose mailbox the stranger cannot read. */
export type World = Awaited<ReturnType<typeof openWorld>>;

/** What the mailbox's owner has done before the stranger comes. */
export const STORIES = {
  waiting: ["form"],
  signed: ["form", "confirm"],
  filed: ["form", "confirm", "file"],
  accepted: ["form", "confirm", "file", "accept"],
  refused: ["form", "confirm", "file", "refuse"],
  withdrawn: ["form", "confirm", "withdraw"],
  left: ["form", "confirm", "file", "accept", "withdraw"],
  "asked to leave": ["form", "confirm", "ask to leave"],
  "left by address": ["form", "confirm", "file", "ask to leave", "leave"],
  "leaving used up": [
    "form",
    "confirm",
    "ask to leave",
    "ask to leave",
    "ask to leave",
    "ask to leave",
    "ask to leave",
  ],
  suppressed: ["form", "not me"],
  "signed, then not me": ["form", "confirm", "form", "not me"],
  "mails used up": ["form", "form", "form", "form", "form", "form"],
  "signed, mails used up": ["form", "confirm", "form", "form", "form", "form", "form"],
} as const satisfies Record<string, readonly Act[]>;
export type Story = keyof typeof STORIES;

/** The last two cells of a row, the last two words of an entry: the commitment to the contact record, and the attestation. */
const CONTACT = /[\w-]{43}(?= (\| )?[\w-]{86})/g;
const SIGNED = /(?<![\w-])[\w-]{86}(?![\w-])/g;

/** The root hash of the ledger follows from its entries. */
const ROOT = /[A-Za-z0-9+/]{43}=/g;

/** Mails that wait at most: few, so that floods get there. */
export const CAPACITY = 120;

/** So many an hour that 200 forms a day can name an address. */
export const MANY_MAILS = 8_000;

/** Each delivery takes so long, in milliseconds. */
const DELIVERY = 20;

/**
 * Two services with one clock, one randomness and one set of settings. The same person does the same in both; only that
 * in the second it is the owner of the address that the stranger asks about, and in the first somebody else.
 */
export async function openTwoWorlds(interference: () => Interference = () => ({})) {
  const worlds = [await openWorld(interference()), await openWorld(interference())] as const;
  // Mails leave by the clock of the process, which must stand still between two requests as the other one does.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const pass = async (milliseconds: number) => {
    for (const { harness } of worlds) harness.clock.advance(milliseconds);
    let left = milliseconds;
    // What follows a timer sets the next one: small steps at first, as mails leave, then large ones.
    for (let steps = 0; left > 0 && vi.getTimerCount() > 0; steps++) {
      const stride = Math.min(left, steps < 40 ? DELIVERY : Math.max(DELIVERY, Math.ceil(milliseconds / 40)));
      vi.advanceTimersByTime(stride);
      await new Promise(setImmediate);
      left -= stride;
    }
    vi.advanceTimersByTime(left);
  };
  const both = async <T>(work: (world: World) => Promise<T>): Promise<[T, T]> => {
    const first = await work(worlds[0]);
    return [first, await work(worlds[1])];
  };
  return {
    both,
    pass,
    /** Begins again, with the victim's address and that of somebody else at the same provider. */
    async renew(victim: string, other: string, mailsAnHour: number) {
      vi.clearAllTimers();
      await worlds[0].renew(other, [victim, other], mailsAnHour);
      await worlds[1].renew(victim, [victim, other], mailsAnHour);
    },
    /** Does in both what no stranger sees. */
    async act(act: Act) {
      await both((world) => world.act(act));
      // Until a mail is there. What comes to her later, strangers have asked for.
      await pass(1_000);
      await both(async (world) => world.stopWaiting());
    },
    async close() {
      vi.useRealTimers();
      await both((world) => world.close());
    },
  };
}

/** What a test breaks on purpose: parts of the service, or the order of the list. */
export type Interference = Substitutes & {
  readonly list?: (rows: CampaignRecord["rows"], service: Service) => Promise<CampaignRecord["rows"]>;
};

/** The mailbox's owner, and what she has in hand. */
type Owner = Record<"email" | "victim" | "s" | "code" | "leaveS" | "leaveCode" | "withdrawalCode", string> & {
  acts: number;
  /** which code the next mail to her brings */
  waits: "code" | "leaveCode" | undefined;
};
const NOBODY: Owner = {
  email: "",
  victim: "",
  s: "",
  code: "",
  leaveS: "",
  leaveCode: "",
  withdrawalCode: "",
  acts: 0,
  waits: undefined,
};

async function openWorld({ list = async (rows) => rows, ...substitutes }: Interference) {
  // What is written there costs no wait for a disk.
  const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(memory, "undersigned-world-"));
  const outside = {
    server: "well" as MailServerState,
    hidden: new Set<string>(),
    deliveries: [] as Delivery[],
    late: [] as Delivery[],
    /** mails that the server has put off, and whether it may have done so to anybody's */
    putOff: new Set<string>(),
    hasSlowed: false,
  };
  const owner = { ...NOBODY };
  let since = 0;

  /** Sends a mail; without one it only asks, which takes as long. */
  const send = (mail?: Mail, id = "") =>
    new Promise<void>((resolve, reject) => {
      setTimeout(() => {
        if (outside.server === "away") return reject(Object.assign(new Error("away"), { code: "ECONNECTION" }));
        if (!mail) return resolve();
        const putOff = (responseCode: number) => reject({ responseCode, command: outside.putOff.add(id) && "RCPT TO" });
        // A provider that takes no more for now says so of every mail that is sent.
        if (outside.server === "slows") return putOff(421);
        const isHidden = outside.hidden.has(canonicalEmail(mail.to));
        // What a server says of one mailbox only, it says of the stranger's own: the others are alike.
        if (!isHidden && outside.server === "refuses") return reject({ responseCode: 550, command: "RCPT TO" });
        if (!isHidden && outside.server === "puts off") return putOff(450);
        const at = outside.putOff.has(id) ? undefined : performance.now() - since;
        if (!isHidden) outside.deliveries.push({ mail, id, at });
        else if (owner.waits && canonicalEmail(mail.to) === canonicalEmail(owner.email)) {
          owner[owner.waits] = codeIn(mail.text) ?? "";
          owner.waits = undefined;
        }
        resolve();
      }, DELIVERY);
    });

  const harness: Harness = await openHarness({
    settings: {
      LIMITS: "on",
      TRUST_PROXY: "on",
      FILE_AT_LEAST: "1",
      DATABASE_URL: `sqlite:${join(folder, "service.db")}`,
    },
    substitutes: {
      seal: async (plain) => plain,
      mailer: { send: (mail, stamp) => send(mail, stamp.id), probe: () => send(), close() {} },
      capacity: CAPACITY,
      ...substitutes,
      service(whole) {
        const service = { ...whole, limits: sameTyped(whole.limits, owner), proofs: cheapProofs() };
        return substitutes.service?.(service) ?? service;
      },
    },
  });
  const current = () => harness.service;
  const metrics = openMetrics(
    {
      store: new Proxy(harness.store, { get: (_, key) => Reflect.get(harness.store, key) }),
      mails: new Proxy({} as MailQueue, { get: (_, key) => Reflect.get(harness.service.mails, key) }),
      clock: harness.clock,
      watch: { judge: () => harness.service.watch.judge() },
      leftRows: async () => ({ rows: 0, oldest: undefined }),
    },
    harness.service.log,
  );

  const ask = async ({ method, path, form, from }: Ask): Promise<Answer> => {
    const headers = { "X-Forwarded-For": from };
    const answer = await harness.request(path, { method, headers, ...(form && { body: new URLSearchParams(form) }) });
    const text = await answer.text();
    const body = path.endsWith("/verify/") ? text.replace(ROOT, "root") : text;
    await settled();
    return {
      seen: [answer.status, ...[...answer.headers].map((one) => one.join(": ")), "", body].join("\n"),
      location: answer.headers.get("location"),
      body,
    };
  };
  /** Until what begins after an answer is done, and what has been leased of the mails of the hour is in hand. */
  async function settled(): Promise<void> {
    await current().after.idle();
    await harness.leased();
  }
  const post = (route: Pick<Ask, "path" | "form">) =>
    ask({ method: "POST", ...route, from: `${20 + (owner.acts++ % 60)}.7.7.7` });

  return {
    harness,
    outside,
    ask,
    async renew(email: string, hidden: readonly [victim: string, other: string], mailsAnHour: number) {
      const [victim] = hidden;
      Object.assign(harness.settings, { mailsAnHour });
      await harness.renew();
      since = performance.now();
      Object.assign(outside, { server: "well", hidden: new Set(hidden.map(canonicalEmail)), deliveries: [], late: [] });
      Object.assign(outside, { putOff: new Set(), hasSlowed: false });
      Object.assign(owner, NOBODY, { email, victim });
    },
    stopWaiting() {
      owner.waits = undefined;
    },
    async act(act: Act): Promise<void> {
      const { email, s, code, leaveS, leaveCode, withdrawalCode } = owner;
      owner.waits = ({ form: "code", "ask to leave": "leaveCode" } as const)[act as string];
      switch (act) {
        case "form": {
          const { location } = await post(ROUTES.sign("en", email, {}));
          owner.s = secretIn(location);
          return;
        }
        case "confirm": {
          const { body } = await post(ROUTES.confirm("en", s, code));
          owner.withdrawalCode = /id="withdrawal-code"[^>]*>([0-9A-Z]{26})</.exec(body)?.[1] ?? "";
          return;
        }
        case "withdraw":
          return void (await post(ROUTES.withdraw("en", withdrawalCode)));
        case "ask to leave":
          owner.leaveS = secretIn((await post(ROUTES.leave("en", email))).location);
          return;
        case "leave":
          return void (await post(ROUTES.leaveConfirm("en", leaveS, leaveCode)));
        case "not me":
          return void (await post(ROUTES.notMe("en", email, code)));
        case "file":
          return harness.round();
        case "accept":
        case "refuse": {
          for (const sheet of [...harness.gitHost.open.keys()].sort()) {
            const { rows } = harness.gitHost.parse(sheet);
            const refused = act === "refuse" ? Object.fromEntries(rows.map(({ id }) => [id, "fake-name"])) : {};
            harness.gitHost.accept(sheet, refused as never);
          }
          return harness.round();
        }
        default:
          return act satisfies never;
      }
    },
    /**
     * What moderators see of the sheets, and everybody of list and ledger. The commitment to a contact record holds the
     * address, hidden by 32 random bytes, and what is signed over it or hashes it follows: those cannot be equal.
     */
    published: async () =>
      [
        ...[...harness.gitHost.open.values()].map(({ base: _, ...filing }) => JSON.stringify(filing)),
        ...harness.gitHost.record().entries,
        ...(await list(harness.gitHost.record().rows, harness.service)).map((row) => JSON.stringify(row)),
      ].map((line) => line.replace(CONTACT, "contact").replace(SIGNED, "signed")),
    /**
     * The numbers for those who run the service, but for those of the process, those that only answers move, and those of mail
     * when a provider has put mails off: a blank one is not.
     */
    numbers: async () =>
      (await metrics.read())
        .replace(/^(?!undersigned_|.*undersigned_answer).*\n|^undersigned_answer.*\n/gm, "")
        .replace(outside.hasSlowed ? /^undersigned_mails.*\n/gm : "", ""),
    async close() {
      await harness.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where a form led to. */
function secretIn(location: string | null): string {
  if (location === null) throw new Error("the owner's form was not taken");
  return new URL(location, "http://localhost").searchParams.get("s") ?? "";
}

/**
 * How often an address was typed is no secret: 200 forms a day may name it, and over that anybody sees that it was typed often.
 * So what the owner types counts for the victim's address in both worlds, as if somebody had typed it as often.
 */
function sameTyped(limits: Limits, owner: Owner): Limits {
  const typed = (email: string) => (email === owner.email ? owner.victim : email);
  return {
    ...limits,
    submission: (client, effort, email) => limits.submission(client, effort, typed(email)),
    leave: (client, effort, email) => limits.leave(client, effort, typed(email)),
  };
}

/** Who sends from there. */
export function clientAt({ harness }: World, from: string): Client {
  const headers = { "X-Forwarded-For": from };
  return harness.service.clients.of(new Request("http://localhost/", { headers }), undefined);
}

/**
 * How much each sender may still send, how often an address may still be named, and how much mail fits in: what everybody could
 * find out by sending until it is too much. It uses up what it counts.
 */
export async function whatIsLeft(world: World, victim: string, named?: string): Promise<Record<string, unknown>> {
  const { limits, mails, codeMails } = world.harness.service;
  const queue = mails as MailQueue;
  const { waiting, ...ended } = queue.counts();
  const left: Record<string, unknown> = {};
  const until = async (take: () => Admission) => {
    for (let count = 0; count < 110; count++) {
      const admission = take();
      if (!admission.taken) await world.harness.leased();
      if (!admission.taken) return `${count}, then ${admission.after} s, ${admission.difficulty}`;
      if (count % 10 === 9) await world.harness.leased();
    }
    return "many";
  };
  const [proved, unproved] = [true, false].map((one) => ({ proved: one, scripts: one })) as [Effort, Effort];
  for (const purpose of ["submission", "leave"] as const) {
    for (const place of ["home", "tor"] as const) {
      const client = clientAt(world, lineAt(place, 1));
      left[`${place}: ${purpose}`] = await until(() => limits[purpose](client, unproved, "somebody@example.com"));
    }
    if (named === undefined) continue;
    const elsewhere = clientAt(world, lineAt("town", 1_000));
    left[`named: ${purpose}`] = await until(() => limits[purpose](elsewhere, proved, named));
  }
  const mail = { waiting, ...(!world.outside.hasSlowed && ended) };
  return { ...left, ...mail, flow: queue.flow(), room: codeMails.hasRoom(victim) };
}

/** Proofs of work without the work: anyone who writes `solved N` has solved the Nth. */
function cheapProofs(): Proofs {
  const used = new Set<string>();
  let count = 0;
  return {
    challenge: async (difficulty) => JSON.stringify({ challenge: count++, difficulty }),
    accept: async (field) => /^solved \d+$/.test(field) && !used.has(field) && used.add(field) !== undefined,
  };
}
