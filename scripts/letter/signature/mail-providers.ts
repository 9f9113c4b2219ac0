/** Which addresses a provider is known to deliver to one mailbox, besides those that differ in case. */
export type MailProvider = {
  readonly domains: readonly string[];
  /** `leila+letter@` is delivered to `leila@` */
  readonly tags: true;
  /** `le.i.la@` is delivered to `leila@` */
  readonly dots?: true;
  /** `letter@leila.fastmail.com` is delivered to `leila@fastmail.com` */
  readonly subdomains?: true;
  /** every domain is another spelling of the first */
  readonly oneDomain?: true;
  /** the provider's page that says so */
  readonly source: string;
};

/**
 * The providers whose rules are known, with only those rules that their own pages state. A missing rule lets one person
 * count as two, which does no harm. A wrong rule takes a stranger's mailbox for hers, so Yahoo's keywords after a
 * hyphen are not here: `leila-sara@` can be a person's name.
 */
export const MAIL_PROVIDERS: readonly MailProvider[] = [
  {
    domains: ["gmail.com", "googlemail.com"],
    tags: true,
    dots: true,
    oneDomain: true,
    source: "support.google.com/mail/answer/7436150, /22370, /10313",
  },
  {
    domains: ["outlook.com", "hotmail.com", "live.com", "msn.com"],
    tags: true,
    source: "learn.microsoft.com/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online",
  },
  { domains: ["icloud.com", "me.com", "mac.com"], tags: true, source: "support.apple.com/guide/icloud/mm6b1a490a" },
  {
    domains: ["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
    tags: true,
    source: "proton.me/support/addresses-and-aliases",
  },
  {
    domains: ["fastmail.com", "fastmail.fm"],
    tags: true,
    subdomains: true,
    source: "fastmail.help/hc/en-us/articles/360060591053",
  },
];

const BY_DOMAIN = new Map(
  MAIL_PROVIDERS.flatMap((provider) => provider.domains.map((domain) => [domain, provider] as const)),
);

/** Finds the provider of a domain in lower case; for `leila.fastmail.com`, that of `fastmail.com`, and user `leila`. */
export function providerOf(domain: string): { provider: MailProvider; domain: string; user?: string } | undefined {
  const own = BY_DOMAIN.get(domain);
  if (own) return { provider: own, domain: own.oneDomain ? (own.domains[0] ?? domain) : domain };
  const dot = domain.indexOf(".");
  const [user, parent] = [domain.slice(0, dot), domain.slice(dot + 1)];
  const above = dot > 0 ? BY_DOMAIN.get(parent) : undefined;
  return above?.subdomains ? { provider: above, domain: parent, user } : undefined;
}
