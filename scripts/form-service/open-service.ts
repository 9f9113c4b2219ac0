import { formatBase64url } from "../letter/bytes/base64url.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { lastBackupOf, leftListIn } from "../outside/backup-list.ts";
import type { Clock } from "../outside/clock.ts";
import type { GitHost } from "../outside/git/host.ts";
import { causeOf, type Log } from "../outside/log.ts";
import type { Random } from "../outside/random.ts";
import type { Keys } from "../outside/seal/keys.ts";
import type { Seal } from "../outside/seal/seal.ts";
import type { Settings } from "../outside/settings.ts";
import type { SiteContext } from "../site/views/context.ts";
import { openAfterAnswer } from "./after-answer.ts";
import { openFilingAttempts } from "./filing/attempts.ts";
import { openClockRounds } from "./filing/clock-rounds.ts";
import { fileAgain, fileRound } from "./filing/filing.ts";
import { openMainView } from "./filing/main-view.ts";
import { reconcile, settleCompared } from "./filing/reconciliation.ts";
import { hasOwnSignatures } from "./filing/refiling.ts";
import { takeOverList } from "./filing/restoration.ts";
import { openSheetWatch } from "./filing/sheet-watch.ts";
import type { SheetFindings } from "./filing/stuck-sheets.ts";
import { openClients } from "./limits/client.ts";
import { type Bursts, NO_BURSTS, openBursts } from "./limits/domain-bursts.ts";
import { type Limits, NO_LIMITS, openLimits } from "./limits/limits.ts";
import { drawFrom } from "./limits/lot.ts";
import { openMailBudgets } from "./limits/mail-ledger.ts";
import { keyOfProofs, openProofs } from "./limits/proof-of-work.ts";
import { openCodeMails } from "./mail/code-mails.ts";
import { EVERY_MAIL, type Mailboxes, openMailboxes } from "./mail/mailboxes.ts";
import type { MailQueue } from "./mail/queue.ts";
import type { Metrics } from "./metrics.ts";
import type { OnionPages, Service } from "./service.ts";
import { openExpiry } from "./signing/expiry.ts";
import { openIntents } from "./signing/intents.ts";
import { openMailedCodes } from "./signing/mailed-codes.ts";
import type { PageWords } from "./signing/own-page-codes.ts";
import { openWaitingCodes } from "./signing/pending-confirmations.ts";
import { openSuppression } from "./signing/suppression.ts";
import { claimDatabase, claimPepper, noteLedger } from "./store/campaign-database.ts";
import { type ClockWatch, openClockWatch } from "./store/clock-watch.ts";
import { openLeftCarrier } from "./store/left-carrier.ts";
import { readLeftList } from "./store/left-list.ts";
import { openQueue, type Queue } from "./store/queue.ts";
import { inTens, restoredRows } from "./store/restored-rows.ts";
import type { Store } from "./store/schema.ts";
import { asOfMain } from "./web/after-purge.ts";
import { type App, createApp } from "./web/app.ts";

/** Milliseconds between two comparisons of the database with the list of open sheets, at most. */
const COMPARE_EVERY = 10 * 60_000;

/** What a form service is wired with. The caller has opened all of it, and closes what can be closed. */
export type ServiceDeps = {
  readonly settings: Settings;
  readonly keys: Pick<Keys, "attestation" | "pepper">;
  readonly store: Store;
  readonly gitHost: GitHost;
  readonly mails: MailQueue;
  readonly seal: Seal;
  /** what the pages need; asked again for every page */
  readonly site: () => SiteContext;
  /** where the built site lies; may be a link that is swapped */
  readonly siteFolder: string;
  /** the site as onion addresses show it; without it they show the built site as it is */
  readonly onionSite?: OnionPages;
  readonly pageWords: PageWords;
  /** whether an address is one where Tor leaves its network */
  readonly isTorExit: (address: string) => boolean;
  /** is told of confirmations; one of its own unless given */
  readonly bursts?: Bursts;
  /** counts the answers, where somebody reads the numbers */
  readonly metrics?: Pick<Metrics, "noteAnswer">;
  readonly clock: Clock;
  /** compares the clock with what is known besides; by default with the days that main and database know */
  readonly watch?: ClockWatch;
  /** asks the mail server whether it is there, so that it tells the time */
  readonly probe?: () => Promise<void>;
  readonly random: Random;
  readonly log: Log;
  /** whether the organisers have said that the database may be new although signatures were accepted */
  readonly newDatabase?: boolean;
};

/** A form service that can answer and file, but does neither by itself. */
export type OpenService = {
  readonly app: App;
  /** what the app answers with */
  readonly service: Service & { readonly mails: MailQueue; readonly queue: Queue };
  /** Does a round of filing, unless another instance on the same database is at it. */
  file(): Promise<void>;
  /** Between two rounds of filing: takes over what main has settled, and files the sheets whose next attempt is due. */
  look(): Promise<void>;
  /** Deletes what is too old. */
  expire(): Promise<void>;
  /** What was found when database, main and open sheets were compared last. */
  sheets(): SheetFindings;
  /** Resolves once the work that begins after an answer is done. */
  idle(): Promise<void>;
  /** Resolves once what is being leased of the mails of the hour is in hand. */
  leased(): Promise<void>;
};

