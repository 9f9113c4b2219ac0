import type { IMPORT_COLUMNS } from "../../../scripts/handover/opened/import-file.ts";

type Column = (typeof IMPORT_COLUMNS)[number];

/** What a system does with a file of people: which fields it wants, and how it learns that nobody wants mail. */
export type System = {
  readonly name: string;
  /** fields that must not be empty, and the column for each */
  readonly required: Readonly<Record<string, Column>>;
  /** other fields that the page names */
  readonly others: Readonly<Record<string, Column>>;
  /**
   * Fields that are asked about mail. `opt-in`: who wants it, so the value must be a no; `opt-out`: who does not want it,
   * so the value must be a yes. Empty: only a choice during the import says it.
   */
  readonly mail: Readonly<Record<string, { readonly column: Column; readonly asks: "opt-in" | "opt-out" }>>;
  /** the choice that must be made, where no column can say it */
  readonly choice?: string;
  /** bytes that a cell has at most */
  readonly cell?: number;
  /** columns that must be ISO 3166-1, two letters, or empty */
  readonly codes?: readonly Column[];
};

// From the public documents that `.github/importing.md` names.
export const SYSTEMS: readonly System[] = [
  {
    name: "Salesforce",
    required: { "Last Name": "last_name" },
    others: {
      "First Name": "first_name",
      Email: "email_key",
      "Mailing Country": "country_derived",
      "Lead Source": "source",
    },
    mail: { "Email Opt Out": { column: "email_opt_out", asks: "opt-out" } },
  },
  {
    name: "CiviCRM",
    required: { Email: "email_key" },
    others: {
      "First Name": "first_name",
      "Last Name": "last_name",
      Country: "country_code",
      "Preferred Language": "language",
      "External Identifier": "external_id",
      "Contact Source": "source",
    },
    mail: {
      "No Bulk Emails (User Opt Out)": { column: "email_opt_out", asks: "opt-out" },
      "Do Not Email": { column: "email_opt_out", asks: "opt-out" },
    },
    codes: ["country_code"],
  },
  {
    name: "Action Network",
    required: { Email: "email_key" },
    others: {
      Country: "country_code",
      "First Name": "first_name",
      "Last Name": "last_name",
      Language: "language",
      Source: "source",
    },
    mail: {},
    choice: "Tick “do not subscribe new activists to the email list”",
    codes: ["country_code"],
  },
  {
    name: "Engaging Networks",
    required: { "Email Address": "email_key" },
    others: { "First Name": "first_name", "Last Name": "last_name", Country: "country_code" },
    mail: { "your opt-in question": { column: "email_opt_in", asks: "opt-in" } },
    codes: ["country_code"],
  },
  {
    name: "ActionKit",
    required: { email: "email_key" },
    others: { first_name: "first_name", last_name: "last_name", country: "country_derived", source: "source" },
    mail: {},
    choice: "make a page of its own for this that adds nobody to a list",
  },
  {
    name: "NationBuilder",
    required: { email: "email_key" },
    others: { name: "full_name", language: "language" },
    mail: { email_opt_in: { column: "email_opt_in", asks: "opt-in" } },
  },
  {
    name: "Mailchimp",
    required: { "Email Address": "email_key" },
    others: { "First Name": "first_name", "Last Name": "last_name" },
    mail: {},
    choice: "Choose the status “Unsubscribed” for the whole import",
    cell: 255,
  },
];

/** Whether a system reads a value as yes: what importers of these systems take for true, in any case. */
export function isYes(value: string): boolean {
  return /^(1|y|yes|true|on)$/i.test(value);
}

/** Whether a system reads a value as no. An empty one is neither: then the default of the system holds. */
export function isNo(value: string): boolean {
  return /^(0|n|no|false|off)$/i.test(value);
}
