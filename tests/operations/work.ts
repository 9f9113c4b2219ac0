import { handOver } from "../lives/handing-over.ts";
import { isReached, mayLeave, pick } from "../lives/life.ts";
import { idOfPerson, type Person } from "../lives/person.ts";
import { runRounds } from "../lives/rounds.ts";
import { confirm, leaveByAddress, leaveByCode, markLeft, signForm } from "../lives/signing.ts";
import type { World } from "../lives/world.ts";
import { moderate, noteDecided } from "./moderating.ts";
import { erase } from "./slips/erasing.ts";
import type { Work } from "./steps.ts";
import { addressOf, type Operated } from "./world.ts";

/** Does what people, moderators and organisers do every day. It may be interrupted, and is then begun again. */
export async function work(operated: Operated, step: Work): Promise<void> {
  const { life } = operated;
  const { people } = life;
  switch (step.do) {
    case "join": {
      const person = await signForm(life, step.shown, step.lang);
      if (person) await confirm(life, person);
      break;
    }
    case "leave": {
      const may = people.filter((one) => mayLeave(life, one));
      const person = pick(may, step.who);
      if (person) await leave(life, person, step.by);
      break;
    }
    case "moderate": {
      await runRounds(life);
      const waiting = people.filter(({ stage }) => stage === "confirmed");
      await moderate(life, step.refuse === undefined ? undefined : pick(waiting, step.refuse));
      break;
    }
    case "file":
      await life.machine.service.file();
      break;
    case "round":
      await runRounds(life);
      await noteDecided(life);
      break;
    case "erase":
      await erase(operated);
      break;
    case "handOver":
      if (!life.purged) await handOverHere(life);
      break;
    default:
      step satisfies never;
  }
  life.quiet = false;
}

/** Leaves; an attempt that got no answer may have done it already. */
async function leave(life: World, person: Person, by: "code" | "address"): Promise<void> {
  if (await hasLeft(life, person)) markLeft(life, person);
  else await (by === "address" && isReached(life, person) ? leaveByAddress : leaveByCode)(life, person);
}

async function hasLeft({ machine }: World, person: Person): Promise<boolean> {
  const [id, { query }] = [idOfPerson(person), machine.store];
  const leaving = await query.selectFrom("withdrawal").select("id").where("id", "=", id).executeTakeFirst();
  const signature = await query.selectFrom("signature").select("state").where("id", "=", id).executeTakeFirst();
  return leaving !== undefined || signature?.state === "withdrawn";
}

/** The commands of a handover read the environment. */
async function handOverHere(life: World): Promise<void> {
  process.env.DATABASE_URL = addressOf(life.machine.settings.database);
  try {
    await handOver(life);
  } finally {
    delete process.env.DATABASE_URL;
  }
  await noteDecided(life);
}
