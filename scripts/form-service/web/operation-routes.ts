import { readCapturedMails } from "../../outside/mail/captured.ts";
import type { Settings } from "../../outside/settings.ts";
import type { Service } from "../service.ts";
import { languageOf, page } from "./answers.ts";
import { inboxPage } from "./inbox-page.ts";
import { openReadiness, type Readiness } from "./readiness.ts";
import { isAskedHere } from "./this-machine.ts";

/** The dependencies of these addresses. */
type OperationService = Pick<Service, "site" | "siteFolder" | "main" | "store" | "clock"> & {
  readonly settings: Pick<Settings, "mail" | "dataDir">;
};

/** The addresses outside the languages, by path. */
export function operationRoutes(
  service: OperationService,
): Record<string, (request: Request) => Promise<Response> | Response> {
  const { mail } = service.settings;
  const ready = openReadiness(service);
  return {
    "/": (request) => chooseLanguage(service, request),
    "/healthz": () => plain("ok\n"),
    "/readyz": () => readiness(ready),
    ...(mail.kind === "capture" ? { "/inbox/": (request: Request) => inbox(service, mail.folder, request) } : {}),
  };
}

function chooseLanguage(service: OperationService, request: Request): Response {
  const site = service.site();
  return new Response(null, {
    status: 302,
    headers: {
      Location: `${site.siteUrl}/${languageOf(site, request)}/`,
      Vary: "Accept-Language",
      "Cache-Control": "no-cache",
    },
  });
}

async function readiness(ready: Readiness): Promise<Response> {
  const reason = await ready();
  return reason === undefined ? plain("ready\n") : plain(`${reason}\n`, 503);
}

async function inbox(service: OperationService, folder: string, request: Request): Promise<Response> {
  if (!isAskedHere(request)) return plain("captured mail is shown only on this machine, under http://localhost\n", 403);
  const site = service.site();
  return page(inboxPage(site, languageOf(site, request), await readCapturedMails(folder, 50)));
}

function plain(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  });
}
