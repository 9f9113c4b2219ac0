import type { MainState } from "../outside/git/host.ts";
import type { Log } from "../outside/log.ts";
import type { Settings } from "../outside/settings.ts";
import type { SiteContext } from "../site/views/context.ts";
import type { Lang } from "../site/views/strings.ts";
import type { AfterAnswer } from "./after-answer.ts";
import type { Client, Clients } from "./limits/client.ts";
import type { Limits } from "./limits/limits.ts";
import type { Proofs } from "./limits/proof-of-work.ts";
import type { CodeMails } from "./mail/code-mails.ts";
import type { MailQueue } from "./mail/queue.ts";
import type { Metrics } from "./metrics.ts";
import type { Confirming } from "./signing/confirmation.ts";
import type { Intents } from "./signing/intents.ts";
import type { WaitingCodes } from "./signing/pending-confirmations.ts";
import type { Suppression } from "./signing/suppression.ts";
import type { Withdrawing } from "./signing/withdrawal.ts";

/** Everything that the pages of the service work with. Each file of routes names what it needs of this. */
export type Service = Confirming &
  Withdrawing & {
    readonly settings: Pick<Settings, "siteUrl" | "serviceUrl" | "mail" | "trustProxy" | "onionPort" | "dataDir">;
    /** opens captured mail from elsewhere; undefined where mail is sent */
    readonly inboxKey?: string | undefined;
    /** the folder of the built site */
    readonly siteFolder: string;
    /** the site as onion addresses show it; without it they show the built site as it is */
    readonly onionSite?: OnionPages | undefined;
    /** the origin of the onion address that was asked; undefined where it was another one */
    readonly onion?: string | undefined;
    readonly log: Log;
    /** only if metrics are collected */
    readonly metrics?: Pick<Metrics, "noteAnswer"> | undefined;
    readonly mails: Pick<MailQueue, "flow">;
    readonly codeMails: CodeMails;
    readonly codes: WaitingCodes;
    readonly after: AfterAnswer;
    readonly suppression: Suppression;
    readonly clients: Clients;
    readonly limits: Limits;
    readonly proofs: Proofs;
    readonly intents: Intents;
    /** what the views need; rebuilt when main changes */
    site(): SiteContext;
    /** main as last read */
    main(): MainState | undefined;
  };

/** What requests to an onion address need of the site that is built for them. */
export type OnionPages = {
  /** the origin that its pages name */
  readonly origin: string;
  /** Resolves to the folder once there is one; rejects if it cannot be built. */
  folder(): Promise<string>;
};

/** A request to a route, with as much about its sender as a route may know. */
export type Asked = {
  readonly request: Request;
  readonly lang: Lang;
  readonly form: URLSearchParams;
  readonly client: Client;
  readonly connection: object | undefined;
  /** resolves once the client has the answer */
  readonly answered: Promise<void>;
};
/** Answers requests to one address. */
export type Handler = (asked: Asked) => Promise<Response> | Response;
/** One address below `/{lang}/`. */
export type Route = { readonly method: "GET" | "POST"; readonly path: string; readonly handle: Handler };
