import { formatBase64url } from "../letter/base64url.ts";
import { confirmationCode } from "../letter/code.ts";
import { dayOf } from "../letter/day.ts";
import { loggedEdition } from "../letter/record.ts";
import { signingOn, stageOf } from "../letter/signing.ts";
import { type FormValues, formValues, parseSubmission, type Submission } from "../letter/submission.ts";
import { signPage } from "../site/views/sign-page.ts";
import type { Lang } from "../site/views/strings.ts";
import { message, minutesOf, page, seeOther } from "./answers.ts";
import { readPause } from "./pause.ts";
import type { WaitingSubmission } from "./sealed-submission.ts";
import type { Asked, Route, Service } from "./service.ts";
import { staticFile } from "./static-files.ts";
import { addSubmission, CODE_LIFE } from "./submissions.ts";

/** The form: takes a submission, and sends its code. */
export function signRoutes(service: Service): Route[] {
  return [
    { method: "GET", path: "sign/", handle: (asked) => showForm(service, asked) },
    { method: "POST", path: "sign/", handle: (asked) => sign(service, asked) },
  ];
}

/** The form of the built site, unless new signatures are paused; where the site lies elsewhere, the way there. */
async function showForm(service: Service, { request, lang }: Asked): Promise<Response> {
  const site = service.site();
  const reasons = await readPause(service.store.query);
  if (reasons) return message(site, request, { kind: "paused", reason: reasons[lang] ?? "" }, 200);
  const built = await staticFile(service.siteFolder, request);
  if (built) return built;
  if (site.siteUrl.includes("://")) return seeOther(`${site.siteUrl}/${lang}/sign/`);
  return message(site, request, { kind: "not_found" }, 404);
}

async function sign(service: Service, { request, lang, form, client, answered }: Asked): Promise<Response> {
  const site = service.site();
  const { ask, opens = "" } = site.campaign;
  const entries = service.main()?.record.entries ?? [];
  const signing = signingOn(dayOf(service.clock.now()), site.campaign, stageOf(entries));
  if (signing === "not_open") return message(site, request, { kind: signing, day: opens }, 403);
  if (signing !== "open") return message(site, request, { kind: signing }, 403);
  const reasons = await readPause(service.store.query);
  // Nothing is taken, and no program may think that it was: 503, though the page is up and says why.
  if (reasons) return message(site, request, { kind: "paused", reason: reasons[lang] ?? "" }, 503);
  const typed = formValues(form);
  const values = ask.place ? typed : { ...typed, place: "" };
  const parsed = parseSubmission(values, lang);
  if ("problems" in parsed) return page(signPage(site, lang, { values, ...parsed }), 422);
  // A form that has to be mended was no attempt.
  const proved = await service.proofs.accept(form.get("altcha") ?? "");
  const wait = service.limits.submission(client, { proved, scripts: form.has("filled") });
  if (wait > 0) return askToWait(service, lang, values, { wait, proved });
  const waiting = { ...parsed.submission, ...(looksLikeProgram(form) ? { suspect: true as const } : {}) };
  const s = await takeSubmission(service, waiting, answered);
  if (!s) return message(site, request, { kind: "trouble" }, 503);
  return seeOther(`${site.serviceUrl}/${lang}/confirm/?s=${formatBase64url(s)}`);
}

/** The form again, with what was typed, when to come back, and a proof of work that lets a browser with scripts go on. */
async function askToWait(
  service: Service,
  lang: Lang,
  values: FormValues,
  { wait, proved }: { wait: number; proved: boolean },
): Promise<Response> {
  const challenge = proved ? undefined : await service.proofs.challenge();
  const html = signPage(service.site(), lang, { values, problems: {}, wait: { minutes: minutesOf(wait), challenge } });
  return page(html, 429, { "Retry-After": String(wait) });
}

/** Faster than anybody can type, in seconds. */
const FASTEST = 2;

/** Signs that a program filled in the form. Nobody is refused for them: they only choose the sheet. */
function looksLikeProgram(form: URLSearchParams): boolean {
  const filled = form.get("filled") ?? "";
  return (form.get("comment") ?? "") !== "" || (/^\d+$/.test(filled) && Number(filled) < FASTEST);
}

/**
 * Stores the submission, and has its code mailed once it is answered; undefined when one of both cannot be done now.
 * Nothing here looks at the address: it is stored unread, whoever has signed with it before.
 */
async function takeSubmission(
  service: Service,
  submission: Submission & Pick<WaitingSubmission, "suspect">,
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
