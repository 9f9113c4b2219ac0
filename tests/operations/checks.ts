import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { parseEntry } from "../../scripts/letter/ledger/entry.ts";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { CHECKPOINT_PATH } from "../../scripts/letter/signature/record.ts";
import { readText } from "../../scripts/outside/git/object.ts";
import { openPublished } from "../../scripts/outside/published.ts";
import { vkey } from "../letter/invented.ts";
import { openingTextOf, type Person } from "../lives/person.ts";
import { stateShown } from "../lives/signing.ts";
import type { World } from "../lives/world.ts";
import type { Operated } from "./world.ts";

/** Checks what must be true after every step, whatever has just happened. Nothing is changed by it. */
export async function checkTruth(operated: Operated): Promise<void> {
  const { life, mirror } = operated;
  await checkPublished(operated);
  if (existsSync(join(life.machine.dataDir, "site"))) {
    rmSync(mirror, { recursive: true, force: true });
    cpSync(join(life.machine.dataDir, "site"), mirror, { recursive: true, dereference: true });
  }
  const { record } = await life.machine.place();
  checkEntries(record.entries);
  checkRows(life, new Set(record.rows.map(({ opening }) => opening)));
  const today = dayOf(life.clock.now());
  if (record.rows.some(({ signed }) => signed > today)) throw new Error("somebody has signed on a day that is to come");
  operated.readme ??= await readmeOf(life);
  if ((await readmeOf(life)) !== operated.readme)
    throw new Error(`${README} on main is not what the campaign began with`);
  for (const person of life.people) await checkTold(life, person);
}

const README = "signatures/README.md";

async function readmeOf({ machine }: World): Promise<string> {
  const local = machine.local();
  const { commit } = await local.host.readMain();
  return (await readText(local.host.repository, commit, README)) ?? "";
}

/** What is published verifies, and continues everything that was ever published under the key. */
export async function checkPublished({ life, seen }: Pick<Operated, "life" | "seen">): Promise<void> {
  const site = join(life.machine.dataDir, "site");
  if (!existsSync(site)) return;
  const checkpoint = readFileSync(join(site, CHECKPOINT_PATH), "utf8");
  const { checkpoint: read } = await verifyPublished(openPublished(site), vkey, { kept: seen });
  seen.set(`checkpoint of size ${read.size}`, checkpoint);
}

/** Nobody is accepted twice. */
export function checkEntries(entries: readonly string[]): void {
  const contacts = entries.flatMap((line) => {
    const entry = parseEntry(line);
    return entry.kind === "accept" ? [entry.contactCommitment] : [];
  });
  if (new Set(contacts).size < contacts.length) throw new Error("somebody was accepted twice");
}

/** Everybody who was told so is on the list, and nobody else is but those whose withdrawal is on its way. */
export function checkRows({ people, purged, options }: World, listed: ReadonlySet<string>): void {
  if (purged && options.ending === "counts") {
    if (listed.size > 0) throw new Error("after the purge there is still a list");
    return;
  }
  const known = new Set<string>();
  for (const person of people.filter(({ code }) => code !== "")) {
    const opening = openingTextOf(person);
    known.add(opening);
    const { stage, number } = person;
    if (stage === "accepted" && !listed.has(opening)) throw new Error(`person ${number} is not on the list`);
    if (stage === "refused" && listed.has(opening)) throw new Error(`person ${number} was refused, and is on the list`);
  }
  for (const opening of listed) if (!known.has(opening)) throw new Error("somebody is on the list who never signed");
}

/** The page of the code says what has become of the signature. */
export async function checkTold(life: World, person: Person): Promise<void> {
  const { code, number, stage } = person;
  if (code === "" || life.purged) return;
  const state = (await stateShown(life, person)) ?? "nothing";
  const right = rightStates(person);
  if (!right.includes(state)) throw new Error(`person ${number}, who is ${stage}, reads ${state}`);
}

/** Between two rounds the page may be a step behind; it must not say what never was. */
function rightStates({ stage, known }: Person): readonly string[] {
  switch (stage) {
    case "submitted":
    case "lost":
      return ["pending", "unknown"];
    case "confirmed":
      return known ? ["pending"] : ["pending", "unknown"];
    case "accepted":
      return known ? ["pending", "accepted"] : ["pending", "accepted", "unknown"];
    case "refused":
      return ["pending", "refused", "unknown"];
    case "left":
      return ["withdrawn", "unknown"];
    default:
      return stage satisfies never;
  }
}
