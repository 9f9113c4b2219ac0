import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { parseEmail } from "../../letter/signature/email.ts";
import { confirmPage, resendGonePage } from "../../site/views/pages/confirm-page.ts";
import { confirmedPage, notCountedPage } from "../../site/views/pages/confirmed-page.ts";
import { notMeDonePage, notMePage } from "../../site/views/pages/not-me-page.ts";
import type { Lang } from "../../site/views/strings.ts";
import { AFTER_A_DRAW } from "../limits/gate.ts";
import type { Asked, Route, Service } from "../service.ts";
import { type Confirming, confirm } from "../signing/confirmation.ts";
import { isWaiting } from "../signing/submissions.ts";
import { isModerationLate } from "../store/moderation-lag.ts";
import { page, tooMany } from "./answers.ts";
import { countWrongCode, mailedCode, routeWithS } from "./typed-codes.ts";

/** The dependencies of these pages. */
type ConfirmService = Confirming &
  Pick<Service, "site" | "limits" | "after" | "suppression" | "codes" | "codeMails" | "mails">;

/** The pages where the mailed code is typed. A GET changes nothing. */
export function confirmRoutes(service: ConfirmService): Route[] {
  return [
    routeWithS(service, "GET", "confirm/", showConfirm),
    routeWithS(service, "POST", "confirm/", postConfirm),
    routeWithS(service, "POST", "confirm/resend/", resend),
    { method: "GET", path: "not-me/", handle: ({ lang }) => page(notMePage(service.site(), lang)) },
    { method: "POST", path: "not-me/", handle: (asked) => postNotMe(service, asked) },
  ];
}

function showConfirm(service: ConfirmService, { lang }: Asked, bytes: Uint8Array): Response {
  return page(askForCode(service, lang, bytes));
}

async function postConfirm(service: ConfirmService, asked: Asked, bytes: Uint8Array): Promise<Response> {
  const { lang, form } = asked;
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = mailedCode(form);
  if ("problem" in typed) return page(askForCode(service, lang, bytes, { problem: typed.problem }), 422);
  const confirmed = await confirm(service, bytes, typed.code);
  if (confirmed === undefined)
    return countWrongCode(service, asked) ?? page(askForCode(service, lang, bytes, { problem: "code.wrong" }), 422);
  if (confirmed.state !== "signed") return page(notCountedPage(site, lang, { s, because: confirmed.state }));
  const { withdrawalCode, row } = confirmed;
  const late = await isModerationLate(service.store.query, dayOf(service.clock.now()));
  return page(confirmedPage(site, lang, { s, withdrawalCode, row, late }));
}

async function resend(
  service: ConfirmService,
  { request, lang, client, answered }: Asked,
  bytes: Uint8Array,
): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  // Wrong codes may have ended it, or another instance confirmed it: the code would be mailed in vain.
  if (!(await isWaiting(service.store.query, bytes))) service.codes.forget(bytes);
  // This comes first: a made-up page must not take room for a mail, and needs no proof of work.
  if (!service.codes.canSendAgain(bytes)) return page(resendGonePage(site, lang, { s }));
  if (!service.limits.again(client)) return tooMany(site, request, AFTER_A_DRAW);
  const waiting = service.codes.takeAgain(bytes);
  if (!waiting) return page(resendGonePage(site, lang, { s }));
  service.codeMails.send({ ...waiting, client }, answered);
  return page(askForCode(service, lang, bytes, { sentAgain: true }));
}

/** Builds the page that asks for the code. It says what to expect of our mail in general, not of this one. */
function askForCode(
  service: ConfirmService,
  lang: Lang,
  bytes: Uint8Array,
  more: Pick<Parameters<typeof confirmPage>[2], "problem" | "sentAgain"> = {},
): string {
  // A wrong code gets one answer, whether it is wrong, expired or unknown.
  const gone = more.problem === undefined && !service.codes.canSendAgain(bytes);
  return confirmPage(service.site(), lang, { s: formatBase64url(bytes), mail: service.mails.flow(), gone, ...more });
}

/** Gives right and wrong codes the same answer. The work is done after it. */
function postNotMe(service: ConfirmService, { request, lang, form, client, answered }: Asked): Response {
  const site = service.site();
  const typed = form.get("email") ?? "";
  const parsed = parseEmail(typed);
  const code = mailedCode(form);
  const problems = [
    ...("problem" in parsed ? [`email.${parsed.problem}` as const] : []),
    ...("problem" in code ? [code.problem] : []),
  ];
  if ("problem" in parsed || "problem" in code) {
    const character = "problem" in parsed ? parsed.character : undefined;
    return page(notMePage(site, lang, { problems, email: typed, character }), 422);
  }
  // Each code counts as a wrong one, because before the answer it is not known to be right.
  const wait = service.limits.wrongCode(client);
  if (wait > 0 || !service.after.hasRoom()) return tooMany(site, request, wait || AFTER_A_DRAW);
  service.after.do(answered, () => service.suppression.request(parsed.email, code.code, client));
  return page(notMeDonePage(site, lang));
}
