import { asciiDomain } from "./typed-domain.ts";

/**
 * Returns the address that was probably meant when the domain is a likely slip of a large provider (`gmial.com`) or
 * ends with something that is not a top-level domain (`example.con`); otherwise undefined. The signer may keep what
 * they typed, so a wrong guess costs one click, and a missed one costs a code that never arrives.
 */
export function slipOf(email: string): string | undefined {
  const at = email.lastIndexOf("@");
  const domain = asciiDomain(email.slice(at + 1));
  const meant = meantBy(domain);
  return meant === undefined || meant === domain ? undefined : email.slice(0, at + 1) + meant;
}

function meantBy(domain: string): string | undefined {
  if (REAL.has(domain)) return undefined;
  const known = KNOWN_SLIPS.get(domain) ?? LARGE.find((provider) => isOneSlip(domain, provider));
  if (known !== undefined) return known;
  const dot = domain.lastIndexOf(".");
  const top = TOPS.get(domain.slice(dot + 1));
  if (top === undefined) return undefined;
  const mended = domain.slice(0, dot + 1) + top;
  return meantBy(mended) ?? mended;
}

/** Large providers, whose names are often mistyped. */
export const LARGE = [
  "gmail.com",
  "yahoo.com",
  "hotmail.com",
  "outlook.com",
  "icloud.com",
  "protonmail.com",
  "googlemail.com",
];

// These are never corrected: the large providers, and real ones that are one slip away from them.
export const REAL: ReadonlySet<string> = new Set([...LARGE, "mail.com", "email.com", "ymail.com"]);

// More than one slip away, but common.
const KNOWN_SLIPS: ReadonlyMap<string, string> = new Map(
  [
    ["gmail.com", "gmail.ir gmail.org gmail.net gmail.co.com gmail.com.com gimal.com"],
    ["yahoo.com", "yahoo.ir yaho.co"],
    ["hotmail.com", "hotmail.ir"],
    ["outlook.com", "outlook.ir"],
    ["icloud.com", "icloud.ir icould.com"],
  ].flatMap(([provider = "", slips = ""]) => slips.split(" ").map((slip) => [slip, provider] as const)),
);

// Mistyped top-level domains; none of them exists.
const TOPS: ReadonlyMap<string, string> = new Map(
  [
    ["com", "con comm cmo ocm vom xom cpm coom ccom conm cim copm"],
    ["net", "nte ner nett ney"],
    ["org", "ogr orgg rog"],
  ].flatMap(([top = "", slips = ""]) => slips.split(" ").map((slip) => [slip, top] as const)),
);

/** Whether one inserted, deleted, replaced or transposed character turns the one into the other. */
function isOneSlip(typed: string, meant: string): boolean {
  if (typed === meant || Math.abs(typed.length - meant.length) > 1) return false;
  let at = 0;
  while (at < typed.length && typed[at] === meant[at]) at++;
  const [rest, its] = [typed.slice(at), meant.slice(at)];
  return (
    rest.slice(1) === its ||
    rest === its.slice(1) ||
    rest.slice(1) === its.slice(1) ||
    (rest[0] === its[1] && rest[1] === its[0] && rest.slice(2) === its.slice(2))
  );
}
