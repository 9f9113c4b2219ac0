import { setTimeout as sleep } from "node:timers/promises";
import { lastBackupOf } from "../outside/backup-list.ts";
import type { Clock } from "../outside/clock.ts";
import type { GitHost } from "../outside/git/host.ts";
import { causeOf, type Log } from "../outside/log.ts";
import { openMailer } from "../outside/mail/mailer.ts";
import type { Random } from "../outside/random.ts";
import type { Keys } from "../outside/seal/keys.ts";
import { openSealPool } from "../outside/seal/pool.ts";
import type { Settings } from "../outside/settings.ts";
import { readTorExits } from "../outside/tor-exits.ts";
import type { SiteContext } from "../site/views/context.ts";
import { openAfterAnswer } from "./after-answer.ts";
import { openFilingAttempts } from "./filing/attempts.ts";
import { openClockWatch } from "./filing/clock-watch.ts";
import { fileAgain, fileRound } from "./filing/filing.ts";
import { openMainView } from "./filing/main-view.ts";
import { openPatrol } from "./filing/refiling.ts";
import { every } from "./filing/rounds.ts";
import { settle } from "./filing/settlement.ts";
import { type Bursts, NO_BURSTS, openBursts } from "./limits/bursts.ts";
import { openClients } from "./limits/client.ts";
import { NO_LIMITS, openLimits } from "./limits/limits.ts";
import { drawFrom } from "./limits/lot.ts";
import { openMailBudgets } from "./limits/mail-ledger.ts";
import { keyOfProofs, openProofs } from "./limits/proofs.ts";
import { openCodeMails } from "./mail/code-mails.ts";
import { EVERY_MAIL, openMailboxes } from "./mail/mailboxes.ts";
import { openMailQueue } from "./mail/queue.ts";
import { openMetrics } from "./metrics.ts";
import { listenForMetrics } from "./metrics-listener.ts";
import { deleteExpired } from "./signing/expiry.ts";
import { openIntents } from "./signing/intents.ts";
import { openMailedCodes } from "./signing/mailed-codes.ts";
import { openPageWords } from "./signing/page-words.ts";
import { openSuppression } from "./signing/suppression.ts";
import { openWaitingCodes } from "./signing/waiting-codes.ts";
import { openQueue } from "./store/queue.ts";
import { openStore } from "./store/schema.ts";
import { createApp } from "./web/app.ts";
import { listen } from "./web/listener.ts";

