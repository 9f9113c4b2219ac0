import { LetterError } from "../bytes/error.ts";
import type { Campaign } from "./campaign.ts";
import { HOSTS } from "./responsible.ts";

/** Where a campaign runs: of its settings, those by which other people can reach it, or it can reach them. */
export type Surroundings = {
  readonly gitHost: { readonly kind: "local" | "github" };
  readonly mail: { readonly kind: "capture" } | { readonly kind: "smtp"; readonly url: string };
  readonly mailFrom: string;
  readonly siteUrl: string;
  readonly serviceUrl: string;
};

/** What keeps a campaign from real people: the field of `campaign.yaml`, and what to do. */
export type Lack = { readonly field: string; readonly mend: string };

/** Returns whether a campaign runs where nobody but its own machine can meet it, so that no real details are entered. */
export function isTrial({ gitHost, mail, mailFrom, siteUrl, serviceUrl }: Surroundings): boolean {
  const sends = mail.kind === "smtp" && !(isNobodys(hostOf(mail.url)) && isNobodys(mailFrom.replace(/^.*@/, "")));
  return gitHost.kind === "local" && !sends && [siteUrl, serviceUrl].every((url) => isNobodys(hostOf(url)));
}

/**
 * Returns the first thing that people must be told before they enter real details, and that `campaign.yaml` does not
 * tell: who is responsible for them, and who keeps what. A placeholder of the template tells nothing.
 */
export function lackOf(campaign: Campaign, where?: Pick<Surroundings, "gitHost" | "siteUrl">): Lack | undefined {
  const { responsible, hosts, contact, source, recipient } = campaign;
  if (responsible === undefined) {
    return { field: "responsible", mend: "write who is responsible for people’s details, their address and contact" };
  }
  if (hosts === undefined) return { field: "hosts", mend: "write which companies keep the site, form, mail and git" };
  const placeholder = Object.entries({ responsible, hosts, contact, source, "recipient.contact": recipient.contact })
    .flatMap(([field, value]) => leaves(field, value))
    .find(([, text]) => isPlaceholder(text));
  if (placeholder) return { field: placeholder[0], mend: "it is a placeholder: write what is true" };
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
  const lack = isTrial(where) ? undefined : lackOf(campaign, where);
  if (lack) throw new LetterError("campaign", `${formatLack(lack)}; without it only a trial on this machine starts`);
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

/** The texts below a field, each with its path: `hosts.mail.name.en`. */
function leaves(field: string, value: unknown): [field: string, text: string][] {
  if (typeof value === "string") return [[field, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => leaves(`${field}.${key}`, below));
}

/** Whether a text is one that the template has, and not one that organisers wrote. */
export function isPlaceholder(text: string): boolean {
  return /^\[|…/.test(text) || /(^|[@./\s])example\.(org|com|net)\b/i.test(text);
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
