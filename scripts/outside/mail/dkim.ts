import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

/** The key that signs mail (RFC 6376). `privateKey`: PEM, RSA of 2,048 bits or more. */
export type DkimKey = { readonly selector: string; readonly privateKey: string };

/**
 * Returns the PEM of an RSA key, given as text, also with `\n` for its line ends as some hosts store it, or as the path
 * of a file.
 *
 * @throws Error whose message may repeat the value: never show it
 */
export function readRsaKey(value: string): string {
  const text = value.trimStart().startsWith("-----BEGIN ")
    ? value.replaceAll("\\n", "\n")
    : readFileSync(value, "utf8");
  const key = createPrivateKey(text);
  if (key.asymmetricKeyType !== "rsa" || bitsOf(key) < 2048) throw new Error("another kind of key");
  return key.export({ type: "pkcs8", format: "pem" }) as string;
}

/** Returns the DNS record to check the signature with: `mail._domainkey.example.org`, `v=DKIM1; k=rsa; p=MIIB…`. */
export function dkimRecord({ selector, privateKey }: DkimKey, domain: string): { name: string; value: string } {
  const key = createPublicKey(privateKey).export({ type: "spki", format: "der" }).toString("base64");
  return { name: `${selector}._domainkey.${domain}`, value: `v=DKIM1; k=rsa; p=${key}` };
}

function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}
