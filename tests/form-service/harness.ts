import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { sql } from "kysely";
import type pino from "pino";
import { type MailQueue, openMailQueue } from "../../scripts/form-service/mail/queue.ts";
import { openService } from "../../scripts/form-service/open-service.ts";
import type { Service } from "../../scripts/form-service/service.ts";
import { openPageWords, type PageWords } from "../../scripts/form-service/signing/own-page-codes.ts";
import { openStore, type Store, type Tables } from "../../scripts/form-service/store/schema.ts";
import { type App, createApp, type Peer } from "../../scripts/form-service/web/app.ts";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { writeClockRow } from "../../scripts/outside/database/clock-row.ts";
import type { GitHost } from "../../scripts/outside/git/host.ts";
import { openLog } from "../../scripts/outside/log.ts";
import { type Mailer, openMailer } from "../../scripts/outside/mail/mailer.ts";
import { openSeal, type Seal } from "../../scripts/outside/seal/seal.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { siteContext } from "../../scripts/site/views/context.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { fixedClock, fixedRandomness, START } from "../support/fixtures.ts";
import { contentOf } from "../support/letters.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { standInGitHost } from "./git-host.ts";

/** Two identities of custodians; made once, for they are slow to make. */
const identities = await Promise.all([generateHybridIdentity(), generateHybridIdentity()]);
const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
const content = await readContent(await contentOf("iran"));

/** An address where Tor leaves its network, as far as the harness is concerned (RFC 5737). */
export const torExit = "198.51.100.66";
let newDatabase: (() => Promise<string>) | undefined;

/** From now on every harness works on a database that this makes; its address goes into `DATABASE_URL`. */
export function useDatabases(make: () => Promise<string>): void {
  newDatabase = make;
}

/** The address of a new database where tests are told to work on one; otherwise SQLite is what they work on. */
export async function newEmptyDatabase(): Promise<string | undefined> {
  return newDatabase?.();
}

export type Harness = Awaited<ReturnType<typeof openHarness>>;

/** Parts that cost much, or that a test breaks on purpose. Each of them takes the place of the real one. */
export type Substitutes = {
  readonly seal?: Seal;
  readonly mailer?: Mailer;
  /** mails that wait at most */
  readonly capacity?: number;
  readonly mails?: (mails: MailQueue) => MailQueue;
  readonly service?: <S extends Service>(service: S) => S;
  readonly app?: (app: App, service: Service) => App;
  /** a real git host, made once the key is known with which the service attests */
  readonly gitHost?: (attestationKey: Uint8Array, letters: ReadonlyMap<string, string>) => Promise<GitHost>;
};

/**
 * The whole form service as it is shipped, on a real database and a real mail server, with a fixed clock and fixed
 * randomness. Limits are off unless told, since everything here comes from one place.
 */
