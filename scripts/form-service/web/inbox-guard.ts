import { createHash, timingSafeEqual } from "node:crypto";
import { onionOrigin } from "../../letter/text/onion.ts";
import type { Settings } from "../../outside/settings.ts";
import type { ByTor } from "../limits/client.ts";
import { isAskedHere, isOwnHost, isPassedOn } from "./this-machine.ts";

/**
 * Decides who may read captured mail, which has every code. The key that `npm start` prints opens it from everywhere.
 * Without the key it is open to a browser of this machine that asks for `localhost`, as a trial needs, but only as long as
 * nothing shows that people come from elsewhere: a request that came through a proxy or Tor may look the same.
 */
export type InboxGuard = {
  /** Learns from a request, whatever it asks for, whether people come from elsewhere. */
  note(request: Request, way: Way): void;
  mayRead(request: Request, way: Way): boolean;
};

/** What is known of the connection of a request. */
export type Way = { readonly byTor?: ByTor | undefined; readonly http?: string };

/** @param key without one, as where mail is sent, nobody may read */
export function openInboxGuard(
  settings: Pick<Settings, "siteUrl" | "serviceUrl" | "trustProxy" | "onionPort">,
  key: string | undefined,
): InboxGuard {
  const { siteUrl, serviceUrl, trustProxy, onionPort } = settings;
  const isPublic = [siteUrl, serviceUrl].some((url) => !isOwnHost(new URL(url).hostname));
  let fromElsewhere = trustProxy || onionPort !== undefined || isPublic;
  return {
    note(request, { byTor }) {
      const host = request.headers.get("host") ?? new URL(request.url).host;
      fromElsewhere ||= byTor !== undefined || isPassedOn(request) || onionOrigin(host) !== undefined;
    },
    mayRead(request, { byTor, http }) {
      if (key === undefined) return false;
      const typed = new URL(request.url).searchParams.get("key");
      if (typed !== null && timingSafeEqual(digest(typed), digest(key))) return true;
      // nginx speaks HTTP/1.0 to what is behind it unless told otherwise, and no browser does.
      return !fromElsewhere && byTor === undefined && http !== "1.0" && isAskedHere(request);
    },
  };
}

const digest = (text: string) => createHash("sha256").update(text).digest();
