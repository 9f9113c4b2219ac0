import { canonicalEmail } from "./email.ts";

// Half of the world has its mailbox at these, so many confirmations there mean nothing.
const COMMON =
  /^(gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|msn|icloud|me|mac|aol|gmx|web|mail|email|proton|protonmail|pm|tuta|tutanota|fastmail|zoho|yandex|hey|posteo|riseup|chmail|t-online|orange|free|libero)\.[a-z]{2,4}(\.[a-z]{2})?$/;

/**
 * Returns the registered part of an address's domain: its owner can create any number of mailboxes, and of names below
 * it. Undefined for the large providers. This is a guess without a list of all registries: three labels below `co.uk`,
 * `ac.ir` and the like, otherwise two.
 */
export function ownerOfMailbox(email: string): string | undefined {
  const domain = canonicalEmail(email).split("@").at(-1) ?? "";
  return COMMON.test(domain) ? undefined : registeredDomain(domain);
}

/** Returns the same part of any host name in lower case; an IP address is returned whole. */
export function registeredDomain(host: string): string {
  if (/^\[|^[\d.]+$/.test(host)) return host;
  const labels = host.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const registry =
    top.length === 2 && /^(com?|org?|net?|edu?|gov?|go|ac|sch|mil|id|ltd|plc|nhs|gob|govt)$/.test(second);
  return labels.slice(registry ? -3 : -2).join(".");
}
