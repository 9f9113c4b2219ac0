import { Hono } from "hono";
import { onionOrigin } from "../../letter/text/onion.ts";
import { isDatabaseTrouble } from "../../outside/database/trouble.ts";
import { causeOf } from "../../outside/log.ts";
import { languagesOf } from "../../site/views/context.ts";
import { messagePage } from "../../site/views/pages/message-page.ts";
import { takenDownPage } from "../../site/views/pages/taken-down-page.ts";
import type { ByTor } from "../limits/client.ts";
import type { Route, Service } from "../service.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import { isStillDone } from "./after-purge.ts";
import { languageOf, message, page } from "./answers.ts";
import { confirmRoutes } from "./confirm-routes.ts";
import { isOwnPost } from "./cross-site.ts";
import { readForm } from "./form-body.ts";
import { type InboxGuard, openInboxGuard } from "./inbox-guard.ts";
import { operationRoutes } from "./operation-routes.ts";
import { type Refusal, refusalPage } from "./refusal-page.ts";
import { headersAt, securityHeaders } from "./security-headers.ts";
import { signRoutes } from "./sign-routes.ts";
import { atOnion, siteFile } from "./site-file.ts";
import { verifyRoutes } from "./verify-routes.ts";
import { withdrawRoutes } from "./withdraw-routes.ts";

/** The form service as a function. It logs no request: an address with `s` in it is half of a secret. */
export type App = { fetch(request: Request, peer?: Peer): Promise<Response> };

/** The other end of the connection. */
export type Peer = {
  readonly address: string | undefined;
  /** the same object for all requests over one connection */
  readonly connection?: object;
  /** resolves once the answer has been handed over, or the connection is cut */
  readonly answered: Promise<void>;
  /** the version of HTTP that was spoken */
  readonly http?: string;
  /** only where the connection came in by Tor's own port */
  readonly byTor?: ByTor | undefined;
};

/** Answers as the host that was asked requires: at an onion address everything is one origin, whatever it is elsewhere. */
export function createApp(service: Service): App {
  const guard = openInboxGuard(service.settings, service.inboxKey);
  const here = openRoutes(service, guard);
  const onions = openBoundedMap<ReturnType<typeof openRoutes>>(MOST_ONIONS);
  const routesAt = (origin: string) => {
    const known = onions.get(origin) ?? openRoutes(atOnion(service, origin), guard);
    onions.set(origin, known, "all");
    return known;
  };
  return {
    async fetch(request, peer = unknownPeer()) {
      const start = performance.now();
      const url = new URL(request.url);
      guard.note(request, peer);
      const onion = onionOrigin(request.headers.get("host") ?? url.host);
      const { answerTo, headers, site } = onion === undefined ? here : routesAt(onion);
      const answer = await answerTo(request, peer);
      for (const [name, value] of Object.entries({ ...headers, ...headersAt(url.pathname, answer.status, site()) }))
        answer.headers.set(name, value);
      service.metrics?.noteAnswer(request, answer, performance.now() - start);
      return answer;
    },
  };
}

/** An onion service has one address. Others come from people who try something. */
const MOST_ONIONS = 4;

