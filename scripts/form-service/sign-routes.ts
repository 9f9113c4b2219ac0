import { formatBase64url } from "../letter/base64url.ts";
import { confirmationCode } from "../letter/code.ts";
import { dayOf } from "../letter/day.ts";
import { loggedEdition } from "../letter/record.ts";
import { signingOn, stageOf } from "../letter/signing.ts";
import { formValues, parseSubmission, type Submission } from "../letter/submission.ts";
import { signPage } from "../site/views/sign-page.ts";
import { message, page, seeOther, tooMany } from "./answers.ts";
import type { Asked, Route, Service } from "./service.ts";
import { addSubmission, CODE_LIFE } from "./submissions.ts";

/** The form: takes a submission, and sends its code. */
export function signRoutes(service: Service): Route[] {
  return [{ method: "POST", path: "sign/", handle: (asked) => sign(service, asked) }];
}

async function sign(service: Service, { request, lang, form, client, answered }: Asked): Promise<Response> {
  const site = service.site();
  const { ask, opens = "" } = site.campaign;
  const entries = service.main()?.record.entries ?? [];
  const signing = signingOn(dayOf(service.clock.now()), site.campaign, stageOf(entries));
  if (signing === "not_open") return message(site, request, { kind: signing, day: opens }, 403);
  if (signing !== "open") return message(site, request, { kind: signing }, 403);
  const typed = formValues(form);
  const values = ask.place ? typed : { ...typed, place: "" };
  const parsed = parseSubmission(values, lang);
  if ("problems" in parsed) return page(signPage(site, lang, { values, problems: parsed.problems }), 422);
  // A form that has to be mended was no attempt.
  const wait = service.limits.submission(client, { proved: false, scripts: false });
  if (wait > 0) return tooMany(site, request, wait);
  const s = await takeSubmission(service, parsed.submission, answered);
  if (!s) return message(site, request, { kind: "trouble" }, 503);
  return seeOther(`${site.serviceUrl}/${lang}/confirm/?s=${formatBase64url(s)}`);
}

/**
 * Stores the submission, and has its code mailed once it is answered; undefined when one of both cannot be done now.
 * Nothing here looks at the address: it is stored unread, whoever has signed with it before.
 */
async function takeSubmission(
  service: Service,
  submission: Submission,
  answered: Promise<void>,
): Promise<Uint8Array | undefined> {
  const main = service.main();
  const edition = main && loggedEdition(main.record.entries);
  if (edition === undefined || !service.codeMails.hasRoom()) return undefined;
  const s = service.random(16);
  const code = confirmationCode(service.random(8));
  const now = service.clock.now();
  // The edition of this moment: a letter that changes before the confirmation is not what was signed.
  const waiting = { ...submission, edition, expires: new Date(now.getTime() + CODE_LIFE).toISOString() };
  await addSubmission(service.store, { s, code, nonce: service.random(12) }, waiting, dayOf(now));
  const { email, lang } = submission;
  service.codes.add(s, { code, email, lang });
  service.codeMails.send({ to: "confirm", email, lang, s, code }, answered);
  return s;
}
