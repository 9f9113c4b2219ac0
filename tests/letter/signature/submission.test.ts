import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePublicFields } from "../../../scripts/letter/signature/row.ts";
import { parseSubmission, publicFieldsOf } from "../../../scripts/letter/signature/submission.ts";

const form = { place: "", email: "sara@example.org", consent_handover: "yes", consent_public: "yes" };
const parse = (shown: string, name: string) => parseSubmission({ ...form, shown, name }, "en");

describe("a submission", () => {
  it("is refused when its initials would be longer than a row may be", () => {
    const name = Array.from({ length: 50 }, (_, i) => "abcdefghij"[i % 10]).join(" ");
    expect(parse("initials", name)).toMatchObject({ problems: { name: "long" }, reasons: {} });
    expect(parse("name", name)).toMatchObject({ submission: { name } });
    expect(parse("hidden", name)).toMatchObject({ submission: { name } });
  });

  it("that is taken makes a row that is taken, whatever it shows", () => {
    const part = fc.string({ unit: fc.constantFrom(..."aZéğ’.-1علیی\u200cرضا王小ʼ("), minLength: 1, maxLength: 4 });
    const name = fc.array(part, { minLength: 1, maxLength: 60 }).map((parts) => parts.join(" "));
    fc.assert(
      fc.property(fc.constantFrom("name", "initials", "hidden", "counted"), name, (shown, typed) => {
        const parsed = parse(shown, typed);
        if ("problems" in parsed) return;
        const fields = publicFieldsOf(parsed.submission, "2026-11-22");
        expect(parsePublicFields(fields, "the row")).toEqual(fields);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps neither a name nor a place that was typed with “count me only”, whatever it is", () => {
    const typed = fc.oneof(
      fc.string(),
      fc.constantFrom("Tehran", "رشت، ایران", "https://example.org", "Ber\u0430lin", "\u202e"),
    );
    fc.assert(
      fc.property(typed, typed, (name, place) => {
        const parsed = parseSubmission({ ...form, shown: "counted", name, place }, "fa");
        expect(parsed).toMatchObject({ submission: { name: "", place: "" } });
      }),
    );
  });

  it("says what each problem is about", () => {
    const typed = { ...form, shown: "name", name: "Sara|", place: "Ber\u0430lin", email: "sara@gmial.com" };
    expect(parseSubmission(typed, "en")).toEqual({
      problems: { name: "characters", place: "scripts", email: "slip" },
      reasons: { name: "|", place: "\u0430", email: "sara@gmail.com" },
    });
  });

  it("asks about a likely slip once, whichever way it comes again", () => {
    const answer = (more: object) => parseSubmission({ ...form, shown: "counted", name: "", ...more }, "en");
    const typed = { email: " Sara@gmial.com\u200f" };
    expect(answer(typed)).toMatchObject({ problems: { email: "slip" }, reasons: { email: "Sara@gmail.com" } });
    const kept = { email_kept: "Sara@gmial.com" };
    for (const email_choice of ["", "typed", "other"]) {
      expect(answer({ ...typed, ...kept, email_choice })).toMatchObject({ submission: { email: "Sara@gmial.com" } });
    }
    expect(answer({ ...typed, ...kept, email_choice: "meant" })).toMatchObject({
      submission: { email: "Sara@gmail.com" },
    });
    // The answer was about another address, or none is in question any more.
    expect(answer({ email: "sara@gmal.com", ...kept, email_choice: "meant" })).toMatchObject({
      problems: { email: "slip" },
    });
    expect(answer({ email: "sara@example.org", ...kept, email_choice: "meant" })).toMatchObject({
      submission: { email: "sara@example.org" },
    });
  });
});
