import { showsName } from "../../scripts/letter/signature/shown.ts";
import { withdrawalCodeIn } from "../form-service/harness.ts";
import { idOfPerson, inventPerson, type Person } from "./person.ts";
import type { World } from "./world.ts";

/** Fills in the form, and reads the mail. */
export async function signForm(
  world: World,
  shown: Person["shown"],
  lang: Person["lang"],
): Promise<Person | undefined> {
  const person = inventPerson(world.options.seed, world.people.length, shown, lang);
  const { name, place, email } = person;
  const consents = { consent_handover: "yes", ...(showsName(shown) && { consent_public: "yes" }) };
  const answer = await world.machine.post(`/${lang}/sign/`, { shown, name, place, email, ...consents });
  if (world.purged && answer.status === 410) return undefined;
  person.s = searchedFor(answer);
  person.mailed = world.machine.mails.takeCode(email)!;
  person.signedAt = world.clock.now();
  world.people.push(person);
  return person;
}

/** Types the mailed code into the page. */
export async function confirm(world: World, person: Person): Promise<void> {
  const { machine } = world;
  const answer = await machine.post(`/${person.lang}/confirm/`, { s: person.s, code: person.mailed });
  if (answer.status !== 200) throw new Error(`the confirmation was answered with ${answer.status}`);
  person.code = withdrawalCodeIn(await answer.text());
  const { query } = machine.store;
  const kept = query.selectFrom("vault").select("sealed").where("id", "=", idOfPerson(person));
  person.sealed = new Uint8Array((await kept.executeTakeFirstOrThrow()).sealed);
  Object.assign(person, { stage: "confirmed", known: true });
}

/** Leaves by the withdrawal code, as anybody can whose row is known or public. */
export async function leaveByCode(world: World, person: Person): Promise<void> {
  const answer = await world.machine.post(`/${person.lang}/withdraw/`, { code: person.code });
  if (answer.status !== 200) throw new Error(`the withdrawal by code was answered with ${answer.status}`);
  markLeft(world, person);
}

/** Leaves as somebody does who has only the mailbox. */
export async function leaveByAddress(world: World, person: Person): Promise<void> {
  const { machine } = world;
  const asked = await machine.post(`/${person.lang}/withdraw/`, { email: person.email });
  const code = machine.mails.takeCode(person.email)!;
  const done = await machine.post(`/${person.lang}/withdraw/confirm/`, { s: searchedFor(asked), code });
  if (done.status !== 200) throw new Error(`the withdrawal by address was answered with ${done.status}`);
  markLeft(world, person);
}

/** The state that the page shows for the withdrawal code. */
export async function stateShown({ machine }: World, { code }: Person): Promise<string | undefined> {
  return /data-state="(\w+)"/.exec(await (await machine.post("/en/verify/", { code })).text())?.[1];
}

export function markLeft({ clock }: World, person: Person): void {
  Object.assign(person, { stage: "left", leftAt: clock.now() });
}

function searchedFor(answer: Response): string {
  if (answer.status !== 303) throw new Error(`the form came back with ${answer.status}`);
  return new URL(answer.headers.get("location")!, "http://localhost:8080").searchParams.get("s")!;
}
