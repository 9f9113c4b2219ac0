import { expect } from "vitest";
import { SHOWN } from "../../scripts/letter/signature/shown.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import type { MailServer } from "../support/servers/mail-server.ts";
import type { Service } from "../support/servers/service.ts";
import { codeIn, confirm, countOf, type Form, post, submit } from "./signatory.ts";

/** Somebody who signs: what they type, what anybody may see of them, and the code by which they can leave. */
export type Signatory = Form & { readonly publicName: string; readonly country: string; withdrawalCode: string };

const LETTERS = { en: "bcdfghklmnprstvz", fa: "بتجدرزسشفکلمنپچگ" };
const PLACES = {
  en: { names: ["Ada", "Noor", "Bo"], comma: ", ", countries: { Australia: "AU", Ireland: "IE" } },
  fa: { names: ["سارا", "امید", "مینا"], comma: "، ", countries: { آلمان: "DE", کانادا: "CA" } },
};

/** Twelve invented people, who sign in all four ways and in both languages; nobody has the name of another. */
export function inventTwelve(seed: string): Signatory[] {
  const random = fixedRandomness(seed);
  const word = (lang: Form["lang"]) =>
    [...random(12)].map((byte) => LETTERS[lang][byte % LETTERS[lang].length]).join("");
  return Array.from({ length: 12 }, (_, i) => {
    const lang = i % 2 === 0 ? "en" : "fa";
    const shown = SHOWN[Math.floor(i / 2) % SHOWN.length]!;
    const { names, comma, countries } = PLACES[lang];
    const [first, last] = [names[i % 3]!, capitalised(word(lang))];
    const [country, code] = Object.entries(countries)[i % 2]!;
    // Nobody is asked for the name of somebody who is only counted, and a browser sends what was typed before.
    const name = `${first} ${last}`;
    return {
      ...{ lang, shown, name, country: code, withdrawalCode: "" },
      place: `${capitalised(word(lang))}${comma}${country}`,
      email: `${word("en")}@example.org`,
      publicName: { name, initials: `${[...first][0]}. ${[...last][0]}.`, hidden: "", counted: "" }[shown],
    };
  });
}

const capitalised = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Everybody fills in the form, types the mailed code, and keeps the code by which they can leave. */
export async function signAll(service: Service, mailServer: MailServer, people: readonly Signatory[]): Promise<void> {
  await Promise.all(
    people.map(async (person) => {
      const { lang, shown, name, place, email } = person;
      const asked = await submit(service.origin, { lang, shown, name, place, email });
      const code = await confirm(service.origin, asked, codeIn(await mailServer.waitForMail(email)));
      person.withdrawalCode = code!;
    }),
  );
}

/** Leaves by a code that is mailed to the address, as who has lost the withdrawal code does. */
export async function leaveByAddress(service: Service, mailServer: MailServer, { lang, email }: Form): Promise<void> {
  const asked = await post(`${service.origin}/${lang}/withdraw/`, { email });
  expect(asked.status, await asked.text()).toBe(303);
  const s = new URL(asked.headers.get("location") ?? "", service.origin).searchParams.get("s")!;
  const code = codeIn(await mailServer.waitForMail(email));
  const done = await post(`${service.origin}/${lang}/withdraw/confirm/`, { s, code });
  expect(done.status, await done.text()).toBe(200);
}

/** Waits until the site publishes this count. */
export async function waitForCount(service: Service, count: Readonly<Record<string, unknown>>): Promise<void> {
  await expect.poll(() => countOf(service.origin), { interval: 200 }).toMatchObject(count);
}
