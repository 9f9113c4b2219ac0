import { formatBase64url } from "../letter/base64url.ts";
import { confirmationCode } from "../letter/code.ts";
import { parseEmail } from "../letter/email.ts";
import { withdrawConfirmPage, withdrawnPage, withdrawPage } from "../site/views/withdraw-page.ts";
import { message, page, seeOther, tooMany } from "./answers.ts";
import type { Asked, Route, Service } from "./service.ts";
import { mailedCode, routeWithS, withdrawalCode } from "./typed-codes.ts";
import { withdraw, withdrawOwn } from "./withdrawal.ts";

const CONFIRM = "withdraw/confirm/";

/** The ways out: by the withdrawal code, or by a code that is mailed to the address. */
export function withdrawRoutes(service: Service): Route[] {
  return [
    {
      method: "POST",
      path: "withdraw/",
      handle: (asked) => (asksByAddress(asked.form) ? requestCode(service, asked) : byCode(service, asked)),
    },
    routeWithS(service, "GET", CONFIRM, showConfirm),
    routeWithS(service, "POST", CONFIRM, postConfirm),
  ];
}

function asksByAddress(form: URLSearchParams): boolean {
  return form.has("email") && !form.get("code");
}

async function byCode(service: Service, { lang, form }: Asked): Promise<Response> {
  const site = service.site();
  const typed = withdrawalCode(form);
  if ("problem" in typed) return page(withdrawPage(site, lang, typed), 422);
  if (!(await withdraw(service, typed.code))) {
    return page(withdrawPage(site, lang, { problem: "withdrawal_code.wrong" }), 422);
  }
  return page(withdrawnPage(site, lang));
}

/** The same answer whether the address has signed or not: only its mailbox may learn that. */
function requestCode(service: Service, { request, lang, form, client, answered }: Asked): Response {
  const site = service.site();
  const typed = form.get("email") ?? "";
  const parsed = parseEmail(typed);
  if ("problem" in parsed) {
    const { problem, character } = parsed;
    return page(withdrawPage(site, lang, { problem: `email.${problem}`, email: typed, character }), 422);
  }
  const wait = service.limits.leave(client);
  if (wait > 0) return tooMany(site, request, wait);
  if (!service.codeMails.hasRoom()) return message(site, request, { kind: "trouble" }, 503);
  const { email } = parsed;
  const [s, code] = [service.random(16), confirmationCode(service.random(8))];
  service.leaving.add({ s, code });
  service.codeMails.send({ to: "leave", email, lang, s, code }, answered);
  return seeOther(`${site.serviceUrl}/${lang}/${CONFIRM}?s=${formatBase64url(s)}`);
}

function showConfirm(service: Service, { lang }: Asked, s: Uint8Array): Response {
  return page(withdrawConfirmPage(service.site(), lang, { s: formatBase64url(s), mail: service.mails.flow() }));
}

async function postConfirm(service: Service, { lang, form }: Asked, bytes: Uint8Array): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = mailedCode(form);
  if ("problem" in typed) return page(withdrawConfirmPage(site, lang, { s, problem: typed.problem }), 422);
  const id = service.leaving.tryCode(bytes, typed.code);
  if (id === undefined || !(await withdrawOwn(service, id))) {
    return page(withdrawConfirmPage(site, lang, { s, problem: "code.wrong" }), 422);
  }
  return page(withdrawnPage(site, lang));
}
