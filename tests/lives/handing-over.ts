import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { storeToPurge } from "../../scripts/form-service/store/destruction.ts";
import { sealedRecords, withdrawnHere, withoutRecord } from "../../scripts/form-service/store/vault-records.ts";
import { findPublicBag, handOverContacts } from "../../scripts/handover/contacts-handover.ts";
import { openHandover } from "../../scripts/handover/open-handover.ts";
import { makePublicBag, openPublicBagPlace } from "../../scripts/handover/public-bag-place.ts";
import { purge } from "../../scripts/handover/purge.ts";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { openBag } from "../../scripts/outside/bag/reader.ts";
import { noPages } from "../support/campaigns/handover.ts";
import { days } from "../support/fixtures.ts";
import { runRounds } from "./rounds.ts";
import type { Received, World } from "./world.ts";

/** Where the commands of a machine write bags: on its disk. */
export const outOf = ({ machine }: World) => join(dirname(machine.dataDir), "out");

/**
 * Hands over under the tag of today, with both bags, and gives them to the recipient.
 *
 * @returns undefined when it is refused, because there is nobody to hand over
 */
export async function handOver(world: World): Promise<Received | undefined> {
  const { machine, clock, people, received } = world;

  // A tag for each day.
  clock.advance(days(1));
  world.quiet = false;
  await runRounds(world);
  const handover = parseHandover(`handover/${dayOf(clock.now())}`);
  const out = outOf(world);
  mkdirSync(out, { recursive: true });
  try {
    const { database } = machine.settings;
    process.env.DATA_DIR = machine.dataDir;
    if (database.kind === "postgres") process.env.DATABASE_URL = database.url;
    const found = await openPublicBagPlace(handover, { leaving: withdrawnHere, say: () => {} });
    await makePublicBag(handover, { ...found, pages: noPages }, out, () => {});
    const place = await machine.place();
    const bag = await openBag(await findPublicBag(handover, place, out));
    const vault = {
      sealedRecords: (ids: readonly string[]) => sealedRecords(machine.store, ids),
      withoutRecord: (ids: readonly string[]) => withoutRecord(machine.store, ids),
    };
    const handed = await handOverContacts(handover, place, { bag, out, vault }).finally(() => bag.close());
    const folder = join(world.folder, "recipient", handover.day);
    mkdirSync(folder, { recursive: true });
    const copies = [`${handover.publicBag}.tar`, `${handover.contactsBag}.tar`].map((name) => {
      copyFileSync(join(out, name), join(folder, name));
      return join(folder, name);
    });
    const listed = people.filter(({ stage }) => stage === "accepted");
    const one: Received = {
      ...{ handover, bag: copies[0]!, contacts: copies[1]!, digest: handed.digest, out: join(folder, "opened") },
      people: listed.map(({ number }) => number),
      records: listed.filter(({ known }) => known).map(({ number }) => number),
      forked: false,
    };
    received.push(one);
    world.quiet = false;
    await runRounds(world);
    return one;
  } catch (cause) {
    if (cause instanceof LetterError && cause.code === "handover") return undefined;
    throw cause;
  } finally {
    for (const name of ["DATA_DIR", "DATABASE_URL"]) delete process.env[name];
  }
}

export type OpenWith = { readonly reseal: boolean; readonly split: boolean };
type Counts = Awaited<ReturnType<typeof openHandover>>["counts"];

/** The recipient opens what it got, with the ledger as it is published now. */
export async function open(world: World, one: Received, how: OpenWith): Promise<Counts> {
  const { machine, identity, options, clock } = world;
  const { bag, contacts, out } = one;
  mkdirSync(out, { recursive: true });
  options.leak?.beforeOpening?.(one);
  const { publicKeys: keys } = machine.local().keys;
  const places = {
    ...{ bag, contacts, identity, out, site: join(machine.dataDir, "site") },
    ...{ reseal: how.reseal ? keys.recipients : undefined, split: how.split ? 1 : undefined },
  };
  const { counts } = await openHandover(options.leak?.places?.(places) ?? places, clock, () => () => {});
  return counts;
}

/**
 * The recipient deletes who has left, and what this machine holds is destroyed.
 *
 * @returns false when it is refused, because somebody would be in no bag
 */
export async function end(world: World, one: Received): Promise<boolean> {
  const { machine, random, options } = world;
  const { left } = await open(world, one, { reseal: false, split: false });
  const place = await machine.place();
  const { settings, dataDir } = machine;
  const store = storeToPurge(settings);
  await machine.stop();
  await options.leak?.beforePurge?.(one, place);
  const told = { receipt: one.digest, deleted: String(left.length) };
  const databaseUrl = settings.database.kind === "postgres" ? settings.database.url : undefined;
  try {
    await purge(one.handover, place, { told, store, random });
    world.purged = true;
    for (const person of world.people) person.known = false;
  } catch (cause) {
    if (!(cause instanceof LetterError && cause.code === "purge")) throw cause;
  }
  world.machine = await world.open(dataDir, databaseUrl);
  world.quiet = false;
  return world.purged;
}

/** The recipient throws away what it has opened. */
export function throwAway({ out }: Received): void {
  rmSync(out, { recursive: true, force: true });
}