export async function openHarness(
  options: {
    settings?: Record<string, string>;
    seed?: string;
    start?: string;
    mails?: MailQueue;
    substitutes?: Substitutes;
  } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-form-service-"));
  const dataDir = join(folder, "data");
  const siteFolder = join(folder, "site");
  for (const path of [siteFolder, dataDir]) mkdirSync(path, { recursive: true });
  const mailServer: MailServer = await startMailServer();
  const clock = fixedClock(options.start);
  const { substitutes = {} } = options;
  const { capacity } = substitutes;
  let random = fixedRandomness(options.seed);
  // Mails leave in an order of their own: their ids must not shift what others draw.
  let mailRandom = fixedRandomness(`${options.seed}/mail`);
  const attestationSeed = random(32);
  const attestation = signingKey(attestationSeed);
  const DATABASE_URL = await newDatabase?.();
  const settings = readSettings({
    DATA_DIR: dataDir,
    MAIL_URL: mailServer.url,
    LIMITS: "off",
    DATABASE_URL,
    ...options.settings,
  });
  const newGitHost = () => standInGitHost(content.letterTexts, attestation.publicKey);
  let gitHost = newGitHost();
  const realHost = await substitutes.gitHost?.(attestation.publicKey, content.letterTexts);
  const lines: string[] = [];
  const log = openLog(clock, { write: (line: string) => void lines.push(line) } as pino.DestinationStream);
  const keys = { ledger: "", attestation: "", recipients };
  const pepper = random(32);
  let pageWords: PageWords | undefined;
  let closes: string | undefined;

  const site = () => {
    const context = siteContext({ content, settings, keys, at: "service" });
    return closes === undefined ? context : { ...context, campaign: { ...context.campaign, closes } };
  };

  function openMails(): MailQueue {
    if (options.mails) return options.mails;
    const deps = { log, clock, random: mailRandom, ...(capacity && { capacity }) };
    if (substitutes.mailer) return openMailQueue(substitutes.mailer, deps);
    return openMailQueue(openMailer(settings.mail, settings.mailFrom), { ...deps, waits: [20, 20] });
  }

  async function open(opened?: Store, newDatabase = true) {
    const store = opened ?? (await openStore(settings.database));
    const mails = openMails();
    pageWords ??= openPageWords(site());
    const whole = await openService({
      settings,
      keys: { attestation, pepper },
      newDatabase,
      store,
      gitHost: realHost ?? gitHost,
      mails: substitutes.mails?.(mails) ?? mails,
      seal: substitutes.seal ?? openSeal(recipients),
      site,
      siteFolder,
      pageWords,
      isTorExit: (address) => address === torExit,
      clock,
      random,
      log,
    });
    const service = substitutes.service?.(whole.service) ?? whole.service;
    const app = service === whole.service ? whole.app : createApp(service);
    return { ...whole, store, service, app: substitutes.app?.(app, service) ?? app };
  }

  let parts = await open();
  const request = (path: string, init: RequestInit = {}) =>
    parts.app.fetch(new Request(new URL(path, "http://localhost:8080"), init));
  return {
    folder,
    siteFolder,
    dataDir,
    settings,
    clock,
    mailServer,
    identities,
    content,
    /** the secret keys, as their files hold them */
    secrets: { "attestation.key": attestationSeed, "pepper.key": pepper },
    get gitHost() {
      return gitHost;
    },
    logged: () => lines.join(""),
    get store() {
      return parts.store;
    },
    get service() {
      return parts.service;
    },
    round: () => parts.file(),
    again: () => parts.look(),
    sweep: () => parts.expire(),
    sheets: () => parts.sheets(),
    /** Resolves once what is being leased of the mails of the hour is in hand. */
    leased: () => parts.leased(),
    get: (path: string, headers: Record<string, string> = {}) => request(path, { headers }),
    request,
    fetch: (asked: Request, peer?: Peer) => parts.app.fetch(asked, peer),
    post: (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
      request(path, { method: "POST", body: new URLSearchParams(form), headers }),
    /** The last day of signing. */
    closeOn(day: string) {
      closes = day;
    },
    /** Resolves once every mail that somebody was promised has left. */
    async mailed() {
      await parts.idle();
      await parts.service.mails.idle();
    },
    /**
     * As after a crash: memory is gone, the database is as the last commit left it. The service has run until then, unless
     * it `stoodStill` while the clock went on.
     */
    async restart({ newDatabase = true, stoodStill = false } = {}) {
      await parts.idle();
      await parts.store.close();
      const store = await openStore(settings.database);
      const day = dayOf(clock.now());
      if (!stoodStill) await store.change((query) => writeClockRow(query, { day }));
      parts = await open(store, newDatabase).catch(async (refusal) => {
        await store.close();
        throw refusal;
      });
    },
    /** Everything as at the start but for the keys, without the cost of a start: for thousands of short stories. */
    async renew() {
      await parts.idle();
      const { store } = parts;
      const tables = await sql<{ name: keyof Tables }>`
        select name from sqlite_master where type = 'table' and name not like '%migration'`.execute(store.query);
      await store.change(async (query) => {
        for (const { name } of tables.rows) await query.deleteFrom(name).execute();
      });
      lines.length = 0;
      clock.set(START);
      random = fixedRandomness(options.seed);
      mailRandom = fixedRandomness(`${options.seed}/mail`);
      gitHost = newGitHost();
      parts = await open(store);
    },
    writeSite(path: string, text: string) {
      const file = join(siteFolder, path);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, text);
    },
    async close() {
      await parts.idle();
      await parts.service.mails.close(0);
      await parts.store.close();
      await mailServer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A form as a person fills it in; the name is shown unless said otherwise. */
export function formOf(person: { name: string; email: string; place?: string }, more: Record<string, string> = {}) {
  const { name, email, place = "" } = person;
  return { shown: "name", name, place, email, consent_handover: "yes", consent_public: "yes", ...more };
}

/** Fills in the form and takes `s` and code from page and mail, as its owner would. */
export async function submit(
  harness: Harness,
  person: { name: string; email: string; place?: string },
  more: Record<string, string> = {},
  lang = "en",
): Promise<{ s: string; code: string }> {
  const answer = await harness.post(`/${lang}/sign/`, formOf(person, more));
  if (answer.status !== 303) throw new Error(`the form came back with ${answer.status}`);
  const s = new URL(answer.headers.get("location")!, "http://localhost:8080").searchParams.get("s")!;
  const mail = await harness.mailServer.waitForMail(person.email);
  const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(mail.text)?.[0];
  if (code === undefined) throw new Error("the mail holds no code");
  return { s, code };
}

/** Submits and confirms, and gives the withdrawal code as well. */
export async function sign(
  harness: Harness,
  ...args: Parameters<typeof submit> extends [unknown, ...infer R] ? R : never
) {
  const { s, code } = await submit(harness, ...args);
  const answer = await harness.post(`/${args[2] ?? "en"}/confirm/`, { s, code });
  if (answer.status !== 200) throw new Error(`the confirmation was answered with ${answer.status}`);
  return { s, code, withdrawalCode: withdrawalCodeIn(await answer.text()) };
}

export function withdrawalCodeIn(page: string): string {
  const code = /<code [^>]*id="withdrawal-code"[^>]*>([0-9A-Z]{26})<\/code>/.exec(page)?.[1];
  if (code === undefined) throw new Error("the page holds no withdrawal code");
  return code;
}

/** The state that the page of the withdrawal code shows. */
export async function stateShown(harness: Harness, code: string): Promise<string | undefined> {
  const page = await (await harness.post("/en/verify/", { code })).text();
  return /data-state="(\w+)"/.exec(page)?.[1];
}
