import { domainToASCII } from "node:url";
import { providerOf } from "./mail-providers.ts";

/** Why an address is not taken. */
export type EmailProblem = "missing" | "format";

// RFC 5321 §4.1.2 dot-string; quoted local parts and address literals (`x@[127.0.0.1]`) are not taken.
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;

// Direction marks: the bidirectional controls of Unicode (UAX #9 §2).
const AROUND = /[\s\p{Bidi_Control}]/u;

/**
 * The address as it was typed, white space around it gone: mail is sent to exactly this one. At most 254 bytes.
 *
 * Before the @ Persian and Arabic digits become those of ASCII, as in codes: there they could not be taken as they are.
 */
export function parseEmail(raw: string): { email: string } | { problem: EmailProblem } {
  if (raw.length > 1000) return { problem: "format" };
  // Phones and mail programs add direction marks when an address is pasted into Persian text.
  const email = trim(raw).replace(/^[^@]+/, withAsciiDigits);
  if (email === "") return { problem: "missing" };
  const at = email.lastIndexOf("@");
  const [local, domain] = [email.slice(0, at), asciiDomain(email.slice(at + 1))];
  const fits = at > 0 && at <= 64 && Buffer.byteLength(email) <= 254 && domain.length <= 253;
  return fits && LOCAL.test(local) && DOMAIN.test(domain) ? { email } : { problem: "format" };
}

/**
 * The mailbox that an address is known to lead to: lower case, IDNA, and of what stands before the @ only what its provider
 * drops (`mail-providers.ts`). Whoever owns one address with this form owns all of them.
 */
export function mailboxOf(email: string): string {
  const { local, domain } = partsOf(email);
  const known = providerOf(domain);
  if (known === undefined) return `${local}@${domain}`;
  if (known.user !== undefined) return `${known.user}@${known.domain}`;
  const untagged = withoutTag(local);
  return `${known.provider.dots ? untagged.replaceAll(".", "") : untagged}@${known.domain}`;
}

/**
 * The widest form in which two addresses may lead to one mailbox: that of `mailboxOf`, and `+tag` off everywhere. Two
 * people may share it, so nobody may be told anything by it.
 */
export function canonicalEmail(email: string): string {
  const { local, domain } = partsOf(mailboxOf(email));
  return `${withoutTag(local)}@${domain}`;
}

function partsOf(email: string): { local: string; domain: string } {
  const at = email.lastIndexOf("@");
  return { local: email.slice(0, at).toLowerCase(), domain: asciiDomain(email.slice(at + 1)) };
}

// An address that begins with a plus has no name before it that the tag could be taken from.
function withoutTag(local: string): string {
  const tag = local.indexOf("+", 1);
  return tag < 0 ? local : local.slice(0, tag);
}

function withAsciiDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => String(digit.charCodeAt(0) & 15));
}

function trim(raw: string): string {
  let [from, to] = [0, raw.length];
  while (from < to && AROUND.test(raw[from] ?? "")) from++;
  while (to > from && AROUND.test(raw[to - 1] ?? "")) to--;
  return raw.slice(from, to);
}

function asciiDomain(domain: string): string {
  // What a URL parser would read as more than a host name is no host name.
  return /[\s/?#@:%[\]\\]/.test(domain) ? "" : domainToASCII(domain).toLowerCase();
}
