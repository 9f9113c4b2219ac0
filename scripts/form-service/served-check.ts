import { LetterError } from "../letter/bytes/error.ts";
import type { Campaign } from "../letter/text/campaign.ts";
import type { Finding } from "../outside/mail-domain-check.ts";
import type { Settings } from "../outside/settings.ts";
import type { Get } from "../outside/tor/socks.ts";

/** What the doctor asks with. */
export type ServedCheck = {
  readonly settings: Pick<Settings, "siteUrl" | "serviceUrl" | "port" | "onionPort">;
  readonly campaign: Pick<Campaign, "onion" | "languages">;
  /** asks as everybody does, and through Tor */
  readonly get: Get;
  readonly getOverTor: Get;
};

/** The most milliseconds for an answer. The first one of an onion service waits until its site is built. */
const PATIENCE = 60_000;

/**
 * Asks the public addresses and the onion service as a visitor does, and says what is wrong there: the proxy in front of
 * the service is not in its hands.
 */
export async function checkServed(check: ServedCheck): Promise<Finding[]> {
  return [await checkSite(check), await checkService(check), await checkPort(check), await checkOnion(check)].flat();
}

async function checkSite({ settings, campaign, get }: ServedCheck): Promise<Finding> {
  const what = `the site at ${settings.siteUrl}/`;
  const [lang = "en"] = campaign.languages;
  const page = await ask(get, `${settings.siteUrl}/${lang}/`);
  if (typeof page === "string") return { what, mend: page };
  const told = `${page.headers.get("onion-location")} ${page.text}`;
  if (campaign.onion !== undefined && !told.includes(`${campaign.onion}/${lang}/`) && !isOnion(settings.siteUrl))
    return { what, mend: "it does not tell Tor Browser of the onion service: publish it again with today’s content/" };
  return { what };
}

async function checkService({ settings, campaign, get }: ServedCheck): Promise<Finding[]> {
  const { serviceUrl } = settings;
  const what = `the form service at ${serviceUrl}/`;
  const health = await ask(get, `${serviceUrl}/healthz`);
  if (typeof health === "string") return [{ what, mend: health }];
  if (!isHealth(health.text)) return [{ what, mend: "something else answers there: look at the proxy’s file" }];
  const [lang = "en"] = campaign.languages;
  const page = await ask(get, `${serviceUrl}/${lang}/not-me/`);
  const inbox = await ask(get, `${serviceUrl}/inbox/`);
  const problems = [
    typeof page === "string" ? `its pages do not open: ${page}` : undefined,
    typeof page !== "string" && !page.headers.has("content-security-policy")
      ? "the proxy takes the headers away that protect the pages"
      : undefined,
    !serviceUrl.startsWith("https:") && !isOnion(serviceUrl) && !isHere(serviceUrl)
      ? "it has no TLS: everybody on the way reads what people type"
      : undefined,
    typeof inbox !== "string" && !isHere(serviceUrl)
      ? "it shows captured mail, with every code, to everybody: never put a trial behind a proxy"
      : undefined,
  ].filter((problem) => problem !== undefined);
  return [{ what, mend: problems.length > 0 ? problems.join("; ") : undefined }];
}

/** Anyone who reaches the service without the proxy writes `X-Forwarded-For` as they like. */
async function checkPort({ settings, get }: ServedCheck): Promise<Finding[]> {
  const { serviceUrl, port } = settings;
  if (isHere(serviceUrl) || isOnion(serviceUrl)) return [];
  const direct = await ask(get, `http://${new URL(serviceUrl).hostname}:${port}/healthz`);
  const what = `port ${port} is closed to the outside`;
  const isOpen = typeof direct !== "string" && isHealth(direct.text);
  return [{ what, mend: isOpen ? "it is open: set HOST to 127.0.0.1, or close it in the firewall" : undefined }];
}

async function checkOnion({ settings, campaign, getOverTor }: ServedCheck): Promise<Finding[]> {
  const { onion } = campaign;
  const guide = ".github/operating.md, “Onion service”";
  if (onion === undefined)
    return [{ what: "no onion service", soon: `many people have no other safe way in: ${guide}` }];
  const what = `the onion service at ${onion}/`;
  const [lang = "en"] = campaign.languages;
  for (const path of ["/", `/${lang}/`, `/${lang}/sign/`, `/${lang}/withdraw/`]) {
    const page = await ask(getOverTor, onion + path);
    if (typeof page === "string") return [{ what, mend: `${path}: ${page}` }];
    const others = [settings.siteUrl, settings.serviceUrl].map((url) => new URL(url).host);
    const left = others.find((host) => host !== new URL(onion).host && page.seen.includes(`//${host}`));
    if (left !== undefined)
      return [{ what, mend: `${path} leads to ${left}: Tor must lead to ONION_PORT, and pass Host on (${guide})` }];
  }
  if (settings.onionPort !== undefined) return [{ what }];
  const soon = `somebody who sends many forms over Tor is in the way of all others there: ${guide}`;
  return [{ what }, { what: "Tor does not lead to an ONION_PORT", soon }];
}

/** What a visitor gets at an address; or why there is nothing, as words. */
type Seen = { readonly headers: Headers; readonly text: string /** text, policy and place */; readonly seen: string };

async function ask(get: Get, address: string): Promise<Seen | string> {
  try {
    const answer = await get(new URL(address), AbortSignal.timeout(PATIENCE));
    const text = await answer.text();
    if (!answer.ok) return `it answers with status ${answer.status}`;
    const { headers } = answer;
    return { headers, text, seen: [text, headers.get("content-security-policy"), answer.url].join("\n") };
  } catch (cause) {
    if (cause instanceof LetterError) return cause.message;
    const { code = "" } = Object((cause as Error).cause ?? cause) as { code?: string };
    return `nothing answers there${code && ` (${code})`}`;
  }
}

const isHealth = (text: string) => /^ok\n/.test(text);
const isOnion = (url: string) => new URL(url).hostname.endsWith(".onion");
const isHere = (url: string) => /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);
