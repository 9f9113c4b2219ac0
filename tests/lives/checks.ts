import { existsSync } from "node:fs";
import { join } from "node:path";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { listFiles, readBlobs } from "../../scripts/outside/git/object.ts";
import { openPublished } from "../../scripts/outside/published.ts";
import { vkey } from "../letter/invented.ts";
import { days } from "../support/fixtures.ts";
import { outOf } from "./handing-over.ts";
import { idOfPerson, openingTextOf, type Person, secretsOf, tracesOf } from "./person.ts";
import { runRounds } from "./rounds.ts";
import { assertNoTrace, filesOf, type Kept, objectsOf } from "./search.ts";
import { stateShown } from "./signing.ts";
import type { World } from "./world.ts";

/** Checks, once the rounds have run, that nobody who left is anywhere, and that the count is right. */
export async function check(world: World): Promise<void> {
  await runRounds(world);
  const local = world.machine.local();
  const main = await local.host.readMain();
  await checkCount(world, main.record);
  const left = world.people.filter(({ stage }) => stage === "left");
  await checkDatabase(world, left);
  await checkFiles(world, left, await readTree(local.host.repository, main.commit));
  for (const person of left) await checkState(world, person);
}

/** What is published verifies, and lists exactly those who were accepted and are still there. */
async function checkCount({ machine, people, purged, options }: World, record: CampaignRecord): Promise<void> {
  const listed = people.filter(({ stage }) => stage === "accepted");
  const gone = purged && options.ending === "counts";
  const verified = await verifyPublished(openPublished(join(machine.dataDir, "site")), vkey);
  const expected = gone ? 0 : listed.length;
  if (verified.listed !== expected) throw new Error(`${verified.listed} are listed, and not ${expected}`);
  const rows = new Set(record.rows.map(({ opening }) => opening));
  for (const person of gone ? [] : listed)
    if (!rows.has(openingTextOf(person))) throw new Error(`person ${person.number} is not on the list`);
}

/** No contact record, no keyed address, and after some days no hash of a code. */
async function checkDatabase({ machine, clock, purged }: World, left: readonly Person[]): Promise<void> {
  const { query } = machine.store;
  // After the purge it holds nobody, also where a forgotten backup was restored.
  for (const table of purged ? (["vault", "address", "submission"] as const) : [])
    if (await query.selectFrom(table).selectAll().limit(1).executeTakeFirst())
      throw new Error(`after the purge the table ${table} holds somebody`);
  for (const person of left) {
    if (person.code === "") continue;
    const id = idOfPerson(person);
    for (const table of ["vault", "address"] as const)
      if (await query.selectFrom(table).select("id").where("id", "=", id).executeTakeFirst())
        throw new Error(`the table ${table} still holds person ${person.number}`);
    const signature = await query.selectFrom("signature").selectAll().where("id", "=", id).executeTakeFirst();
    if (signature && (signature.state !== "withdrawn" || signature.row !== null))
      throw new Error(`the database still holds the row of person ${person.number}`);
    const isOld = clock.now().getTime() - person.leftAt!.getTime() > days(4);
    if (signature && isOld && signature.day! < person.leftAt!.toISOString().slice(0, 10))
      throw new Error(`the database still knows of person ${person.number}`);
  }
}

/** Main's private history is left out: there they are until it is erased. */
async function checkFiles(world: World, left: readonly Person[], blobs: readonly Kept[]): Promise<void> {
  const { machine, people } = world;
  const { dataDir } = machine;
  const files = [...filesOf(dataDir, ["campaign.git"]), ...filesOf(outOf(world), [])];
  const traces = left.map((person) => ({ person, bytes: tracesOf(person) }));
  const logged = { where: "what was logged", bytes: Buffer.from(machine.logged()) };
  assertNoTrace(traces, [...files, ...blobs, logged]);
  const published = existsSync(join(dataDir, "builds")) ? filesOf(join(dataDir, "builds"), []) : [];
  const secrets = people.map((person) => ({ person, bytes: secretsOf(person) }));
  assertNoTrace(secrets, [...published, ...blobs, ...filesOf(outOf(world), [])]);
  if (world.purged)
    assertNoTrace(
      world.people.map((person) => ({ person, bytes: heldOf(world, person) })),
      files,
    );
}

/** After the purge only what is on a list that stays. */
export function heldOf({ options }: World, person: Person): Buffer[] {
  const isPublic = options.ending === "names" && person.stage === "accepted";
  return isPublic ? [...secretsOf(person), Buffer.from(person.code)] : tracesOf(person);
}

async function readTree(repository: string, head: string): Promise<Kept[]> {
  const files = await listFiles(repository, head);
  const blobs = await readBlobs(
    repository,
    files.map(({ id }) => id),
  );
  return files.map(({ path }, i) => ({ where: `main's ${path}`, bytes: Buffer.from(blobs[i]!) }));
}

/** For 48 hours a code tells that it was withdrawn, after that nothing. */
async function checkState(world: World, person: Person): Promise<void> {
  if (person.code === "" || (world.purged && world.options.ending === "counts")) return;
  const state = await stateShown(world, person);
  const isOld = world.clock.now().getTime() - person.leftAt!.getTime() > days(4);
  const right = isOld ? ["unknown"] : ["withdrawn", "unknown"];
  if (!right.includes(state ?? "")) throw new Error(`the code of person ${person.number} says ${state}`);
}

/** After `erase` or a purge, the repository's whole history holds none of these people. */
export async function checkHistory(world: World, people: readonly Person[]): Promise<void> {
  const objects = objectsOf(world.machine.local().host.repository);
  assertNoTrace(
    people.map((person) => ({ person, bytes: heldOf(world, person) })),
    objects,
  );
}
