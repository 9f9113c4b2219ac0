import { domainOf } from "./mail/address.ts";
import { dkimRecord } from "./mail/dkim.ts";
import { senderProblem } from "./mail-sender.ts";
import type { Settings } from "./settings.ts";

/** The result of one check; `mend` says what to do if it failed, `soon` what will have to be done. */
export type Finding = {
  readonly what: string;
  readonly mend?: string | undefined;
  readonly soon?: string | undefined;
};

/** Formats a finding on one line. */
export function formatFinding({ what, mend, soon }: Finding): string {
  if (mend !== undefined) return `✕ ${what}: ${mend}`;
  return soon === undefined ? `✓ ${what}` : `! ${what}: ${soon}`;
}

/** Returns the TXT records of a name, each in its pieces, like `resolveTxt` of node:dns; rejects if there are none. */
export type ResolveTxt = (name: string) => Promise<string[][]>;

/** Checks whether the sender's DNS records let its mail arrive: DKIM (RFC 6376), SPF (RFC 7208), DMARC (RFC 7489). */
export async function checkMailDomain(settings: Settings, resolveTxt: ResolveTxt): Promise<Finding[]> {
  const { mail, mailFrom } = settings;
  if (mail.kind === "capture") return [];
  const domain = domainOf(mailFrom);
  const records = async (name: string) => (await resolveTxt(name).catch(() => [])).map((pieces) => pieces.join(""));
  const [spf, dmarc] = await Promise.all([records(domain), records(`_dmarc.${domain}`)]);
  const problem = senderProblem(settings);
  return [
    { what: `the sender at ${domain}`, mend: problem && `MAIL_FROM: ${problem}` },
    await checkDkim(),
    {
      what: `SPF of ${domain}`,
      mend: spf.some((text) => /^v=spf1( |$)/i.test(text))
        ? undefined
        : `publish a TXT record at ${domain} that names the mail server, such as v=spf1 a:mail.${domain} -all`,
    },
    {
      what: `DMARC of ${domain}`,
      mend: dmarc.some((text) => /^v=DMARC1\s*;/i.test(text))
        ? undefined
        : `publish a TXT record at _dmarc.${domain}: v=DMARC1; p=reject`,
    },
  ];

  async function checkDkim(): Promise<Finding> {
    if (mail.kind === "capture" || !mail.dkim) {
      return {
        what: "DKIM",
        mend: "set MAIL_DKIM_KEY, unless the mail server signs by itself; see .github/operating.md",
      };
    }
    const { name, value } = dkimRecord(mail.dkim, domain);
    const known = (await records(name)).some((text) => text.replace(/\s/g, "") === value.replace(/\s/g, ""));
    return { what: `DKIM at ${name}`, mend: known ? undefined : `publish there the TXT record ${value}` };
  }
}