function openRoutes(service: Service, guard: InboxGuard) {
  const origins = [service.settings.siteUrl, service.settings.serviceUrl].map((url) => new URL(url).origin);
  const app = new Hono<{ Bindings: Peer }>();
  const known = new Map<string, Set<string>>();
  const learn = (path: string, method: string) => known.set(path, (known.get(path) ?? new Set()).add(method));

  for (const [path, handle] of Object.entries(operationRoutes(service, guard))) {
    learn(path, "GET");
    app.get(path, (context) => handle(context.req.raw, context.env));
  }
  for (const lang of languagesOf(service.site())) {
    for (const { method, path, handle } of routes(service)) {
      const full = `/${lang}/${path}`;
      learn(full, method);
      app.on(method, full, async (context) => {
        const request = context.req.raw;
        const { address, connection, answered, byTor } = context.env;
        const client = service.clients.of(request, address, byTor);
        if (!isStillDone(service.site(), method, path))
          return message(service.site(), request, { kind: "destroyed" }, 410);
        const { mayDate, wait } = service.watch.judge();
        if (!mayDate && DATED.includes(`${method} ${path}`))
          return askLater(service, request, method === "GET" ? 200 : 503, wait);
        if (method === "GET")
          return handle({ request, lang, form: new URLSearchParams(), client, connection, answered });
        const { onion } = service.site().campaign;
        if (!isOwnPost(request, onion === undefined ? origins : [...origins, onion]))
          return refuse(service, request, 403);
        const body = await readForm(request);
        if ("refused" in body) return refuse(service, request, body.refused);
        return handle({ request, lang, form: body.form, client, connection, answered });
      });
    }
  }
  app.notFound((context) => otherwise(service, context.req.raw, known));
  app.onError((error, context) => {
    service.log.error(causeOf(error), "a request failed");
    if (!isDatabaseTrouble(error)) return refuse(service, context.req.raw, 500);
    return refuse(service, context.req.raw, 503, { "Retry-After": "120" });
  });
  return {
    answerTo: async (request: Request, peer: Peer) => app.fetch(request, peer),
    headers: securityHeaders(origins[0]!, origins[1]!),
    site: service.site,
  };
}

/** What a signature gets its day by, and the form that would lead there. */
const DATED = ["GET sign/", "POST sign/", "POST confirm/"];

/** The addresses of the list, as pages and as files. */
const OF_THE_LIST = /^\/(list|[a-z]{2,3}\/signatures)(\/|$)/;

/** Without a socket it is unknown when the answer has arrived: it counts as handed over once it has been returned. */
function unknownPeer(): Peer {
  return { address: undefined, answered: new Promise((resolve) => setImmediate(resolve)) };
}

function routes(service: Service): Route[] {
  return [...signRoutes(service), ...confirmRoutes(service), ...withdrawRoutes(service), ...verifyRoutes(service)];
}

/** Answers what no route answers: a file of the site, a page that needs another method, or nothing. */
async function otherwise(
  service: Pick<Service, "site" | "siteFolder" | "onionSite" | "onion">,
  request: Request,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const methods = new Set(known.get(pathname));
  const reads = request.method === "GET" || request.method === "HEAD";
  const site = service.site();
  // A build from before the purge may still be there for a moment, with the list.
  if (reads && site.takenDown && OF_THE_LIST.test(pathname))
    return page(takenDownPage(site, languageOf(site, request)), 410, { Vary: "Accept-Language" });
  const file = await siteFile(service, request);
  if (file) methods.add("GET");
  if (file && reads) return file;
  // Folders of the site redirect to their page, and so do the pages that only the service has. The query may hold `s`.
  if (reads && known.get(`${pathname}/`)?.has("GET"))
    return new Response(null, {
      status: 301,
      headers: { Location: `${pathname}/${search}`, "Cache-Control": "no-store" },
    });
  if (methods.size === 0) return message(service.site(), request, { kind: "not_found" }, 404);
  if (methods.has("GET")) methods.add("HEAD");
  return refuse(service, request, 405, { Allow: [...methods].sort().join(", ") });
}

/** Says that nothing can be dated now, and when to come back. Nothing is read of the form, and no code is tried. */
function askLater(service: Pick<Service, "site">, request: Request, status: number, wait: number): Response {
  const html = messagePage(service.site(), languageOf(service.site(), request), { kind: "clock" });
  return page(html, status, { Vary: "Accept-Language", "Retry-After": String(Math.ceil(wait / 1000)) });
}

function refuse(
  service: Pick<Service, "site">,
  request: Request,
  status: Refusal,
  headers?: Record<string, string>,
): Response {
  const site = service.site();
  return page(refusalPage(site, languageOf(site, request), status), status, { Vary: "Accept-Language", ...headers });
}
