import { setTimeout as sleep } from "node:timers/promises";
import { dayOf } from "../letter/bytes/day.ts";
import { daysLeft } from "../letter/ledger/promised-days.ts";
import { stageOf } from "../letter/ledger/signing.ts";
import { ownRepository, watchLeftRows } from "../outside/git/left-rows.ts";
import { packRepository } from "../outside/git/packing.ts";
import { causeOf } from "../outside/log.ts";
import { openMailer } from "../outside/mail/mailer.ts";
import type { Keys } from "../outside/seal/keys.ts";
import { openSealPool } from "../outside/seal/pool.ts";
import { every } from "./filing/repeat.ts";
import { openExitWatch } from "./limits/exit-watch.ts";
import { openMailQueue } from "./mail/queue.ts";
import { openMetrics } from "./metrics.ts";
import { listenForMetrics } from "./metrics-listener.ts";
import { openService, type ServiceDeps } from "./open-service.ts";
import { openPageWords } from "./signing/own-page-codes.ts";
import { openClockWatch } from "./store/clock-watch.ts";
import { openStore } from "./store/schema.ts";
import { listen } from "./web/listener.ts";

/** What the form service is started with. It opens database, mail and seal itself. */
export type FormServiceDeps = Pick<
  ServiceDeps,
  | "settings"
  | "gitHost"
  | "site"
  | "siteFolder"
  | "onionSite"
  | "bursts"
  | "clock"
  | "watch"
  | "random"
  | "log"
  | "newDatabase"
> & { readonly keys: Pick<Keys, "attestation" | "pepper" | "publicKeys"> };

/** A form service that listens. */
export type FormService = {
  readonly port: number;
  /** as `settings.host` */
  readonly host: string;
  /** where `/metrics` answers; undefined: nowhere */
  readonly metricsPort: number | undefined;
  /** where Tor leads; undefined: nowhere */
  readonly onionPort: number | undefined;
  /** opens captured mail from elsewhere; undefined where mail is sent */
  readonly inboxKey: string | undefined;
  /** Files now what is due, and takes over what main has settled; resolves when the round is over. */
  fileNow(): Promise<void>;
  /** Stops listening, lets what runs come to its end for at most ten seconds, and closes the database. */
  close(): Promise<void>;
};

/** Connections that Tor may have at a time: those of everybody else are not closed for them. */
const OVER_TOR = 2_000;
const EXPIRE_EVERY = 60_000;
const LOOK_EVERY = 60_000;
const READ_LISTS_EVERY = 60_000;
const REORDER_EVERY = 3_600_000;
const PACK_EVERY = 600_000;

/** Opens database, mail and seal, reads main, and listens on `settings.port`. */
export async function startFormService(deps: FormServiceDeps): Promise<FormService> {
  const { settings, clock, random, log } = deps;
  const { watch = openClockWatch(clock, () => performance.now()) } = deps;
  const sealing = openSealPool(deps.keys.publicKeys.recipients);
  const store = await openStore(settings.database);
  const noteTime = (time: Date) => watch.noteServer("mail server", time);
  const mailer = openMailer(settings.mail, settings.mailFrom, noteTime);
  const mails = openMailQueue(mailer, { log, clock, random });
  const listeners: (() => Promise<void>)[] = [];
  try {
    const metrics = openMetrics({ store, mails, clock, watch, leftRows: watchLeftRows(settings) }, log);
    const exits = await openExitWatch(settings.dataDir, { clock, log });
    const service = await openService({
      ...deps,
      watch,
      probe: mailer.probe,
      store,
      mails,
      metrics,
      seal: sealing.seal,
      pageWords: openPageWords(deps.site()),
      isTorExit: exits.has,
    });
    metrics.watchExits(exits.counts);
    metrics.watchSheets(service.sheets);
    metrics.watchPromises(() => {
      const entries = service.service.main()?.record.entries ?? [];
      return daysLeft(deps.site().campaign, stageOf(entries), dayOf(watch.certain.now()));
    });
    const from = settings.mail.kind === "capture" ? "this machine" : "anywhere";
    const { port, host } = settings;
    const listener = await listen(service.app.fetch, { port, host, from }, log);
    listeners.push(() => listener.close(0));
    const { metricsPort, onionPort } = settings;
    const door =
      onionPort === undefined
        ? undefined
        : await listen(service.app.fetch, { port: onionPort, from: "tor", connections: OVER_TOR }, log);
    if (door) listeners.push(() => door.close(0));
    const numbers = metricsPort === undefined ? undefined : await listenForMetrics(metrics, metricsPort);
    const means = { log, random };
    const filing = every(settings.fileEvery, means, () => metrics.round("filing", service.file));
    const lists = every(READ_LISTS_EVERY, means, exits.look);
    // Between two rounds of filing main moves too: the letter may change, and sheets are accepted.
    const looking = every(Math.min(settings.fileEvery, LOOK_EVERY), means, () =>
      metrics.round("looking", service.look),
    );
    const expiry = every(EXPIRE_EVERY, means, () => metrics.round("expiry", service.expire));
    const order = every(REORDER_EVERY, means, () => store.reorder());
    const packing = every(PACK_EVERY, means, async () => void (await packRepository(ownRepository(settings))));
    return {
      port: listener.port,
      host,
      metricsPort: numbers?.port,
      onionPort: door?.port,
      inboxKey: service.service.inboxKey,
      fileNow: filing.now,
      async close() {
        const deadline = performance.now() + 8_000;
        const rounds = [filing, looking, lists, expiry, order, packing].map((round) => round.stop());
        // A request that still runs may have a mail to send.
        await Promise.all([listener.close(4_000), door?.close(4_000)]);
        await service.idle();
        const left = () => Math.max(0, deadline - performance.now());
        // A round that waits for a git host that does not answer is done again after the next start.
        const ended = Promise.race([Promise.all(rounds), sleep(left(), undefined, { ref: false })]);
        await Promise.all([numbers?.close(), mails.close(left()), ended]);
        await sealing.close();
        // A database that is away, or a full disk, keeps no service from ending: it is done again an hour after the next start.
        const tidied = store.reorder().then(() => store.scrub());
        await Promise.race([tidied, sleep(left(), undefined, { ref: false })]).catch((cause) =>
          log.warn(causeOf(cause), "the database was not rewritten at the end"),
        );
        await store.close();
      },
    };
  } catch (cause) {
    // One that stays open would keep the process, which answers every form with an error.
    await Promise.all(listeners.map((close) => close()));
    await mails.close(0);
    await store.close();
    throw cause;
  }
}
