import { z } from "zod";
import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { inEachLanguage, language, wholeNumber, yesOrNo } from "./field.ts";
import { parsePlainYaml } from "./front-matter.ts";
import { isOnionHost } from "./onion.ts";
import { hosts, responsible, tablesOf } from "./responsible.ts";

const day = z.string().refine(isDay, "must be a day, YYYY-MM-DD");

const EMPTY_PAGE = "about:blank";

const campaign = z.strictObject({
  languages: z.array(language).min(1).readonly(),
  site_title: inEachLanguage,
  neutral_tab: yesOrNo.optional(),
  addressee: inEachLanguage,
  recipient: z.strictObject({
    name: inEachLanguage,
    age: z
      .array(z.string().regex(/^age1pq1[02-9ac-hj-np-z]{100,}$/, "must be a key that begins with age1pq1"))
      // One lost key must not lose everything.
      .refine((keys) => keys.length !== 1 && new Set(keys).size === keys.length, "must name two different keys or more")
      .readonly(),
    contact: z.email("must be an e-mail address").optional(),
  }),
  responsible: responsible.optional(),
  hosts: hosts.optional(),
  distressing: z.strictObject({ from: wholeNumber, to: wholeNumber }).optional(),
  original: language,
  translation_approved: z.record(language, yesOrNo),
  ask: z.strictObject({ place: yesOrNo }),
  preview_names_letter: yesOrNo.default(false),
  goal: wholeNumber.optional(),
  opens: day.optional(),
  closes: day.optional(),
  hand_over_by: day.optional(),
  destroy_by: day.optional(),
  after_purge: z.enum(["counts", "names"], "must be counts or names").default("counts"),
  // The empty page is in every browser: it asks nobody for anything, and the address bar does not name the site.
  exit_url: z.url({ protocol: /^https$/, error: "must be an https address" }).default(EMPTY_PAGE),
  onion: z
    .string()
    .regex(
      /^http:\/\/[a-z2-7]{56}\.onion$/,
      "must be http:// and an onion address of 56 characters, without a slash at its end",
    )
    .refine(
      (address) => isOnionHost(address.replace("http://", "")),
      "is not the address of an onion service: its checksum is wrong; copy it from Tor’s file hostname",
    )
    .optional(),
  source: z.url({ protocol: /^https$/, error: "must be an https address" }).optional(),
  contact: z.email("must be an e-mail address"),
  contact_checked: day.optional(),
  ledger_origin: z.string().regex(/^[a-z0-9.-]+(\/[a-z0-9.-]+)*$/, "must be a host and path without scheme"),
  ledger_vkey: z
    .string()
    .regex(/^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/, "must be a vkey, name+hash+key")
    .optional(),
  attestation_key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "must be 32 bytes in base64url")
    .optional(),
});

/** `content/campaign.yaml`: everything another campaign would change, except its texts. */
export type Campaign = Readonly<z.output<typeof campaign>>;

/**
 * Parses `content/campaign.yaml`: plain YAML (only text, lists and maps, see `parsePlainYaml`) without unknown fields.
 *
 * @throws LetterError `campaign`, one line that names the field and the rule
 */
export function parseCampaign(text: string): Campaign {
  const result = campaign.safeParse(readYaml(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw broken(issue?.path.join(".") || "the file", issue?.message ?? "is not valid");
  }
  assertLanguages(result.data);
  return result.data;
}

function readYaml(text: string): unknown {
  try {
    return parsePlainYaml(text);
  } catch (cause) {
    throw new LetterError("campaign", `campaign.yaml: ${(cause as LetterError).message}`, { cause });
  }
}

function assertLanguages(parsed: Campaign): void {
  const languages = [...parsed.languages];
  if (new Set(languages).size !== languages.length) throw broken("languages", "names one twice");
  if (!languages.includes(parsed.original)) throw broken("original", "must be one of languages");
  const tables: [field: string, table: Readonly<Record<string, string>>][] = [
    ["site_title", parsed.site_title],
    ["addressee", parsed.addressee],
    ["recipient.name", parsed.recipient.name],
    ...tablesOf(parsed),
  ];
  for (const [field, table] of tables) {
    if (Object.keys(table).sort().join() !== languages.toSorted().join()) {
      throw broken(field, `must have exactly ${languages.join(", ")}`);
    }
  }
  const translations = languages.filter((lang) => lang !== parsed.original).sort();
  if (Object.keys(parsed.translation_approved).sort().join() !== translations.join()) {
    throw broken("translation_approved", "must name every language but the original");
  }
  if (parsed.distressing && parsed.distressing.to < parsed.distressing.from) {
    throw broken("distressing.to", "must not lie before distressing.from");
  }
  assertOrderOfDays(parsed);
}

/** Each day of the campaign, in the order in which they come. */
function assertOrderOfDays(parsed: Campaign): void {
  const fields = ["opens", "closes", "hand_over_by", "destroy_by"] as const;
  const given = fields.filter((field) => parsed[field] !== undefined);
  for (const [index, field] of given.entries()) {
    const before = given[index - 1];
    if (before && parsed[field]! < parsed[before]!) throw broken(field, `must not lie before ${before}`);
  }
}

function broken(field: string, rule: string): LetterError {
  return new LetterError("campaign", `campaign.yaml: ${field}: ${rule}`);
}
