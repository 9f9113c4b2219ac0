import { parseCode, WITHDRAWAL_CODE_LENGTH } from "../letter/code.ts";
import { verifyPage } from "../site/views/verify-page.ts";
import { withdrawnPage, withdrawPage } from "../site/views/withdraw-page.ts";
import { page } from "./answers.ts";
import type { Asked, Route, Service } from "./service.ts";
import { stateOf } from "./signature-state.ts";
import { withdraw } from "./withdrawal.ts";

/** What the withdrawal code is good for: leaving, and seeing where the signature is. */
export function withdrawRoutes(service: Service): Route[] {
  return [
    { method: "POST", path: "withdraw/", handle: (asked) => postWithdraw(service, asked) },
    { method: "POST", path: "verify/", handle: (asked) => postVerify(service, asked) },
  ];
}

async function postWithdraw(service: Service, { lang, form }: Asked): Promise<Response> {
  const site = service.site();
  const typed = typedCode(form);
  if ("problem" in typed) return page(withdrawPage(site, lang, typed), 422);
  if (!(await withdraw(service, typed.code))) {
    return page(withdrawPage(site, lang, { problem: "withdrawal_code.wrong" }), 422);
  }
  return page(withdrawnPage(site, lang));
}

async function postVerify(service: Service, { lang, form }: Asked): Promise<Response> {
  const site = service.site();
  const typed = typedCode(form);
  if ("problem" in typed) return page(verifyPage(site, lang, typed), 422);
  return page(verifyPage(site, lang, { state: await stateOf(service.store, service.main(), typed.code) }));
}

function typedCode(
  form: URLSearchParams,
): { code: string } | { problem: "withdrawal_code.missing" | "withdrawal_code.wrong" } {
  const typed = form.get("code") ?? "";
  if (typed.trim() === "") return { problem: "withdrawal_code.missing" };
  const code = parseCode(typed, WITHDRAWAL_CODE_LENGTH);
  return code === undefined ? { problem: "withdrawal_code.wrong" } : { code };
}
