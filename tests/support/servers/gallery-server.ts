import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { securityHeaders } from "../../../scripts/form-service/web/security-headers.ts";
import { staticFile } from "../../../scripts/form-service/web/static-files.ts";
import type { Lang } from "../../../scripts/site/views/strings.ts";
import { crowd } from "../../site/crowd.ts";
import { make, pages, site } from "../../site/gallery.ts";
import { root } from "../source.ts";

/** Every page and state of the site at an address of its own, with the headers that the form service gives. */
export type Gallery = {
  readonly origin: string;
  addressOf(name: string, lang: Lang): string;
  close(): Promise<void>;
};

/** A name as it is in addresses and in names of files. */
export const slugOf = (name: string): string => name.replaceAll(/\W+/g, "-");

/** @param options `without`: headers that hinder a program which judges pages; `more`: pages that are not in the gallery, by name */
export async function startGallery({
  without = [],
  more = {},
}: {
  without?: readonly string[];
  more?: typeof pages;
} = {}): Promise<Gallery> {
  let headers: readonly (readonly [string, string])[] = [];
  const server = createServer(
    getRequestListener(async (request) => {
      const answer = (await galleryPage(request, more)) ?? new Response("not there", { status: 404 });
      for (const [name, value] of headers) answer.headers.set(name, value);
      return answer;
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  headers = Object.entries(securityHeaders(origin, origin)).filter(([name]) => !without.includes(name));
  return {
    origin,
    addressOf: (name, lang) => `${origin}/gallery/${lang}/${slugOf(name)}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const many = crowd(site);

async function galleryPage(request: Request, more: typeof pages): Promise<Response | undefined> {
  const [, place, lang, slug] = new URL(request.url).pathname.split("/");
  if (place !== "gallery") return staticFile(join(root, "content"), request);
  const isAsked = (name: string) => slugOf(name) === slug;
  const other = Object.keys(more).find(isAsked);
  const name = Object.keys(pages).find(isAsked);
  if (other === undefined && name === undefined) return undefined;
  const html = other ? more[other]!({ ...site, ...many }, lang as Lang) : make(name!, lang as Lang, many);
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}
