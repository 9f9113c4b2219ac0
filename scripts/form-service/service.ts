import { parseBase64url } from "../letter/base64url.ts";
import type { MainState } from "../outside/git-host.ts";
import type { Log } from "../outside/log.ts";
import type { Settings } from "../outside/settings.ts";
import type { SiteContext } from "../site/views/context.ts";
import type { Lang } from "../site/views/strings.ts";
import type { Confirming } from "./confirmation.ts";
import type { MailQueue } from "./mail-queue.ts";
import type { WaitingCodes } from "./waiting-codes.ts";

/** Everything that the pages of the service work with. */
export type Service = Confirming & {
  readonly settings: Pick<Settings, "siteUrl" | "serviceUrl" | "mail">;
  /** where the built site lies */
  readonly siteFolder: string;
  readonly log: Log;
  readonly mails: MailQueue;
  readonly codes: WaitingCodes;
  /** what the views need; made anew when main changes */
  site(): SiteContext;
  /** main as it was read last */
  main(): MainState | undefined;
};

/** What a route is asked: by whom is nobody's business. */
export type Asked = { readonly request: Request; readonly lang: Lang; readonly form: URLSearchParams };
/** Answers one address. */
export type Handler = (asked: Asked) => Promise<Response> | Response;
/** One address below `/{lang}/`. */
export type Route = { readonly method: "GET" | "POST"; readonly path: string; readonly handle: Handler };

/** The `s` of a link or form; undefined where it is none. */
export function parseS(text: string | null): Uint8Array | undefined {
  try {
    return parseBase64url(text ?? "", 16);
  } catch {
    return undefined;
  }
}
