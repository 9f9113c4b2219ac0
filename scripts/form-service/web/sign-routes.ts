import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { signingOn, stageOf } from "../../letter/ledger/signing.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import { type FormValues, formValues, parseSubmission, type Submission } from "../../letter/signature/submission.ts";
import type { Settings } from "../../outside/settings.ts";
import { signPage } from "../../site/views/pages/sign-page.ts";
import type { Refused } from "../limits/gate.ts";
import { networkOf } from "../limits/levels.ts";
import type { Asked, Route, Service } from "../service.ts";
import { isTaken } from "../signing/intents.ts";
import { CODE_LIFE } from "../signing/mailed-codes.ts";
import type { WaitingSubmission } from "../signing/sealed-submission.ts";
import { addSubmission } from "../signing/submissions.ts";
import { readPause } from "../store/pause.ts";
import { message, page, seeOther } from "./answers.ts";
import { siteFile } from "./site-file.ts";

/** The dependencies of the form. */
type SignService = Pick<
  Service,
  | "site"
  | "siteFolder"
  | "onionSite"
  | "onion"
  | "main"
  | "store"
  | "clock"
  | "random"
  | "pepper"
  | "limits"
  | "proofs"
  | "intents"
  | "codes"
  | "mailedCodes"
  | "codeMails"
> & { readonly settings: Pick<Settings, "trustProxy"> };

/** The form: takes a submission, and sends its code. */
export function signRoutes(service: SignService): Route[] {
  return [
    { method: "GET", path: "sign/", handle: (asked) => showForm(service, asked) },
    { method: "POST", path: "sign/", handle: (asked) => sign(service, asked) },
  ];
}

/** Shows the form of the built site, unless new signatures are paused. Redirects if the site is served elsewhere. */
async function showForm(service: SignService, { request, lang }: Asked): Promise<Response> {
  const site = service.site();
  const reasons = await readPause(service.store.query);
  if (reasons) return message(site, request, { kind: "paused", reason: reasons[lang] ?? "" }, 200);
  const built = await siteFile(service, request);
  if (built) return built;
  if (site.siteUrl.includes("://")) return seeOther(`${site.siteUrl}/${lang}/sign/`);
  return message(site, request, { kind: "not_found" }, 404);
}

async function sign(service: SignService, asked: Asked): Promise<Response> {
  const { request, lang, form } = asked;
  const site = service.site();
  const { ask, opens = "" } = site.campaign;
  const entries = service.main()?.record.entries ?? [];
  const signing = signingOn(dayOf(service.clock.now()), site.campaign, stageOf(entries));
  if (signing === "not_open") return message(site, request, { kind: signing, day: opens }, 403);
  if (signing !== "open") return message(site, request, { kind: signing }, 403);
  const reasons = await readPause(service.store.query);
  // Nothing is taken, and no program may think that it was: hence 503, though the page is up and says why.
  if (reasons) return message(site, request, { kind: "paused", reason: reasons[lang] ?? "" }, 503);
  const typed = formValues(form);
  const values = ask.place ? typed : { ...typed, place: "" };
  const parsed = parseSubmission(values, lang);
  if ("problems" in parsed) return page(signPage(site, lang, { values, ...parsed }), 422);
  // A form that has to be corrected was not an attempt.
  const s = secretOf(service, asked);
  const outcome = await service.intents.once(s, () => takeOnce(service, s, parsed.submission, asked));
  if (outcome === "trouble") return message(site, request, { kind: "trouble" }, 503);
  if (outcome === "taken") return seeOther(`${site.serviceUrl}/${lang}/confirm/?s=${formatBase64url(s)}`);
  return askToWait(service, asked, values, outcome);
}

/** What became of a form: it was taken, now or before; it cannot be taken now; or there is no room at the moment. */
type Outcome = "taken" | "trouble" | Refused;

function secretOf({ intents, settings }: SignService, { request, form, lang, client, connection }: Asked): Uint8Array {
  const userAgent = request.headers.get("user-agent") ?? "";
  return intents.secretFor({
    form,
    lang,
    client,
    userAgent,
    // A proxy sends the forms of many people over one connection.
    connection: settings.trustProxy ? undefined : connection,
  });
}

async function takeOnce(service: SignService, s: Uint8Array, submission: Submission, asked: Asked): Promise<Outcome> {
  const { form, client } = asked;
  // A client that sends the same form again is let through before anything is counted.
  if (await isTaken(service.store.query, s)) return "taken";
  const { email } = submission;
  if (!service.codeMails.hasRoom(email)) return "trouble";
  const proved = await service.proofs.accept(form.get("altcha") ?? "", client);
  const admission = service.limits.submission(client, { proved, scripts: form.has("filled") }, email);
  if (!admission.taken) return admission;
  const waiting = { ...submission, ...(looksLikeProgram(form) ? { suspect: true as const } : {}) };
  return takeSubmission(service, s, waiting, asked);
}

/** Shows the form again, with its values and a button. A browser with scripts gets work, and continues by itself. */
async function askToWait(
  service: SignService,
  { lang, form, client }: Asked,
  values: FormValues,
  { after, difficulty }: Refused,
): Promise<Response> {
  const challenge = await service.proofs.challenge(difficulty, client);
  // It continues by itself only once: a browser that gets nowhere would do so for ever.
  const wait = { challenge, goesOn: !form.has("altcha"), after, once: form.get("once") ?? "" };
  return page(signPage(service.site(), lang, { values, problems: {}, wait }), 429, { "Retry-After": String(after) });
}

/** Faster than a person can type, in seconds. */
const FASTEST = 2;

/** Whether a program seems to have filled in the form. No form is refused for that: it only decides the sheet. */
function looksLikeProgram(form: URLSearchParams): boolean {
  const filled = form.get("filled") ?? "";
  return (form.get("comment") ?? "") !== "" || (/^\d+$/.test(filled) && Number(filled) < FASTEST);
}

/**
 * Stores the submission, and has its code mailed after the answer, unless another instance already has the same form.
 * Nothing here depends on the address: it is stored unread, whether or not it has signed before.
 */
async function takeSubmission(
  service: SignService,
  s: Uint8Array,
  submission: Submission & Pick<WaitingSubmission, "suspect">,
  { client, answered }: Asked,
): Promise<"taken" | "trouble"> {
  const main = service.main();
  const edition = main && loggedEdition(main.record.entries);
  if (edition === undefined) return "trouble";
  const { email, lang } = submission;
  const codes = await service.mailedCodes.of(email);
  const now = service.clock.now();
  // The edition of this moment: if the letter changes before the confirmation, the new one is not what was signed.
  const waiting = { ...submission, edition, expires: new Date(now.getTime() + CODE_LIFE).toISOString() };
  if (!(await addSubmission(service, { s, codes }, waiting, dayOf(now)))) return "taken";
  const remembered = { purpose: "confirm", code: codes.confirm[0]!, email, lang } as const;
  service.codes.add(s, remembered, networkOf(client));
  service.codeMails.send({ ...remembered, client }, answered);
  return "taken";
}
