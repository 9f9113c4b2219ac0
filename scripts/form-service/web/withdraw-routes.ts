import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { parseEmail } from "../../letter/signature/email.ts";
import {
  withdrawConfirmPage,
  withdrawnByAddressPage,
  withdrawnPage,
  withdrawPage,
} from "../../site/views/pages/withdraw-page.ts";
import { networkOf } from "../limits/levels.ts";
import type { Asked, Route, Service } from "../service.ts";
import { CODE_LIFE } from "../signing/mailed-codes.ts";
import { addSubmission, type Trying, tryCode } from "../signing/submissions.ts";
import { type Withdrawing, withdraw, withdrawOwn } from "../signing/withdrawal.ts";
import { keyedAddress } from "../store/address.ts";
import { message, page, seeOther } from "./answers.ts";
import { countWrongCode, mailedCode, routeWithS, withdrawalCode } from "./typed-codes.ts";

/** The dependencies of the withdrawal pages. */
type WithdrawService = Trying &
  Withdrawing &
  Pick<Service, "site" | "random" | "pepper" | "limits" | "proofs" | "codes" | "codeMails" | "mails">;

const CONFIRM = "withdraw/confirm/";

/** The ways to withdraw: by the withdrawal code, or by a code that is mailed to the address. */
export function withdrawRoutes(service: WithdrawService): Route[] {
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

async function byCode(service: WithdrawService, asked: Asked): Promise<Response> {
  const { lang, form } = asked;
  const site = service.site();
  const typed = withdrawalCode(form);
  if ("problem" in typed) return page(withdrawPage(site, lang, typed), 422);
  if (!(await withdraw(service, typed.code)))
    return countWrongCode(service, asked) ?? page(withdrawPage(site, lang, { problem: "withdrawal_code.wrong" }), 422);
  return page(withdrawnPage(site, lang));
}

/** Gives the same answer and the same mail whether the address has signed or not: only its owner may learn that. */
async function requestCode(
  service: WithdrawService,
  { request, lang, form, client, answered }: Asked,
): Promise<Response> {
  const site = service.site();
  // With the addresses all went that tells whose signature is whose.
  if (site.stage === "destroyed") return message(site, request, { kind: "addresses_destroyed" }, 410);
  const typed = form.get("email") ?? "";
  const parsed = parseEmail(typed);
  if ("problem" in parsed) {
    const { problem, character } = parsed;
    return page(withdrawPage(site, lang, { problem: `email.${problem}`, email: typed, character }), 422);
  }
  const { email } = parsed;
  if (!service.codeMails.hasRoom(email)) return message(site, request, { kind: "leave_trouble" }, 503);
  const proved = await service.proofs.accept(form.get("altcha") ?? "", client);
  const admission = service.limits.leave(client, { proved, scripts: form.has("filled") }, email);
  if (!admission.taken) {
    const { after, difficulty } = admission;
    const challenge = await service.proofs.challenge(difficulty, client);
    const wait = { challenge, goesOn: !form.has("altcha"), after };
    return page(withdrawPage(site, lang, { email: typed, wait }), 429, { "Retry-After": String(after) });
  }
  const s = service.random(16);
  const codes = await service.mailedCodes.of(email);
  const now = service.clock.now();
  const expires = new Date(now.getTime() + CODE_LIFE).toISOString();
  await addSubmission(service, { s, codes }, { leave: true, email, expires }, dayOf(now));
  const waiting = { purpose: "leave", email, lang, code: codes.leave[0]! } as const;
  service.codes.add(s, waiting, networkOf(client));
  service.codeMails.send({ ...waiting, client }, answered);
  return seeOther(`${site.serviceUrl}/${lang}/${CONFIRM}?s=${formatBase64url(s)}`);
}

function showConfirm(service: WithdrawService, { lang }: Asked, s: Uint8Array): Response {
  return page(withdrawConfirmPage(service.site(), lang, { s: formatBase64url(s), mail: service.mails.flow() }));
}

async function postConfirm(service: WithdrawService, asked: Asked, bytes: Uint8Array): Promise<Response> {
  const { lang, form } = asked;
  const s = formatBase64url(bytes);
  const site = service.site();
  const typed = mailedCode(form);
  if ("problem" in typed) return page(withdrawConfirmPage(site, lang, { s, problem: typed.problem }), 422);
  const opened = await tryCode(service, bytes, typed.code, "leave");
  if (opened?.state !== "waiting")
    return countWrongCode(service, asked) ?? page(withdrawConfirmPage(site, lang, { s, problem: "code.wrong" }), 422);
  await withdrawOwn(service, keyedAddress(service.pepper, opened.waiting.email));
  return page(withdrawnByAddressPage(site, lang));
}
