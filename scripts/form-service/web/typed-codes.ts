import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { CONFIRMATION_CODE_LENGTH, parseCode, WITHDRAWAL_CODE_LENGTH } from "../../letter/signature/code.ts";
import type { Asked, Route, Service } from "../service.ts";
import { message, tooMany } from "./answers.ts";

/** Answers an address that needs the `s` of a page. */
export type HandlerWithS<Needs> = (service: Needs, asked: Asked, s: Uint8Array) => Promise<Response> | Response;

/** Builds a route whose address (GET) or form (POST) carries `s`. Without one it says that the page has expired. */
export function routeWithS<Needs extends Pick<Service, "site">>(
  service: Needs,
  method: Route["method"],
  path: string,
  handle: HandlerWithS<Needs>,
): Route {
  return {
    method,
    path,
    handle(asked) {
      const fields = method === "POST" ? asked.form : new URL(asked.request.url).searchParams;
      const s = parseS(fields.get("s"));
      if (s) return handle(service, asked, s);
      return message(service.site(), asked.request, { kind: "expired" }, method === "POST" ? 422 : 404);
    },
  };
}

/** Returns the mailed code of a form. Empty and malformed codes are slips, and are not counted. */
export function mailedCode(form: URLSearchParams): { code: string } | { problem: "code.missing" | "code.wrong" } {
  const typed = form.get("code") ?? "";
  if (typed.trim() === "") return { problem: "code.missing" };
  const code = parseCode(typed, CONFIRMATION_CODE_LENGTH);
  return code === undefined ? { problem: "code.wrong" } : { code };
}

/** Returns the withdrawal code of a form. */
export function withdrawalCode(
  form: URLSearchParams,
): { code: string } | { problem: "withdrawal_code.missing" | "withdrawal_code.wrong" } {
  const typed = form.get("code") ?? "";
  if (typed.trim() === "") return { problem: "withdrawal_code.missing" };
  const code = parseCode(typed, WITHDRAWAL_CODE_LENGTH);
  return code === undefined ? { problem: "withdrawal_code.wrong" } : { code };
}

/** Counts a wrong code. Returns the answer to somebody who must wait, undefined if they may go on. */
export function countWrongCode(
  { limits, site }: Pick<Service, "limits" | "site">,
  { request, client }: Pick<Asked, "request" | "client">,
): Response | undefined {
  const wait = limits.wrongCode(client);
  return wait > 0 ? tooMany(site(), request, wait) : undefined;
}

function parseS(text: string | null): Uint8Array | undefined {
  try {
    return parseBase64url(text ?? "", 16);
  } catch {
    return undefined;
  }
}
