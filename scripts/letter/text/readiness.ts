import { LetterError } from "../bytes/error.ts";
import type { Campaign } from "./campaign.ts";
import { type Lack, originLack, placeholdersOf, type Surroundings, sampleSettings } from "./placeholders.ts";
import { HOSTS } from "./responsible.ts";

/** Returns whether a campaign runs where nobody but its own machine can meet it, so that no real details are entered. */
export function isTrial({ gitHost, mail, mailFrom, siteUrl, serviceUrl }: Surroundings): boolean {
  const sends = mail.kind === "smtp" && !(isNobodys(hostOf(mail.url)) && isNobodys(mailFrom.replace(/^.*@/, "")));
  return gitHost.kind === "local" && !sends && [siteUrl, serviceUrl].every((url) => isNobodys(hostOf(url)));
}

/** Returns whether other people can meet a campaign, or details in it are sealed for its real recipients. */
export function isReal({ recipient }: Pick<Campaign, "recipient">, where: Surroundings): boolean {
  return recipient.age.length > 0 || !isTrial(where);
}

/** Of the surroundings, those that people are told of. */
type Told = { readonly gitHost: Pick<Surroundings["gitHost"], "kind">; readonly siteUrl: string };

/**
 * Returns the first thing that people must be told before they enter real details, and that `campaign.yaml` does not
 * tell: who is responsible for them, and who keeps what. A placeholder of the template tells nothing.
 */
export function lackOf(campaign: Campaign, where?: Told): Lack | undefined {
  const { responsible, hosts } = campaign;
  if (responsible === undefined) {
    return { field: "responsible", mend: "write who is responsible for people’s details, their address and contact" };
  }
  if (hosts === undefined) return { field: "hosts", mend: "write which companies keep the site, form, mail and git" };
  const [placeholder] = placeholdersOf(campaign);
  if (placeholder) return placeholder;
  if (where?.gitHost.kind === "github" && !namesGitHub(hosts.git.name)) {
    return { field: "hosts.git", mend: "GIT_HOST files at GitHub: write that it keeps the names for the review" };
  }
  if (where && /\.github\.io$/.test(hostOf(where.siteUrl)) && !namesGitHub(hosts.site.name)) {
    return { field: "hosts.site", mend: "SITE_URL is on GitHub Pages: write that GitHub keeps visitors’ addresses" };
  }
  return undefined;
}

/** @throws LetterError `campaign`, one line, when people could enter real details without being told who gets them */
export function assertReady(campaign: Campaign, where: Surroundings): void {
  const told = isTrial(where) ? undefined : lackOf(campaign, where);
  const lack = told ?? (isReal(campaign, where) ? placeholdersOf(campaign)[0] : undefined);
  if (lack) throw notReady(lack);
  const [sample] = isTrial(where) ? [] : sampleSettings(where);
  if (sample) throw new LetterError("settings", `${sample.field}: ${sample.mend}`);
}

/**
 * Checks that a real ledger does not begin under the template's name. One that is public already can only go on.
 *
 * @param entries the ledger on main
 * @throws LetterError `campaign`, one line
 */
export function assertOwnOrigin(campaign: Campaign, where: Surroundings, entries: readonly string[]): void {
  const lack = isReal(campaign, where) && entries.length === 0 ? originLack(campaign, false) : undefined;
  if (lack) throw notReady(lack);
}

/**
 * Checks that a site may be published: as `assertReady` does, and that its privacy page names Pages where it goes there.
 *
 * @throws LetterError `campaign`, one line
 */
export function assertPublishable(
  campaign: Campaign,
  { siteUrl, serviceUrl, to }: Pick<Surroundings, "siteUrl" | "serviceUrl"> & { readonly to: "artifact" | "pages" },
): void {
  const where = { siteUrl, serviceUrl, gitHost: { kind: "local" }, mail: { kind: "capture" }, mailFrom: "" } as const;
  assertReady(campaign, where);
  if (to === "pages" && !(campaign.hosts && namesGitHub(campaign.hosts.site.name))) {
    throw new LetterError(
      "campaign",
      "content/campaign.yaml: hosts.site does not name GitHub, whose Pages keep the address of every visitor: name it, or set PUBLISH_TO to artifact and publish on a host of your own",
    );
  }
}

function notReady(lack: Lack): LetterError {
  return new LetterError("campaign", `${formatLack(lack)}; without it only a trial on this machine starts`);
}

export function formatLack({ field, mend }: Lack): string {
  return `content/campaign.yaml: ${field}: ${mend}`;
}

/** Returns whether a host, by its names in all languages, is GitHub. */
export function namesGitHub(name: Readonly<Record<string, string>>): boolean {
  return Object.values(name).some((text) => /github/i.test(text));
}

/** Returns whether any host keeps the internet addresses of visitors, undefined when none is named. */
export function keepsAddresses({ hosts }: Campaign): boolean | undefined {
  return hosts && HOSTS.some((host) => hosts[host].keeps_ip);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

/** Whether a host is this machine, or has a name that is nobody's (RFC 2606, RFC 6761). */
function isNobodys(host: string): boolean {
  const name = host.replace(/\.$/, "").toLowerCase();
  if (name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name)) return true;
  return /(^|\.)(localhost|test|invalid|example|example\.(org|com|net))$/.test(name);
}
