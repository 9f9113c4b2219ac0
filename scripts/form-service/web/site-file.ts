import { languagesOf, onOneOrigin } from "../../site/views/context.ts";
import type { Service } from "../service.ts";
import { message } from "./answers.ts";
import { staticFile } from "./static-files.ts";

/**
 * Returns the service as it answers at an onion address, where site and form service are one origin: no page, redirect
 * or policy names another one, so nothing that a visitor does there leaves the onion service.
 */
export function atOnion<S extends Service>(service: S, origin: string): S {
  return {
    ...service,
    settings: { ...service.settings, siteUrl: origin, serviceUrl: origin },
    site: () => onOneOrigin(service.site(), origin),
    onion: origin,
  };
}

/** Returns the file of the built site, as it is shown at the address that was asked; undefined if there is none. */
export async function siteFile(
  service: Pick<Service, "site" | "siteFolder" | "onionSite" | "onion">,
  request: Request,
): Promise<Response | undefined> {
  const { siteFolder, onionSite, onion } = service;
  if (onion === undefined || onionSite === undefined) return staticFile(siteFolder, request);
  const isPage = request.method === "GET" || request.method === "HEAD";
  const folder = await onionSite.folder().catch(() => undefined);
  if (folder !== undefined) return staticFile(folder, request, { from: onionSite.origin, to: onion });
  // Why it cannot be built is in the log. A page of the site from elsewhere would lead out of the onion service.
  const [first = ""] = new URL(request.url).pathname.split("/").slice(1);
  const known = first === "" || languagesOf(service.site()).some((lang) => lang === first);
  return isPage && known ? message(service.site(), request, { kind: "trouble" }, 503) : undefined;
}
