import { formatBase64url } from "../letter/base64url.ts";
import { dayOf } from "../letter/day.ts";
import { withdrawalCodeOf } from "../letter/derivation.ts";
import { confirmPage, resendGonePage } from "../site/views/confirm-page.ts";
import { confirmedPage } from "../site/views/confirmed-page.ts";
import { notMeDonePage, notMePage } from "../site/views/not-me-page.ts";
import type { Lang } from "../site/views/strings.ts";
import { withdrawConfirmPage } from "../site/views/withdraw-page.ts";
import { keyedAddress, mailboxOf } from "./address.ts";
import { page, tooMany } from "./answers.ts";
import { confirm } from "./confirmation.ts";
import { AFTER_A_DRAW } from "./gate.ts";
import { isModerationLate } from "./moderation-lag.ts";
import type { Asked, Route, Service } from "./service.ts";
import { deleteSubmission, hashOf, isWaiting, tryCode } from "./submissions.ts";
import { suppress } from "./suppression.ts";
import { mailedCode, routeWithS } from "./typed-codes.ts";
import { withdraw } from "./withdrawal.ts";

/** The pages where the mailed code is typed. A GET changes nothing: scanners of mail open every link. */
export function confirmRoutes(service: Service): Route[] {
  return [
    routeWithS(service, "GET", "confirm/", showConfirm),
    routeWithS(service, "POST", "confirm/", postConfirm),
    routeWithS(service, "POST", "confirm/resend/", resend),
    routeWithS(service, "GET", "not-me/", showNotMe),
    routeWithS(service, "POST", "not-me/", postNotMe),
  ];
}

function showConfirm(service: Service, { lang }: Asked, bytes: Uint8Array): Response {
  const s = formatBase64url(bytes);
  if (!service.leaving.waits(bytes)) return page(askForCode(service, lang, bytes));
  // Mails have one link for both purposes: a word such as "withdraw" in it would tell who has signed.
  return page(withdrawConfirmPage(service.site(), lang, { s, mail: service.mails.flow() }));
}

async function postConfirm(
  service: Service,
  { request, lang, form, client }: Asked,
  bytes: Uint8Array,
): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = mailedCode(form);
  if ("problem" in typed) return page(askForCode(service, lang, bytes, { problem: typed.problem }), 422);
  const withdrawalCode = await confirm(service, bytes, typed.code);
  if (withdrawalCode === undefined) {
    const wait = service.limits.wrongCode(client);
    if (wait > 0) return tooMany(site, request, wait);
    return page(askForCode(service, lang, bytes, { problem: "code.wrong" }), 422);
  }
  service.codes.forget(bytes);
  const late = await isModerationLate(service.store.query, dayOf(service.clock.now()));
  return page(confirmedPage(site, lang, { s, withdrawalCode, late }));
}

async function resend(
  service: Service,
  { request, lang, client, answered }: Asked,
  bytes: Uint8Array,
): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  if (!service.limits.again(client)) return tooMany(site, request, AFTER_A_DRAW);
  // Wrong codes may have ended it, or another instance confirmed it: the code would be mailed in vain.
  if (!(await isWaiting(service.store.query, bytes))) service.codes.forget(bytes);
  const waiting = service.codes.takeAgain(bytes);
  if (!waiting) return page(resendGonePage(site, lang, { s }));
  const { email, code } = waiting;
  service.codeMails.send({ to: "confirm", email, lang: waiting.lang, s: bytes, code }, answered);
  return page(askForCode(service, lang, bytes, { sentAgain: true }));
}

/** The page that asks for the code, and says what can be expected of our mail: of everybody's, not of this one. */
function askForCode(
  service: Service,
  lang: Lang,
  bytes: Uint8Array,
  more: Pick<Parameters<typeof confirmPage>[2], "problem" | "sentAgain"> = {},
): string {
  // A wrong code gets one answer, whether it is wrong, expired or unknown.
  const gone = more.problem === undefined && !service.codes.canSendAgain(bytes);
  return confirmPage(service.site(), lang, { s: formatBase64url(bytes), mail: service.mails.flow(), gone, ...more });
}

function showNotMe(service: Service, { lang }: Asked, s: Uint8Array): Response {
  return page(notMePage(service.site(), lang, { s: formatBase64url(s) }));
}

async function postNotMe(
  service: Service,
  { request, lang, form, client }: Asked,
  bytes: Uint8Array,
): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = mailedCode(form);
  if ("problem" in typed) return page(notMePage(site, lang, { s, problem: typed.problem }), 422);
  const opened = await tryCode(service, bytes, typed.code);
  if (!opened) {
    const wait = service.limits.wrongCode(client);
    if (wait > 0) return tooMany(site, request, wait);
    return page(notMePage(site, lang, { s, problem: "code.wrong" }), 422);
  }
  const withdrawalCode = withdrawalCodeOf(bytes, typed.code);
  await service.store.change(async (query) => {
    const hmac =
      opened.state === "spent"
        ? await mailboxOf(query, withdrawalCode)
        : keyedAddress(service.pepper, opened.submission.email).hmac;
    if (hmac !== undefined) await suppress(query, hmac);
    await deleteSubmission(query, hashOf(bytes));
  });
  // Somebody else who saw the mail may have confirmed it before its owner came.
  if (opened.state === "spent") await withdraw(service, withdrawalCode);
  service.codes.forget(bytes);
  return page(notMeDonePage(site, lang, { s }));
}
