import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { formatNotice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { parseSheet } from "../../scripts/letter/signature/sheet.ts";
import { LOCAL_MODERATOR } from "../../scripts/outside/git/local-host.ts";
import { idOfPerson, markedBy, type Person } from "./person.ts";
import { markLeft } from "./signing.ts";
import type { World } from "./world.ts";

/** What happens within a minute by itself: filing, taking over withdrawals, publishing, reading main, deleting. */
export async function runRounds(world: World): Promise<void> {
  const { machine } = world;
  if (world.quiet) return;
  await machine.service.file();
  await machine.accept();
  for (const person of world.people) delete person.isRemovalAsked;
  await machine.service.look();
  await machine.service.expire();
  world.quiet = true;
}

/** A moderator approves every open sheet, and refuses the row of one person on it. */
export async function approve(world: World, refused?: Person): Promise<void> {
  const { machine } = world;
  const local = machine.local();
  const byId = new Map(world.people.filter(({ code }) => code !== "").map((one) => [idOfPerson(one), one]));
  const open = await local.host.openSheets();
  if (open.length === 0) return runRounds(world);
  const settled = (await local.host.readMain()).settled.sheets;
  const pending = await local.host.pendingSheets();
  for (const { sheet: name, commit } of open) {
    const sheet = parseSheet(pending.get(name)!.text);
    if (sheet.kind !== "signatures" || settled.has(name)) continue;
    const people = sheet.rows.map(({ id }) => byId.get(id)!);
    const refuses = refused !== undefined && people.includes(refused);
    const body = refuses ? `refuse ${idOfPerson(refused)} fake-name` : "";
    const act = { by: LOCAL_MODERATOR, state: "approved", commit, body } as const;
    await local.host.review(name, act, dayOf(world.clock.now()));
    for (const person of people.filter(({ stage }) => stage !== "left")) {
      const isRefused = refuses && person === refused;
      person.stage = isRefused ? "refused" : "accepted";
      if (isRefused) person.refusedAt = world.clock.now();
    }
    world.quiet = false;
  }
  await runRounds(world);
}

/** The organisers take a row off by a notice, for somebody who has lost code and mailbox. */
export async function remove(world: World, person: Person): Promise<void> {
  const { local, record } = await world.machine.place();
  const row = record.rows.find(markedBy(person));
  if (row === undefined) throw new Error("somebody who was accepted is not on the list");
  const notice = { kind: "remove", index: row.index } as const;
  await local.host.commitText(new Map([[noticePath(notice), formatNotice(notice)]]), dayOf(world.clock.now()));
  markLeft(world, person);
  person.isRemovalAsked = true;
  world.quiet = false;
}
