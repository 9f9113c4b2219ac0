import { createHash } from "node:crypto";
import { join } from "node:path";
import { end } from "../../lives/handing-over.ts";
import { filesOf } from "../../lives/search.ts";
import type { Received } from "../../lives/world.ts";
import { openRepository } from "../../support/campaigns/repository.ts";
import { runProgram } from "../programs.ts";
import { addressOf, type Operated } from "../world.ts";
import { takeRows } from "./database-copies.ts";

/** The recipient has opened what it got last, and what this machine holds is destroyed, unless that is refused. */
export async function purge({ life }: Operated): Promise<void> {
  const last = lastReceived(life.received);
  if (!last || life.purged) return;
  const address = addressOf(life.machine.settings.database);
  const undecided = life.people.filter(({ stage }) => stage === "confirmed");
  const view = { ...life, open: (dataDir: string) => life.open(dataDir, address) };
  try {
    if (!(await end(view, last))) return;
  } finally {
    life.machine = view.machine;
    life.purged = view.purged;
    life.quiet = false;
  }
  const inBag = new Set(last.people);
  for (const { number, stage } of life.people)
    if (stage === "accepted" && !inBag.has(number)) throw new Error(`person ${number} was destroyed, and is in no bag`);
  const [person] = undecided;
  if (person) throw new Error(`person ${person.number} was destroyed before anybody decided`);
}

/** Moves the tag of the last handover to what main is now. */
export async function moveTag({ life }: Operated): Promise<void> {
  const last = lastReceived(life.received);
  if (!last || life.purged) return;
  const { repository } = life.machine.local().host;
  openRepository(repository).git("update-ref", `refs/tags/${last.handover.tag}`, "refs/heads/main");
}

/** Runs a command in a shell that lacks `DATABASE_URL`: it has to say so and change nothing. */
export async function forgetDatabase(operated: Operated, command: "purge" | "pause" | "backup"): Promise<void> {
  const { life } = operated;
  const last = lastReceived(life.received);
  const left = last ? last.people.filter((number) => life.people[number]!.stage === "left").length : 0;
  const args = {
    purge: last
      ? ["--tag", last.handover.tag, "--receipt", last.digest, "--deleted", String(left)]
      : ["--tag", "handover/2026-11-28"],
    pause: ["fa=امضا موقتاً بسته است.", "en=Signing is paused."],
    backup: [join(life.folder, "wrong.age"), "--to", life.backupKey.recipient],
  };
  const before = await fingerprint(operated);
  const { code, stderr } = await runProgram(operated, command, args[command], { DATABASE_URL: "" });
  if (code === 0) throw new Error(`${command} without DATABASE_URL ended as if all were well`);
  if (!/^error: [^\n]+\n$/.test(stderr) || stderr.includes("unexpected"))
    throw new Error(`${command} without DATABASE_URL does not say in one line what to do:\n${stderr}`);
  if ((await fingerprint(operated)) !== before)
    throw new Error(`${command} without DATABASE_URL has changed something`);
}

/** A digest of everything that a machine keeps, but for the file whose lock it takes. */
async function fingerprint({ life }: Operated): Promise<string> {
  const hash = createHash("sha256");
  for (const { where, bytes } of filesOf(life.machine.dataDir, ["lock.db", "lock.db-journal"]))
    hash.update(`${where}\0${bytes.length}\0`).update(bytes);
  hash.update(JSON.stringify([...(await takeRows(life.machine.store))]));
  return hash.digest("hex");
}

function lastReceived(received: readonly Received[]): Received | undefined {
  return received.findLast(({ forked }) => !forked);
}
