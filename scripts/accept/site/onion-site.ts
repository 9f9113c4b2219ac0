import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import type { NoteVerifier } from "../../letter/ledger/note.ts";
import type { PublicKeys } from "../../letter/published/files.ts";
import { UNNAMED_ONION } from "../../letter/text/onion.ts";
import type { MainState } from "../../outside/git/host.ts";
import { readLedgerDays } from "../../outside/git/ledger-days.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import { assertContinues, readLiveCheckpoint, rootsOf } from "../live-checkpoint.ts";
import { buildRecord, currentBuild, ONION_BUILD, pointTo } from "../local-site.ts";
import { assertIntact } from "../record/intact-record.ts";

/** The site as an onion service shows it: site and form service are one origin there, whatever they are elsewhere. */
export type OnionSite = {
  /** the origin that its pages name; a page that was asked for at another onion address names that one instead */
  readonly origin: string;
  /** Resolves to the link to the build, once there is one. The first call makes it. @throws LetterError `build`, … */
  folder(): Promise<string>;
  /** Notes main, and builds its site in the background if the campaign has an onion service. */
  follow(main: MainState): void;
  /** Resolves once no build runs. */
  idle(): Promise<void>;
};

/** What the site is built with. */
export type OnionSiteDeps = {
  readonly dataDir: string;
  /** the repository that main is read into */
  readonly repository: string;
  readonly keys: PublicKeys;
  readonly verifier: NoteVerifier;
  /** `onion` of `content/campaign.yaml` */
  readonly onion: string | undefined;
  readonly log: Log;
};

/**
 * Builds `$DATA_DIR/onion-site` beside the site of this machine, from the same record. A campaign that names no onion
 * service gets one with the first request that comes for an onion address, and keeps it.
 *
 * A build is shown only if main's record is intact under the ledger's key and continues what was shown before.
 */
export function openOnionSite(deps: OnionSiteDeps): OnionSite {
  const { dataDir, repository, keys, verifier, onion, log } = deps;
  const link = join(dataDir, "onion-site");
  const origin = onion ?? UNNAMED_ONION;
  let main: MainState | undefined;
  let isWanted = onion !== undefined;
  let published: string | undefined;
  let failed: { commit: string; cause: unknown } | undefined;
  let running: Promise<void> | undefined;

  async function build({ commit, record }: MainState): Promise<void> {
    assertIntact(record, verifier);
    if (existsSync(join(link, "ledger"))) {
      assertContinues(rootsOf(record.entries), await readLiveCheckpoint(link), verifier, true);
    }
    const name = `${commit.slice(0, 12)}-${process.pid}${ONION_BUILD}`;
    const days = await readLedgerDays(repository, commit);
    const earlier = await currentBuild(link);
    const environment = { ONION_ORIGIN: origin };
    await buildRecord(join(dataDir, "builds", name), record, { keys, days, environment, earlier });
    await pointTo(link, name);
  }

  /** Builds until the newest main is published; a commit that cannot be built is not tried again before main is read again. */
  async function catchUp(): Promise<void> {
    // `running` is this run from here on. One without any work would else end before it is noted, and be noted for good.
    await Promise.resolve();
    while (main && main.commit !== published && main.commit !== failed?.commit) {
      const next = main;
      try {
        await build(next);
        published = next.commit;
      } catch (cause) {
        failed = { commit: next.commit, cause };
        log.error(causeOf(cause), "the site of the onion service could not be built");
      }
    }
    running = undefined;
  }
  const start = () => {
    running ??= catchUp();
    return running;
  };

  return {
    origin,
    async folder() {
      isWanted = true;
      // A build of an earlier run of the service may hold rows that have been withdrawn since.
      if (published === undefined) await start();
      if (published === undefined) throw failed?.cause ?? new Error("main has not been read yet");
      return link;
    },
    follow(state) {
      main = state;
      failed = undefined;
      // In the same step, so that a call of `idle` from here on waits for this build too.
      if (isWanted || isShown(link)) void start();
    },
    async idle() {
      await running;
    },
  };
}

/** Whether an earlier run has made one. The build itself may have been removed since. */
function isShown(link: string): boolean {
  return lstatSync(link, { throwIfNoEntry: false }) !== undefined;
}
