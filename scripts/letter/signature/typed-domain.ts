import { domainToASCII } from "node:url";
import { withAsciiDigits } from "../bytes/digits.ts";

/**
 * Returns the domain that was meant: digits and letters of another keyboard are folded when the result is a name that
 * can exist.
 *
 * A label in ASCII has ASCII digits. Below «ایران» and «پاکستان», and beside letters that only Persian has, yeh, kaf
 * and digits are the Persian ones; below Arabic top-level domains they are the Arabic ones. No registry lets one label
 * mix both.
 */
export function foldDomain(typed: string): string {
  const domain = typed
    .replace(/[。．｡]/g, ".")
    .replace(/[！-～]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0));
  const labels = domain.split(".");
  const top = toPersian(labels.at(-1) ?? "");
  const arabic = ARABIC_TOPS.find((name) => toPersian(name) === top);
  return labels
    .map((label) => {
      const ascii = withAsciiDigits(label);
      if (/^[\x21-\x7e]*$/.test(ascii)) return ascii;
      if (PERSIAN_TOPS.has(top) || /[پچژگکی]/.test(label))
        return arabic === undefined ? toPersian(label) : toArabic(label);
      return arabic === undefined ? label : toArabic(label);
    })
    .join(".");
}

/** Returns a domain in ASCII and lower case, by IDNA; empty when it is not a domain. */
export function asciiDomain(domain: string): string {
  // A text with characters that a URL parser reads as more than a host name is not a host name.
  return /[\s/?#@:%[\]\\]/.test(domain) ? "" : domainToASCII(domain).toLowerCase();
}

/**
 * Whether no mail server can ever exist at this domain: its top label is a number, or reserved for other uses (RFC
 * 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476; the rest is used in private networks).
 */
export function isUnreachable(ascii: string): boolean {
  const top = ascii.slice(ascii.lastIndexOf(".") + 1);
  return /^\d+$/.test(top) || NOWHERE.has(top);
}

// `example` is missing on purpose: signers do not type it by mistake, and tests need many domains.
const NOWHERE: ReadonlySet<string> = new Set(
  "invalid local localhost localdomain test onion alt arpa internal intranet private lan home corp belkin".split(" "),
);

const PERSIAN_TOPS: ReadonlySet<string> = new Set(["ایران", "پاکستان"]);
// The top-level domains with a yeh or a kaf, or below which names have Arabic digits.
const ARABIC_TOPS =
  "السعودية فلسطين سورية موريتانيا مليسيا بيتك كوم كاثوليك ابوظبي امارات مصر قطر تونس عمان الاردن المغرب الجزائر العراق سودان البحرين شبكة موقع عرب".split(
    " ",
  );

const toPersian = (label: string) =>
  label
    .replace(/[يى]/g, "ی")
    .replaceAll("ك", "ک")
    .replace(/[٠-٩]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x0660 + 0x06f0));
const toArabic = (label: string) =>
  label
    .replaceAll("ی", "ي")
    .replaceAll("ک", "ك")
    .replace(/[۰-۹]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x06f0 + 0x0660));
