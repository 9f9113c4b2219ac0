import { assertGoesOn, readCheckpointNow, rootsOf, TAKE_OVER } from "../../accept/live-checkpoint.ts";
import type { LocalCampaign } from "../../accept/local-campaign.ts";
import { every } from "../../form-service/filing/repeat.ts";
import type { DatabaseHold } from "../../outside/database/one-holder.ts";
import type { Log } from "../../outside/log.ts";
import type { Random } from "../../outside/random.ts";
import { LOST, RENEW_EVERY, takeLease } from "../../outside/service-lease.ts";
import type { Settings } from "../../outside/settings.ts";

/** The campaign as the one service has it that may sign for it. */
export type OneService = {
  /** Lets another service take the campaign over at once. */
  release(): Promise<void>;
};

/**
 * Makes sure, before anything is signed, that this service is the only one of its campaign: nobody has published more than
 * its main has, and no other one works on its repository, or on its database with another repository. One whose place another
 * takes later ends at once: what it was doing is done again.
 *
 * @throws LetterError `live` when more was published than main has, `lease` when another service runs
 */
export async function becomeOneService(
  { host, keys }: Pick<LocalCampaign, "host" | "keys">,
  { siteUrl, dataDir, database }: Pick<Settings, "siteUrl" | "dataDir" | "database">,
  { log, random, isMoved }: { log: Log; random: Random; isMoved: boolean },
): Promise<OneService> {
  const { verifier } = keys.ledger;
  // Another machine may publish what this folder was copied from.
  const live = isHere(siteUrl) ? undefined : await readCheckpointNow(siteUrl, verifier);
  assertGoesOn(rootsOf((await host.readMain()).record.entries), { live }, verifier, TAKE_OVER);
  const hold = await holdOn(database, keys.publicKeys.attestation, random);
  const lease = await takeLease(host.repository, dataDir, { random, say: console.log, isMoved }).catch(
    async (cause) => {
      await hold?.release();
      throw cause;
    },
  );
  const renewals = every(RENEW_EVERY, { log, random }, async () => {
    if ((await lease.renew()) && (await hold?.renew()) !== false) return;
    console.error(`error: ${LOST}`);
    process.exit(1);
  });
  return {
    async release() {
      await renewals.stop();
      await lease.release().catch(() => {});
      await hold?.release();
    },
  };
}

/** Holds a PostgreSQL database, whose client loads only where there is one; an SQLite file is only on this machine. */
async function holdOn(
  database: Settings["database"],
  attestation: string,
  random: Random,
): Promise<DatabaseHold | undefined> {
  if (database.kind === "sqlite") return undefined;
  const { holdDatabase } = await import("../../outside/database/one-holder.ts");
  return holdDatabase(database.url, attestation, random);
}

/** Whether this is the address of this machine, whose site is what starts. */
function isHere(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
