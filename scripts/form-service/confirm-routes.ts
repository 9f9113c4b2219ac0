import { formatBase64url } from "../letter/base64url.ts";
import { CONFIRMATION_CODE_LENGTH, parseCode } from "../letter/code.ts";
import { withdrawalCodeOf } from "../letter/derivation.ts";
import { confirmPage, resendGonePage } from "../site/views/confirm-page.ts";
import { confirmedPage } from "../site/views/confirmed-page.ts";
import { notMeDonePage, notMePage } from "../site/views/not-me-page.ts";
import { message, page } from "./answers.ts";
import { confirm } from "./confirmation.ts";
import { confirmationMail } from "./confirmation-mail.ts";
import { type Asked, parseS, type Route, type Service } from "./service.ts";
import { deleteSubmission, hashOf, tryCode } from "./submissions.ts";
import { withdraw } from "./withdrawal.ts";

/** The pages where the mailed code is typed. A GET changes nothing: scanners of mail open every link. */
export function confirmRoutes(service: Service): Route[] {
  return [
    { method: "GET", path: "confirm/", handle: withS(service, "query", showConfirm) },
    { method: "POST", path: "confirm/", handle: withS(service, "form", postConfirm) },
    { method: "POST", path: "confirm/resend/", handle: withS(service, "form", resend) },
    { method: "GET", path: "not-me/", handle: withS(service, "query", showNotMe) },
    { method: "POST", path: "not-me/", handle: withS(service, "form", postNotMe) },
  ];
}

type WithS = (service: Service, asked: Asked, s: Uint8Array) => Promise<Response> | Response;

function withS(service: Service, from: "query" | "form", handle: WithS): Route["handle"] {
  return (asked) => {
    const fields = from === "form" ? asked.form : new URL(asked.request.url).searchParams;
    const s = parseS(fields.get("s"));
    if (!s) return message(service.site(), asked.request, { kind: "expired" }, from === "form" ? 422 : 404);
    return handle(service, asked, s);
  };
}

function showConfirm(service: Service, { lang }: Asked, s: Uint8Array): Response {
  return page(confirmPage(service.site(), lang, { s: formatBase64url(s) }));
}

async function postConfirm(service: Service, { lang, form }: Asked, bytes: Uint8Array): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = typedCode(form);
  if ("problem" in typed) return page(confirmPage(site, lang, { s, problem: typed.problem }), 422);
  const withdrawalCode = await confirm(service, bytes, typed.code);
  if (withdrawalCode === undefined) return page(confirmPage(site, lang, { s, problem: "code.wrong" }), 422);
  service.codes.forget(bytes);
  return page(confirmedPage(site, lang, { s, withdrawalCode }));
}

function resend(service: Service, { lang }: Asked, bytes: Uint8Array): Response {
  const s = formatBase64url(bytes);
  const site = service.site();
  const waiting = service.codes.takeAgain(bytes);
  if (!waiting) return page(resendGonePage(site, lang, { s }));
  const { email, code } = waiting;
  service.mails.add(confirmationMail(service.settings.serviceUrl, waiting.lang, email, { s: bytes, code }));
  return page(confirmPage(site, lang, { s, sentAgain: true }));
}

function showNotMe(service: Service, { lang }: Asked, s: Uint8Array): Response {
  return page(notMePage(service.site(), lang, { s: formatBase64url(s) }));
}

async function postNotMe(service: Service, { lang, form }: Asked, bytes: Uint8Array): Promise<Response> {
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = typedCode(form);
  if ("problem" in typed) return page(notMePage(site, lang, { s, problem: typed.problem }), 422);
  const opened = await tryCode(service.store, service.clock, bytes, typed.code);
  if (!opened) return page(notMePage(site, lang, { s, problem: "code.wrong" }), 422);
  // Somebody else who saw the mail may have confirmed it before its owner came.
  if (opened.state === "spent") await withdraw(service, withdrawalCodeOf(bytes, typed.code));
  await deleteSubmission(service.store.query, hashOf(bytes));
  service.codes.forget(bytes);
  return page(notMeDonePage(site, lang, { s }));
}

// Empty and malformed codes are slips: they count nothing.
function typedCode(form: URLSearchParams): { code: string } | { problem: "code.missing" | "code.wrong" } {
  const typed = form.get("code") ?? "";
  if (typed.trim() === "") return { problem: "code.missing" };
  const code = parseCode(typed, CONFIRMATION_CODE_LENGTH);
  return code === undefined ? { problem: "code.wrong" } : { code };
}