/** What the form service is wired with. */
export type FormServiceDeps = {
  readonly settings: Settings;
  readonly keys: Pick<Keys, "attestation" | "pepper" | "publicKeys">;
  readonly gitHost: Pick<GitHost, "head" | "readMain" | "file" | "pendingSheets">;
  /** what the pages need; asked anew for every page */
  readonly site: () => SiteContext;
  /** where the built site lies; may be a link that is swapped */
  readonly siteFolder: string;
  /** is told of confirmations; one of its own unless given */
  readonly bursts?: Bursts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** A form service that listens. */
export type FormService = {
  readonly port: number;
  /** as `settings.host` */
  readonly host: string;
  /** where `/metrics` answers; undefined: nowhere */
  readonly metricsPort: number | undefined;
  /** Files now what is due, and takes over what main has settled; resolves when the round is over. */
  fileNow(): Promise<void>;
  /** Stops listening, lets what runs come to its end for at most ten seconds, and closes the database. */
  close(): Promise<void>;
};

const EXPIRE_EVERY = 60_000;
const LOOK_EVERY = 60_000;
const READ_LISTS_EVERY = 60_000;
const REORDER_EVERY = 3_600_000;

/** Opens database, mail and seal, reads main, and listens on `settings.port`. */
export async function startFormService(deps: FormServiceDeps): Promise<FormService> {
  const { settings, keys, clock, random, log, gitHost } = deps;
  const sealing = openSealPool(keys.publicKeys.recipients);
  const store = await openStore(settings.database);
  const main = openMainView(gitHost);
  const mails = openMailQueue(openMailer(settings.mail, settings.mailFrom), { log, clock, random });
  const codes = openWaitingCodes(clock);
  const pageWords = openPageWords(deps.site());
  const mailedCodes = openMailedCodes(store, clock, random);
  const queue = openQueue(store, clock);
  const metrics = openMetrics({ store, mails, clock }, log);
  let torExits = await readTorExits(settings.dataDir);
  const attempts = openFilingAttempts(clock, random);
  const patrol = openPatrol(clock);
  try {
    await main.refresh();
    await queue.look();
    await deleteExpired(store, clock, codes);
    const { attestation, pepper } = keys;
    const { site, siteFolder } = deps;
    const isTorExit = (address: string) => torExits.has(address);
    const clients = openClients({ trustProxy: settings.trustProxy, isTorExit, clock, random });
    const { mailsAnHour } = settings;
    const limits = settings.limits
      ? openLimits({
          ...{ clock, draw: drawFrom(random), key: random(32), mailsAnHour },
          budgets: await openMailBudgets({ store, clock, pepper, log }, mailsAnHour),
        })
      : NO_LIMITS;
    const mailboxes = settings.limits ? openMailboxes(clock, random(32)) : EVERY_MAIL;
    const proofs = openProofs({ store, clock, random }, keyOfProofs(pepper));
    const intents = openIntents({ clock, random, pepper });
    const after = openAfterAnswer(log);
    const codeMails = openCodeMails({ store, pepper, mailboxes, mails, after, log });
    const suppression = openSuppression({ store, pepper, clock, mailedCodes }, random(32));
    const { fetch } = createApp({
      ...{
        settings,
        store,
        clock,
        random,
        seal: sealing.seal,
        attestation,
        pepper,
        queue,
        log,
        mails,
        codeMails,
        codes,
        mailedCodes,
        after,
        suppression,
        pageWords,
        clients,
        limits,
        proofs,
        intents,
        metrics,
        site,
        siteFolder,
      },
      lastBackup: () => lastBackupOf(settings),
      bursts: settings.limits ? (deps.bursts ?? openBursts(clock, random(32))) : NO_BURSTS,
      main: main.current,
    });
    const from = settings.mail.kind === "capture" ? "this machine" : "anywhere";
    const { port, host } = settings;
    const listener = await listen(fetch, { port, host, from }, log);
    const { metricsPort } = settings;
    const numbers = metricsPort === undefined ? undefined : await listenForMetrics(metrics, metricsPort);
    const means = { log, random };
    const filing = every(settings.fileEvery, means, () =>
      metrics.round("filing", async () => {
        await queue.look();
        // Another instance on the same database may be at it: two would make smaller sheets than they should.
        await store.alone("file", () =>
          fileRound({ store, clock, random, attestation, gitHost, main, queue, attempts, patrol, log, settings }),
        );
      }),
    );
    const lists = every(READ_LISTS_EVERY, means, async () => {
      torExits = await readTorExits(settings.dataDir);
    });
    // Between two rounds of filing main moves too: the letter may change, and sheets are accepted.
    const looking = every(Math.min(settings.fileEvery, LOOK_EVERY), means, () =>
      metrics.round("looking", async () => {
        await settle(store, clock, await main.refresh());
        await store.alone("file", () => fileAgain({ store, gitHost, attempts, log }));
      }),
    );
    const watch = openClockWatch(clock, () => performance.now());
    const expiry = every(EXPIRE_EVERY, means, () =>
      metrics.round("expiry", async () => {
        if (watch.isSteady()) await deleteExpired(store, clock, codes);
        else log.warn({}, "the clock was set: for a day nothing is deleted for its age");
      }),
    );
    const order = every(REORDER_EVERY, means, () => store.reorder());
    return {
      port: listener.port,
      host,
      metricsPort: numbers?.port,
      fileNow: filing.now,
      async close() {
        const deadline = performance.now() + 8_000;
        const rounds = [filing, looking, lists, expiry, order].map((round) => round.stop());
        // A request that still runs may have a mail to send.
        await listener.close(4_000);
        await after.idle();
        const left = () => Math.max(0, deadline - performance.now());
        // A round that waits for a git host that does not answer is done again after the next start.
        const ended = Promise.race([Promise.all(rounds), sleep(left(), undefined, { ref: false })]);
        await Promise.all([numbers?.close(), mails.close(left()), ended]);
        await sealing.close();
        // A database that is away, or a full disk, keeps no service from ending: it is done again an hour after the next start.
        const tidied = store.reorder().then(() => store.scrub());
        await Promise.race([tidied, sleep(left(), undefined, { ref: false })]).catch((cause) =>
          log.warn(causeOf(cause), "the database was not written anew at the end"),
        );
        await store.close();
      },
    };
  } catch (cause) {
    await mails.close(0);
    await store.close();
    throw cause;
  }
}
