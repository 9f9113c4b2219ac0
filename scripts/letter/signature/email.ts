import { cleanText } from "../bytes/clean-text.ts";
import { withAsciiDigits } from "../bytes/digits.ts";
import { providerOf } from "./mail-providers.ts";
import { asciiDomain, foldDomain, isUnreachable } from "./typed-domain.ts";

/**
 * Why an address is refused. `slip`: it looks mistyped, and is accepted when it is sent again (`slipOf`). `letters`:
 * before the @ are letters that need SMTPUTF8 (RFC 6531), which our outgoing mail does not support. `nowhere`: no mail
 * server can exist at such a domain.
 */
export type EmailProblem =
  | "missing"
  | "format"
  | "long"
  | "characters"
  | "letters"
  | "several"
  | "dot"
  | "nowhere"
  | "slip";

/** A problem, and the character that causes it, if one does. */
export type EmailRefusal = { readonly problem: EmailProblem; readonly character?: string };

// RFC 5321 §4.1.2 dot-string; quoted local parts and address literals (`x@[127.0.0.1]`) are refused.
const ATOM = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/;
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;

/** The longest input that is parsed; a longer one is not an address. */
const TYPED_LENGTH = 1000;

/**
 * Parses a typed or pasted address, at most 254 bytes, without what programs and keyboards add. Mail is sent to exactly
 * the result.
 *
 * Removes or folds invisible characters, `mailto:`, a name with `<…>`, quotes and brackets, a stop or comma at the end,
 * full-width characters, Persian and Arabic digits before the @, and letters of another keyboard in the domain
 * (`foldDomain`).
 */
export function parseEmail(raw: string): { email: string } | EmailRefusal {
  if (raw.length > TYPED_LENGTH) return { problem: "long" };
  const typed = unwrap(toAscii(cleanText(raw.toWellFormed())));
  if (typed === "") return { problem: "missing" };
  if ((typed.match(/@/g) ?? []).length > 1 && /[\s,;،؛]/.test(typed)) return { problem: "several" };
  const at = typed.lastIndexOf("@");
  const [local, domain] = [withAsciiDigits(typed.slice(0, at)), foldDomain(typed.slice(at + 1))];
  if (at < 0 || local === "" || domain === "") return { problem: "format" };
  const strange = strangeIn(local, domain);
  if (strange) return strange;
  const ascii = asciiDomain(domain);
  const email = `${local}@${domain}`;
  if (local.length > 64 || Buffer.byteLength(email) > 254 || ascii.length > 253) return { problem: "long" };
  if (!LOCAL.test(local)) return { problem: "format" };
  if (!domain.includes(".")) return { problem: "dot" };
  if (isUnreachable(ascii)) return { problem: "nowhere" };
  return DOMAIN.test(ascii) ? { email } : { problem: "format" };
}

/**
 * Returns the mailbox that an address is known to lead to: in lower case, by IDNA, and without what its provider is
 * known to drop before the @ (`mail-providers.ts`). Anyone who owns one address with this form owns all of them.
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
 * Returns the widest form that two addresses of one mailbox may share: the result of `mailboxOf`, without `+tag` at any
 * provider. Two people may share it, so it must reveal nothing to one about the other.
 */
export function canonicalEmail(email: string): string {
  const mailbox = mailboxOf(email);
  const at = mailbox.lastIndexOf("@");
  return `${withoutTag(mailbox.slice(0, at))}${mailbox.slice(at)}`;
}

/** Returns an address in the spelling that databases compare: in lower case, with its domain in ASCII (IDNA). */
export function addressKey(email: string): string {
  const { local, domain } = partsOf(email);
  return domain === "" ? email.toLowerCase() : `${local}@${domain}`;
}

function partsOf(email: string): { local: string; domain: string } {
  const at = email.lastIndexOf("@");
  return { local: email.slice(0, at).toLowerCase(), domain: asciiDomain(email.slice(at + 1)) };
}

// An address that begins with a plus has no name before it, so it has no tag.
function withoutTag(local: string): string {
  const tag = local.indexOf("+", 1);
  return tag < 0 ? local : local.slice(0, tag);
}

/** Folds full-width characters, which East Asian keyboards write, and the small @. */
function toAscii(text: string): string {
  return text.replace(/[！-～﹫]/g, (one) => (one === "﹫" ? "@" : String.fromCharCode(one.charCodeAt(0) - 0xfee0)));
}

/** Removes what surrounds an address: programs copy it with a name, a scheme or a label, and sentences end after it. */
function unwrap(text: string): string {
  const address = (inBrackets(text) ?? text)
    .replace(/^[^@:]*\p{L}\s*:(?!\/)\s*/u, "")
    .replace(/^\s*(['`])(.*)\1[\s.,;]*$/, "$2")
    .replace(/^[\s"“”„‘’«»‹›<([]+/, "");
  return withoutEnd(withoutRemark(address));
}

/** Finds the address in `Sara Azadi <sara@example.org>`. */
function inBrackets(text: string): string | undefined {
  const from = text.lastIndexOf("<");
  const to = text.indexOf(">", from);
  const inside = text.slice(from + 1, to);
  return from >= 0 && to > 0 && inside.includes("@") && !text.includes("@", to) ? inside : undefined;
}

/** Removes the query of a link (`?subject=…`), or a name in brackets after the address. */
function withoutRemark(text: string): string {
  const at = text.indexOf("@");
  const asked = text.indexOf("?", at);
  const name = text.endsWith(")") ? text.lastIndexOf("(") : -1;
  const ends = [asked, name].filter((end) => at >= 0 && end > at && !text.includes("@", end));
  return text.slice(0, Math.min(text.length, ...ends));
}

const ENDS: ReadonlySet<string> = new Set(" \"'`“”„‘’«»‹›>)]}.,;:!?،؛؟。、");

function withoutEnd(text: string): string {
  let end = text.length;
  while (ENDS.has(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Finds the first character that we do not accept; `letters`: SMTPUTF8 would allow it. */
function strangeIn(local: string, domain: string): EmailRefusal | undefined {
  const character = [...local].find((one) => !ATOM.test(one));
  if (character !== undefined)
    return { problem: /[\p{L}\p{M}\p{N}]/u.test(character) ? "letters" : "characters", character };
  const other = [...domain].find((one) => !/[\u200d\u200c\p{L}\p{M}\p{N}.-]/u.test(one));
  return other === undefined ? undefined : { problem: "characters", character: other };
}
