import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { securityHeaders } from "../../scripts/form-service/web/security-headers.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { ED25519_MODULE } from "../../scripts/outside/browser/offline-parts.ts";
import type { Site } from "../letter/invented.ts";
import { root } from "../support/source.ts";
import { publishedSite } from "./published-site.ts";

/** A published site on a server of its own, with what its verify page loads. */
export type VerifySite = {
  readonly origin: string;
  readonly site: Site;
  /** From now on readers get these files. */
  show(files: Site): void;
  /** From now on addresses that begin so are gone; none without an argument. */
  goneUnder(...prefixes: string[]): void;
  readonly server: Server;
};

/** @param hear is told every request as `METHOD PATH BODY` */
export async function serveVerifySite(
  record: CampaignRecord,
  hear: (request: string) => void = () => {},
): Promise<VerifySite> {
  let shown: Site = new Map();
  let gone: readonly string[] = [];
  const server = createServer(async (request, response) => {
    hear(`${request.method} ${request.url} ${await textOf(request)}`);
    const path = (request.url ?? "/").slice(1).replace(/(^|\/)$/, "$1index.html");
    const body =
      shown.get(path) ?? (path.startsWith("assets/fonts/") ? readFileSync(join(root, "content", path)) : undefined);
    for (const [name, value] of Object.entries(securityHeaders(origin, origin))) response.setHeader(name, value);
    const type = TYPES[/\.\w+$/.exec(path)?.[0] ?? ""] ?? "text/css";
    if (gone.some((prefix) => request.url?.startsWith(prefix))) return void response.writeHead(410).end("gone");
    response.writeHead(body ? 200 : 404, { "Content-Type": type }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const site = await publishedSite(record, origin);
  for (const name of ["verify.js", "page.js", "typing.js", "site.css", "icon.svg"])
    site.set(`assets/${name}`, readFileSync(join(root, "content/assets", name)));
  site.set("assets/ed25519.js", readFileSync(ED25519_MODULE));
  shown = site;
  const show = (files: Site) => {
    shown = files;
  };
  const goneUnder = (...prefixes: string[]) => {
    gone = prefixes;
  };
  return { origin, site, show, goneUnder, server };
}

const TYPES: Record<string, string> = { ".js": "text/javascript", ".html": "text/html; charset=utf-8" };

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
