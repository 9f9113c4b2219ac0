import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import type { Shown } from "../../scripts/letter/signature/shown.ts";
import { fixedRandomness } from "../support/fixtures.ts";

/** Where somebody is by what was answered. `lost`: a machine died with it, and no backup or sheet brings it back. */
export type Stage = "submitted" | "confirmed" | "accepted" | "refused" | "lost" | "left";

/** Somebody who signs, with everything that only they know, and what has become of it. */
export type Person = {
  readonly number: number;
  readonly name: string;
  readonly place: string;
  readonly email: string;
  readonly shown: Shown;
  readonly lang: "en" | "fa";
  /** from the address of the page, and from the mail */
  s: string;
  mailed: string;
  /** once confirmed */
  code: string;
  /** bytes of the sealed contact record, as the vault held them */
  sealed: Uint8Array;
  stage: Stage;
  /** whether the database has contact record and address, or only the row is left */
  known: boolean;
  /** when the form was sent: the mailed code is good for 48 hours */
  signedAt: Date;
  leftAt: Date | undefined;
  /** a notice to take the row off lies on main, which has not been accepted yet: it is lost with the machine */
  isRemovalAsked?: boolean;
  /** when moderators refused the row: a week later the service has forgotten the address */
  refusedAt: Date | undefined;
};

const LETTERS = {
  en: "abcdefghijklmnoprstuvwz",
  fa: "بتجدرسشفکگلمنوه",
} as const;

/** Invents somebody whose name, place and address are nowhere else. */
export function inventPerson(seed: string, number: number, shown: Shown, lang: "en" | "fa"): Person {
  const draw = fixedRandomness(`${seed}/person ${number}`);
  const word = (alphabet: string) => Array.from(draw(9), (byte) => alphabet[byte % alphabet.length]).join("");
  const [given, family] = [word(LETTERS[lang]), word(LETTERS[lang])];
  return {
    number,
    name: lang === "en" ? `Z${given} Q${family}` : `${given} ${family}`,
    place: word(LETTERS[lang]),
    email: `${word(LETTERS.en)}.${number}@example.org`,
    shown,
    lang,
    s: "",
    mailed: "",
    code: "",
    sealed: new Uint8Array(),
    stage: "submitted",
    known: false,
    signedAt: new Date(Number.NaN),
    leftAt: undefined,
    refusedAt: undefined,
  };
}

export const openingTextOf = ({ code }: Person): string => formatBase64url(openingOf(code));
export const idOfPerson = ({ code }: Person): string => idOf(openingOf(code));

/** Whether a row of the list is this person's. */
export const markedBy = (person: Person) => {
  const text = openingTextOf(person);
  return ({ opening }: { readonly opening: string }) => opening === text;
};

/** What must be nowhere once this person has left. */
export function tracesOf(person: Person): Buffer[] {
  const { name, place, email, code, sealed } = person;
  const texts = [name, place, email, ...(code === "" ? [] : [code, openingTextOf(person)])];
  return [...texts.map((text) => Buffer.from(text)), ...(sealed.length > 0 ? [Buffer.from(sealed.slice(-48))] : [])];
}

/** What must never be in anything that is published: the address, and what the person chose not to show. */
export function secretsOf({ shown, name, place, email }: Person): Buffer[] {
  const hidden = { name: [], initials: [name], hidden: [name, place], counted: [name, place] }[shown];
  return [email, ...hidden].map((text) => Buffer.from(text));
}
