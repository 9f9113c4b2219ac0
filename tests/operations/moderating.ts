import { approvalOf, decideSheet } from "../../scripts/accept/local-review.ts";
import { readReviewDesk } from "../../scripts/accept/open-sheets.ts";
import { idOfPerson, openingTextOf, type Person } from "../lives/person.ts";
import { runRounds } from "../lives/rounds.ts";
import type { World } from "../lives/world.ts";

/**
 * A moderator approves every open sheet that can be approved, as `npm run moderate` does, and refuses the row of one
 * person where it is on a sheet. What became of everybody is read from main.
 */
export async function moderate(life: World, refused?: Person): Promise<void> {
  const local = life.machine.local();
  const desk = await readReviewDesk(local);
  life.quiet = false;
  for (const reviewed of desk.sheets) {
    const { sheet, judgement } = reviewed;
    if (sheet?.kind !== "signatures" || judgement.state === "invalid" || judgement.state === "unattested") continue;
    const isHere = refused !== undefined && sheet.rows.some(({ id }) => id === idOfPerson(refused));
    await decideSheet(local, desk, reviewed, approvalOf(reviewed, isHere ? [`${idOfPerson(refused)}:fake-name`] : []));
  }
  await runRounds(life);
  await noteDecided(life);
}

/** Notes whom main has accepted, and whom it has refused. */
export async function noteDecided({ machine, people, clock }: World): Promise<void> {
  const local = machine.local();
  const { record, settled } = await local.host.readMain();
  const listed = new Set(record.rows.map(({ opening }) => opening));
  for (const person of people.filter(({ stage }) => stage === "confirmed")) {
    if (listed.has(openingTextOf(person))) person.stage = "accepted";
    else if (settled.refused.has(idOfPerson(person)))
      Object.assign(person, { stage: "refused", refusedAt: clock.now() });
  }
}
