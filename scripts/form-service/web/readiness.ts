import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../service.ts";

/** Whether forms would be taken now: undefined, or a line that says why not. */
export type Readiness = () => Promise<string | undefined>;

type Asked = Pick<Service, "siteFolder" | "main" | "store" | "clock"> & {
  readonly settings: { readonly dataDir: string };
};

/**
 * How long an answer is kept, in milliseconds: each one costs a commit, so a stranger who asks without end must not wear
 * the disk. One that says no is kept shorter, since somebody may be waiting for it.
 */
const KEPT = { ready: 10_000, not: 2_000 };

/** How long the database may take, in milliseconds. A health check waits no longer. */
const PATIENCE = 2_000;

/** With less on the disk than this many bytes, a form may no longer find room. */
const ROOM = 2 ** 20;

/** Opens the answer of `/readyz`. However many ask at once, the database is tried once. */
export function openReadiness(service: Asked): Readiness {
  let last: { at: number; answer: Promise<string | undefined>; keep: number } | undefined;
  return () => {
    const now = service.clock.now().getTime();
    // The clock may have been set back.
    if (last && Math.abs(now - last.at) < last.keep) return last.answer;
    const answer = look(service);
    const one = { at: now, answer, keep: KEPT.ready };
    last = one;
    void answer.then((reason) => {
      if (reason !== undefined) one.keep = KEPT.not;
    });
    return answer;
  };
}

async function look(service: Asked): Promise<string | undefined> {
  if (!service.main()) return "main has not been read yet";
  const late = sleep(PATIENCE, "the database does not answer in time", { ref: false });
  const found = Promise.all([roomIn(service.settings.dataDir), tryToWrite(service), siteIn(service.siteFolder)]);
  return Promise.race([found.then((reasons) => reasons.find((reason) => reason !== undefined)), late]);
}

async function roomIn(folder: string): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: Number.POSITIVE_INFINITY, bsize: 1 }));
  return bavail * bsize < ROOM ? "the disk of the data folder is full" : undefined;
}

/** Takes the way of a form: one change, committed to the disk. It leaves nothing. */
async function tryToWrite({ store }: Pick<Service, "store">): Promise<string | undefined> {
  // SQLite does not write a row that stays the same, so one comes and goes again. No proof has this hash.
  const hash = "ready";
  try {
    await store.change(async (query) => {
      await query.insertInto("spent_proof").values({ hash, slot: 0 }).execute();
      await query.deleteFrom("spent_proof").where("hash", "=", hash).execute();
    });
    return undefined;
  } catch {
    return "the database takes no changes";
  }
}

async function siteIn(folder: string): Promise<string | undefined> {
  return stat(join(folder, ".")).then(
    () => undefined,
    () => "the site is missing",
  );
}
