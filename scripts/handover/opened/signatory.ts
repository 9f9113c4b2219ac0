import { editionSigned } from "../../letter/signature/record.ts";
import type { Shown } from "../../letter/signature/shown.ts";
import type { Right } from "../opened-contacts.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import type { ConsentWordings } from "./consent-wordings.ts";

/** Somebody who signed, with all that the recipient gets to know. */
export type Signatory = {
  /** the number of the entry in the ledger */
  readonly index: string;
  readonly id: string;
  /** the whole name as it was typed; empty for `counted` */
  readonly sealedName: string;
  /** what the list shows of the name: all of it, initials, or nothing */
  readonly publicName: string;
  readonly shown: Shown;
  readonly email: string;
  readonly place: string;
  readonly lang: string;
  /** UTC day of the confirmation */
  readonly signed: string;
  /** `handover`, and `public` where a name or initials are shown */
  readonly consents: string;
  /** the wordings that were agreed to, by their names in the public bag */
  readonly consentIds: string;
  readonly edition: string;
};

/** Makes a signatory from a record and its row. The place of somebody who is only counted is of use to nobody. */
export function signatoryOf(
  { expected: { id, row }, record }: Right,
  { entries }: Pick<PublicBagFacts, "entries">,
  wordings: ConsentWordings,
): Signatory {
  const { name, email, place, lang, signed, consents } = record;
  return {
    index: String(row.index),
    id,
    sealedName: name,
    publicName: row.name,
    shown: row.shown,
    email,
    place: row.shown === "counted" ? "" : place,
    lang,
    signed,
    consents: consents.join(" "),
    consentIds: wordings.idsOf(record).join(" "),
    edition: editionSigned(entries, row),
  };
}
