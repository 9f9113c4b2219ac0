import type { Consent } from "./contact.ts";
import { type EmailProblem, parseEmail } from "./email.ts";
import { slipOf } from "./mail-slip.ts";
import { initialsOf, type NameProblem, parseName, parsePlace } from "./name.ts";
import type { PublicFields } from "./row.ts";
import { isShown, type Shown, showsName } from "./shown.ts";

/** A valid submission of the form; `name` and `place` are empty for `counted`, and `place` may be for others. */
export type Submission = {
  readonly shown: Shown;
  readonly name: string;
  readonly place: string;
  readonly email: string;
  readonly lang: string;
  readonly consents: readonly Consent[];
};

/**
 * The fields of the form as they were typed, to show them again. `email_kept` is the address that "did you mean …?"
 * asked about, and `email_choice` is `meant` when the signer chose the corrected one.
 */
export type FormValues = Readonly<
  Record<"shown" | "name" | "place" | "email" | "consent_handover" | "consent_public", string> &
    Partial<Record<"email_kept" | "email_choice", string>>
>;

/** What the signer must change, by field; each problem has a message in every language. */
export type Problems = {
  readonly shown?: "missing";
  readonly name?: NameProblem;
  readonly place?: NameProblem;
  readonly email?: EmailProblem;
  readonly consent_handover?: "missing";
  readonly consent_public?: "missing";
};

/** The cause of a problem: the character, or for `email.slip` the address that was probably meant. */
export type Reasons = Readonly<Partial<Record<"name" | "place" | "email", string>>>;

/** Reads the form's fields; a missing field is empty, and other fields are ignored. */
export function formValues(form: URLSearchParams): FormValues {
  const value = (field: string) => form.get(field) ?? "";
  return {
    shown: value("shown"),
    name: value("name"),
    place: value("place"),
    email: value("email"),
    consent_handover: value("consent_handover"),
    consent_public: value("consent_public"),
    ...(form.has("email_kept") ? { email_kept: value("email_kept"), email_choice: value("email_choice") } : {}),
  };
}

/** Parses a form in this language, or returns all its problems at once. */
export function parseSubmission(
  values: FormValues,
  lang: string,
): { submission: Submission } | { problems: Problems; reasons: Reasons } {
  const shown = isShown(values.shown) ? values.shown : undefined;
  // `counted` asks for no name and no place: what was typed there anyway is neither checked nor kept.
  const name = shown === "counted" ? { name: "" } : parseShownName(values.name, shown);
  const place = shown === "counted" ? { place: "" } : parsePlace(values.place);
  const email = parseMeantEmail(values);
  const handover = values.consent_handover === "yes";
  const published = values.consent_public === "yes";
  const needsPublic = shown !== undefined && showsName(shown);
  if (shown && "name" in name && "place" in place && "email" in email && handover && (published || !needsPublic)) {
    const consents: Consent[] = needsPublic ? ["handover", "public"] : ["handover"];
    return { submission: { shown, name: name.name, place: place.place, email: email.email, lang, consents } };
  }
  return {
    problems: {
      ...(shown ? {} : { shown: "missing" }),
      ...("problem" in name ? { name: name.problem } : {}),
      ...("problem" in place ? { place: place.problem } : {}),
      ...("problem" in email ? { email: email.problem } : {}),
      ...(handover ? {} : { consent_handover: "missing" }),
      ...(needsPublic && !published ? { consent_public: "missing" } : {}),
    },
    reasons: {
      ...reasonOf("name", name),
      ...reasonOf("place", place),
      ...reasonOf("email", email),
    },
  };
}

function reasonOf(field: keyof Reasons, parsed: object): Reasons {
  const { character } = parsed as { character?: string };
  return character === undefined ? {} : { [field]: character };
}

/** Parses the address. A likely slip is asked about once, and accepted as typed when it is sent again. */
function parseMeantEmail(values: FormValues): ReturnType<typeof parseEmail> {
  const parsed = parseEmail(values.email);
  if ("problem" in parsed) return parsed;
  const meant = slipOf(parsed.email);
  if (meant === undefined) return parsed;
  if (values.email_kept !== parsed.email) return { problem: "slip", character: meant };
  return values.email_choice === "meant" ? { email: meant } : parsed;
}

// A name of many short parts can yield initials that are longer than the name, and too long for a row. Such a row is
// invalid, and one invalid row makes its whole sheet invalid, so refuse it here.
function parseShownName(raw: string, shown: Shown | undefined): ReturnType<typeof parseName> {
  const full = parseName(raw);
  if ("problem" in full || shown !== "initials") return full;
  const initials = parseName(initialsOf(full.name));
  return "problem" in initials ? initials : full;
}

/** Returns the public fields of a submission that is confirmed on this UTC day. */
export function publicFieldsOf(submission: Submission, day: string): PublicFields {
  const { shown, name, lang, place } = submission;
  if (!showsName(shown)) return { shown, name: "", lang: "", place: "", signed: "" };
  return { shown, name: shown === "initials" ? initialsOf(name) : name, lang, place, signed: day };
}
