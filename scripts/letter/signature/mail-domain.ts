import { canonicalEmail } from "./email.ts";

// Half of the world has its mailbox at these: many confirmations there tell nothing.
const COMMON =
  /^(gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|msn|icloud|me|mac|aol|gmx|web|mail|email|proton|protonmail|pm|tuta|tutanota|fastmail|zoho|yandex|hey|posteo|riseup|chmail|t-online|orange|free|libero)\.[a-z]{2,4}(\.[a-z]{2})?$/;

/**
 * The part of an address's domain that somebody has bought: whoever has it makes as many mailboxes, and names below it, as
 * they like. Undefined for the large providers. A guess without a list of all registries: below `co.uk`, `ac.ir` and
 * their like it is three labels, else two.
 */
export function ownerOfMailbox(email: string): string | undefined {
  const domain = canonicalEmail(email).split("@").at(-1) ?? "";
  return COMMON.test(domain) ? undefined : registeredDomain(domain);
}

/** The same part of any host name in lower case; a name of numbers, as an address of a machine has, is its own. */
export function registeredDomain(host: string): string {
  if (/^\[|^[\d.]+$/.test(host)) return host;
  const labels = host.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const registry =
    top.length === 2 && /^(com?|org?|net?|edu?|gov?|go|ac|sch|mil|id|ltd|plc|nhs|gob|govt)$/.test(second);
  return labels.slice(registry ? -3 : -2).join(".");
}
