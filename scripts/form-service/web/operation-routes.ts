import { readCapturedMails } from "../../outside/mail/captured.ts";
import { VERSION } from "../../outside/programs/version.ts";
import type { Settings } from "../../outside/settings.ts";
import type { Service } from "../service.ts";
import { languageOf, page } from "./answers.ts";
import type { InboxGuard, Way } from "./inbox-guard.ts";
import { inboxPage } from "./inbox-page.ts";
import { openReadiness, type Readiness } from "./readiness.ts";

/** The dependencies of these addresses. */
type OperationService = Pick<Service, "site" | "siteFolder" | "main" | "store" | "clock" | "watch"> & {
  readonly settings: Pick<Settings, "mail" | "dataDir">;
};

/** The addresses outside the languages, by path. */
export function operationRoutes(
  service: OperationService,
  guard: InboxGuard,
): Record<string, (request: Request, way: Way) => Promise<Response> | Response> {
  const { mail } = service.settings;
  const ready = openReadiness(service);
  return {
    "/": (request) => chooseLanguage(service, request),
    "/healthz": () => plain(`ok\nundersigned ${VERSION}\n`),
    "/readyz": () => readiness(ready, service),
    ...(mail.kind === "capture"
      ? { "/inbox/": (request: Request, way: Way) => inbox(service, mail.folder, guard.mayRead(request, way), request) }
      : {}),
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

/** How `/readyz` begins while everything answers, but the clock may not date a form. */
export const NO_FORM = "no form is taken";

/** The service is ready if a form would be kept, and the clock may date it. */
async function readiness(ready: Readiness, { watch }: Pick<OperationService, "watch">): Promise<Response> {
  const reason = await ready();
  if (reason !== undefined) return plain(`${reason}\n`, 503);
  const judged = watch.judge();
  return judged.mayDate ? plain("ready\n") : plain(`${NO_FORM}: ${judged.reason}\n`, 503);
}

async function inbox(service: OperationService, folder: string, mayRead: boolean, request: Request): Promise<Response> {
  if (!mayRead) return plain("captured mail is shown at the address with a key that npm start has printed\n", 403);
  const site = service.site();
  return page(inboxPage(site, languageOf(site, request), await readCapturedMails(folder, 50)));
}

function plain(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  });
}
