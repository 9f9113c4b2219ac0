import { LetterError } from "../letter/bytes/error.ts";
import { registeredDomain } from "../letter/signature/mail-domain.ts";
import { domainOf, isLoopbackHost, LOCAL_SENDER } from "./mail/address.ts";
import type { Settings } from "./settings.ts";

type Sender = Pick<Settings, "mail" | "mailFrom" | "siteUrl" | "serviceUrl">;

/**
 * Returns why real mail may not go out under this sender, and what to do; undefined if it may.
 *
 * The sender's domain is in every mailbox that got a code, and in the logs of every server on the way. If it is the
 * site's domain, or has the same owner, it reveals what the code was for.
 */
export function senderProblem({ mail, mailFrom, siteUrl, serviceUrl }: Sender): string | undefined {
  const hosts = [siteUrl, serviceUrl].flatMap((url) => (url.includes("://") ? [new URL(url).hostname] : []));
  const domain = domainOf(mailFrom).toLowerCase();
  if (mail.kind === "capture") return undefined;
  if (domain.endsWith(".onion"))
    return "write an address at a domain that has mail: no mail server takes one at .onion";
  if (mailFrom === LOCAL_SENDER) {
    const trial = isLoopbackHost(new URL(mail.url).hostname) && hosts.every(isLoopbackHost);
    return trial ? undefined : `write the sender’s address, at a domain that does not name the site; ${RULE}`;
  }
  if (hosts.every((host) => registeredDomain(host) !== registeredDomain(domain))) return undefined;
  return `write an address at another domain than the site’s, one that does not name it; ${RULE}`;
}

const RULE = "someone who sees a mail, or the log of a mail server, must not learn what its code is for";

/** @throws LetterError `settings` where real mail would name the site */
export function assertNeutralSender(settings: Sender): void {
  const problem = senderProblem(settings);
  if (problem !== undefined) throw new LetterError("settings", `MAIL_FROM: ${problem}`);
}

/**
 * Checks that a service that others can reach sends its mails: captured ones are shown to everybody, and with their codes
 * anybody could confirm for anybody.
 *
 * @throws LetterError `settings` when it captures them
 */
export function assertMailIsSent({ mail, serviceUrl }: Pick<Settings, "mail" | "serviceUrl">): void {
  const onThisMachine = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(serviceUrl).hostname);
  if (mail.kind === "capture" && !onThisMachine) {
    throw new LetterError(
      "settings",
      "MAIL_URL: write smtp://USER:PASSWORD@HOST:PORT; captured mail is for trials on one machine",
    );
  }
}