/** Wires a form service, reads main, and deletes what has become too old since the service ran last. */
export async function openService(deps: ServiceDeps): Promise<OpenService> {
  const { settings, store, gitHost, mails, clock, random, log } = deps;
  const { watch = openClockWatch(clock, () => clock.now().getTime()) } = deps;
  const { attestation, pepper } = deps.keys;
  const main = openMainView(gitHost);
  const codes = openWaitingCodes(clock);
  const queue = openQueue(store, watch.certain);
  const deleteDue = openExpiry({ store, clock, codes, pepper });
  const left = openLeftCarrier({ store, clock, log }, settings.dataDir);
  const clockRound = openClockRounds({ store, clock, watch, log, probe: deps.probe ?? (async () => {}) }, main.current);
  const expire = async () => {
    const { mayDelete } = await clockRound();
    if (mayDelete) await deleteDue();
    // Emptied each time, as in every round that deletes.
    else await store.scrub();
    await left.carry();
    if (mayDelete) await left.forgetOld();
  };
  const campaign = formatBase64url(attestation.publicKey);
  const read = await main.refresh();
  const hasSheets = () => hasOwnSignatures(gitHost, attestation);
  await claimDatabase(store, read.record, { attestation: campaign, isNew: deps.newDatabase ?? false, hasSheets });
  await claimPepper(store, pepper);
  await clockRound();
  // Nobody may read here that a signature counts that was withdrawn after the backup.
  const list = await readLeftList(leftListIn(settings.dataDir)).catch((error) => {
    log.error(causeOf(error), "the list of who left cannot be read: look for another copy of DATA_DIR/left.txt");
    return undefined;
  });
  await takeOverList(store, list?.ids ?? new Set(), { attestation, now: watch.certain.now() });
  const sheetWatch = openSheetWatch(clock, Math.min(settings.fileEvery, COMPARE_EVERY));
  const reconciling = { store, clock: watch.certain, attestation, gitHost, main, log };
  await reconcile(reconciling, sheetWatch, "start").catch((error) =>
    log.warn(causeOf(error), "main and its branches could not be compared with the database; it is tried again"),
  );
  await queue.look();
  await expire();
  const restored = await restoredRows(store.query, dayOf(watch.certain.now()));
  if (restored)
    log.warn(
      { about: inTens(restored), until: restored.until },
      "signatures that a backup brought back wait to be filed",
    );

  const { trustProxy } = settings;
  const warn = () => log.warn({}, NO_HEADER);
  const clients = openClients({ trustProxy, isTorExit: deps.isTorExit, clock, random, warn });
  const { limits, mailboxes, bursts, leased } = await openCounts({ ...deps, watch });
  const after = openAfterAnswer(log);
  const mailedCodes = openMailedCodes(store, clock, random);
  const service = {
    settings,
    siteFolder: deps.siteFolder,
    onionSite: deps.onionSite,
    site: () => asOfMain(deps.site(), main.current()),
    main: main.current,
    isOnOpenSheet: (id: string) => sheetWatch.found.onlyOpen.has(id),
    store,
    lastBackup: () => lastBackupOf(settings),
    carryLeft: left.carry,
    queue,
    attestation,
    pepper,
    seal: deps.seal,
    clients,
    limits,
    bursts,
    proofs: openProofs({ store, clock, random }, keyOfProofs(pepper)),
    intents: openIntents({ clock, random, pepper }),
    mails,
    codeMails: openCodeMails({ store, pepper, mailboxes, mails, after, log }),
    after,
    codes,
    mailedCodes,
    pageWords: deps.pageWords,
    suppression: openSuppression({ store, pepper, clock: watch.certain, mailedCodes }, random(32)),
    metrics: deps.metrics,
    clock: watch.certain,
    watch,
    random,
    log,
    inboxKey: settings.mail.kind === "capture" ? formatBase64url(random(16)) : undefined,
  };

  const attempts = openFilingAttempts(clock, random);
  const filing = { ...reconciling, watch, sheetWatch, random, queue, attempts, settings };
  return {
    app: createApp(service),
    service,
    async file() {
      await queue.look();
      // Another instance on the same database may be at it: two would make smaller sheets than they should.
      await store.alone("file", () => fileRound(filing));
    },
    async look() {
      const now = await main.refresh();
      await noteLedger(store, now.record, campaign);
      await settleCompared(reconciling, sheetWatch, now);
      await store.alone("file", async () => {
        await reconcile(reconciling, sheetWatch, "between rounds").catch((error) =>
          log.warn(causeOf(error), "main and its branches could not be compared with the database; it is tried again"),
        );
        await fileAgain(filing);
      });
    },
    expire,
    sheets: () => sheetWatch.found,
    idle: after.idle,
    leased,
  };
}

const NO_HEADER =
  "TRUST_PROXY is on, but a request came without X-Forwarded-For: everybody counts as one line until the proxy sends it";

/** What counts forms, mails and confirmations. Without limits nothing is counted. */
type Counts = {
  readonly limits: Limits;
  readonly mailboxes: Mailboxes;
  readonly bursts: Bursts;
  leased(): Promise<void>;
};

async function openCounts(deps: ServiceDeps): Promise<Counts> {
  const { settings, keys, store, clock, random, log } = deps;
  const { mailsAnHour } = settings;
  if (!settings.limits) {
    return { limits: NO_LIMITS, mailboxes: EVERY_MAIL, bursts: NO_BURSTS, leased: async () => {} };
  }
  const budgets = await openMailBudgets({ store, clock, watch: deps.watch, pepper: keys.pepper, log }, mailsAnHour);
  return {
    limits: openLimits({ clock, draw: drawFrom(random), key: random(32), mailsAnHour, budgets }),
    mailboxes: openMailboxes(clock, random(32)),
    bursts: deps.bursts ?? openBursts(clock, random(32)),
    async leased() {
      await Promise.all([budgets.sign.idle(), budgets.leave.idle()]);
    },
  };
}
