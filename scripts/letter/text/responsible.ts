import { z } from "zod";
import { inEachLanguage, wholeNumber, yesOrNo } from "./field.ts";

/** Who answers for people's details, as the law asks that they are told (GDPR Article 13, APP 5). */
export const responsible = z.strictObject({
  /** until the handover */
  name: inEachLanguage,
  /** a postal address on one line */
  address: inEachLanguage,
  /** where people ask about their details */
  contact: z.email("must be an e-mail address"),
  /** after the handover: name and place on one line */
  after_handover: inEachLanguage,
  /** name and address of the representative where the law asks for one (GDPR Article 27) */
  representatives: z.strictObject({ eu: inEachLanguage.optional(), uk: inEachLanguage.optional() }).optional(),
  /** to whom people can complain, one authority a row, with its country */
  complaints: z.array(inEachLanguage).min(1, "must name one authority or more").readonly(),
  /** the least age, in years, at which somebody may sign */
  age: wholeNumber,
});

const host = z.strictObject({
  name: inEachLanguage,
  country: inEachLanguage,
  /** what it sees and keeps */
  keeps: inEachLanguage,
  /** for how many days it keeps its log; `unknown` when it does not say */
  days: z
    .string()
    .regex(/^(unknown|0|[1-9]\d{0,3})$/, "must be a number of days, or unknown")
    .transform((text) => (text === "unknown" ? text : Number(text))),
  /** whether it keeps the internet addresses (IP) of visitors */
  keeps_ip: yesOrNo,
});

/** The companies and machines through which people's details go. */
export const hosts = z.strictObject({ site: host, form: host, mail: host, git: host });

export type Responsible = Readonly<z.output<typeof responsible>>;
export type Hosts = Readonly<z.output<typeof hosts>>;
export type Host = Hosts[keyof Hosts];

/** In the order in which a person's details meet them. */
export const HOSTS = ["site", "form", "mail", "git"] as const satisfies readonly (keyof Hosts)[];

/** The names in each language of these settings, by their fields, which must all have the campaign's languages. */
export function tablesOf(given: {
  readonly responsible?: Responsible | undefined;
  readonly hosts?: Hosts | undefined;
}): [field: string, table: Readonly<Record<string, string>>][] {
  const { responsible: who, hosts: where } = given;
  const named = who && [
    ["name", who.name] as const,
    ["address", who.address] as const,
    ["after_handover", who.after_handover] as const,
    ["representatives.eu", who.representatives?.eu] as const,
    ["representatives.uk", who.representatives?.uk] as const,
    ...who.complaints.map((table, i) => [`complaints.${i}`, table] as const),
  ];
  const kept =
    where &&
    HOSTS.flatMap((one) =>
      (["name", "country", "keeps"] as const).map((field) => [`${one}.${field}`, where[one][field]] as const),
    );
  return [
    ...(named ?? []).map(([field, table]) => [`responsible.${field}`, table] as const),
    ...(kept ?? []).map(([field, table]) => [`hosts.${field}`, table] as const),
  ].flatMap(([field, table]) => (table === undefined ? [] : [[field, table] as [string, Record<string, string>]]));
}
