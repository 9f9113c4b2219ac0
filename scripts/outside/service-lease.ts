import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { sha256 } from "../letter/bytes/hash.ts";
import { readBlobs } from "./git/object.ts";
import { moveRefs, readRef } from "./git/ref.ts";
import { runGit } from "./git/run.ts";
import type { Random } from "./random.ts";

/** The word in a campaign's repository by which its one service is told from any other. */
export type ServiceLease = {
  /** Moves the lease on; false: another service holds it now, and this one must end. */
  renew(): Promise<boolean>;
  /** Gives it back, so that the next start need not wait. */
  release(): Promise<void>;
};

/** Milliseconds between two renewals. */
export const RENEW_EVERY = 3_000;

/** A lease that is found where it was as often as this is held by nobody. */
const LOOKS = 8;

/** Twice as often as it is renewed: two renewals between two looks would bring it back to where it was. */
const LOOK_EVERY = RENEW_EVERY / 2;

/**
 * Where the lease is: a ref to `undersigned/v1 service RUN TURN PLACE HOME`, which is no commit, so that it is no branch and no
 * change to review. No backup has it.
 */
export const LEASE = "refs/undersigned/service";

type LeaseMeans = {
  readonly random: Random;
  readonly say: (text: string) => void;
  readonly pause?: () => Promise<void>;
  /** whether the operator has said that the repository was moved here, and that no service runs where it was */
  readonly isMoved?: boolean;
};

/**
 * Takes the lease of a campaign. A ref moves by compare and swap wherever the repository lies, while a lock file is
 * copied along with its folder.
 *
 * No clock of another machine is read: a lease that does not move while it is watched was left by a service that ended
 * without a word. One that was held from this very folder since this machine was booted is not even watched: its holder
 * is gone, because the caller has the lock on the folder.
 *
 * A copy of the repository itself has a lease that nobody moves. It names the inode of the repository that it was taken
 * in: where that is another one, only the operator knows whether a service still runs there.
 *
 * @param dataDir the data folder, whose lock the caller holds
 * @param say is told once when it takes some seconds
 * @param pause waits between two looks
 * @throws LetterError `lease` when another service holds it
 */
export async function takeLease(
  repository: string,
  dataDir: string,
  { random, say, pause = () => sleep(LOOK_EVERY), isMoved = false }: LeaseMeans,
): Promise<ServiceLease> {
  const [place, home] = [placeOf(dataDir), homeOf(repository)];
  const found = await readRef(repository, LEASE);
  const held = found === undefined ? undefined : await readLease(repository, found);
  if (held?.home !== undefined && held.home !== home && !isMoved) throw copied();
  if (found !== undefined && (place === undefined || held?.place !== place))
    await watch(repository, found, { say, pause });
  // Two are enough: anyone who watches sees it move, and the repository does not grow by the renewals.
  const run = formatBase64url(random(16));
  const write = (turn: 0 | 1) =>
    writeLease(repository, `undersigned/v1 service ${run} ${turn} ${place ?? "-"} ${home}\n`);
  const ids = [await write(0), await write(1)] as const;
  let turn: 0 | 1 = 0;
  const before = await readRef(repository, LEASE);
  if ((before !== undefined && before !== found) || !(await move(repository, before, ids[0]))) throw taken();
  return {
    async renew() {
      const next = turn === 0 ? 1 : 0;
      const moved = await move(repository, ids[turn], ids[next]).catch(() => false);
      if (!moved) {
        const held = await readRef(repository, LEASE);
        // Where there is none, a hand or a power cut has removed it, and nobody else has it.
        if (held !== undefined && !ids.includes(held)) return false;
        // Tidying up the repository may remove what no ref points to.
        await write(next);
        if (!(await move(repository, held, ids[next]))) return false;
      }
      turn = next;
      return true;
    },
    async release() {
      const held = await readRef(repository, LEASE);
      if (held !== undefined && ids.includes(held)) await move(repository, held, undefined);
    },
  };
}

/** What a service says that has lost its lease. */
export const LOST =
  "another service runs for this campaign now, from another folder or on another machine, and this one ends: of two copies of a data folder only one may run";

function taken(): LetterError {
  return new LetterError(
    "lease",
    "another service runs for this campaign, from another folder or on another machine: stop it, or leave this one off; of two copies of a data folder only one may run",
  );
}

function copied(): LetterError {
  return new LetterError(
    "lease",
    "campaign.git is a copy of one whose service was not stopped, and two services would sign two ledgers: if it still runs there, leave this copy off; if the folder was moved here and nothing runs there any more, npm start -- --moved",
  );
}

async function watch(
  repository: string,
  found: string,
  { say, pause }: Required<Pick<LeaseMeans, "say" | "pause">>,
): Promise<void> {
  const seconds = (LOOK_EVERY * LOOKS) / 1000;
  say(`another service had this campaign: for ${seconds} s it is watched whether that one still runs …`);
  for (let look = 0; look < LOOKS; look++) {
    await pause();
    const now = await readRef(repository, LEASE);
    if (now === undefined) return;
    if (now !== found) throw taken();
  }
}

async function move(repository: string, from: string | undefined, to: string | undefined): Promise<boolean> {
  return moveRefs(repository, [{ ref: LEASE, from, to }]);
}

/** Writes a text as an object that no commit has, and returns its id. */
async function writeLease(repository: string, input: string): Promise<string> {
  const { stdout } = await runGit(repository, ["hash-object", "-w", "--stdin"], { input });
  return stdout.toString("utf8").trim();
}

async function readLease(repository: string, id: string): Promise<{ place?: string; home?: string }> {
  const [bytes] = await readBlobs(repository, [id]);
  const text = bytes?.toString("utf8") ?? "";
  const [, place, home] = /^undersigned\/v1 service [\w-]{22} [01] ([\w-]{43}|-) (\d+)\n$/.exec(text) ?? [];
  return { ...(place !== undefined && { place }), ...(home !== undefined && { home }) };
}

/** Tells this repository from a copy of it. The device is left out, since it may have another number after a reboot. */
function homeOf(repository: string): string {
  return String(statSync(repository, { bigint: true }).ino);
}

/**
 * Names this data folder on this machine since it was booted, as a hash that tells nothing else. A copy of the folder has
 * another inode, a copy of the machine another boot. Undefined where the system does not tell its boot.
 */
function placeOf(dataDir: string): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const { dev, ino } = statSync(join(dataDir, "lock.db"), { bigint: true });
    return formatBase64url(sha256(`${boot} ${dev} ${ino}`));
  } catch {
    return undefined;
  }
}
