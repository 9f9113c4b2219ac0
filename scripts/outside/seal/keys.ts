import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatBase64url, parseBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { type SigningKey, signingKey } from "../../letter/bytes/key.ts";
import { formatVkey, type NoteSigner, noteSigner, parseVkey } from "../../letter/ledger/note.ts";
import type { PublicKeys } from "../../letter/published/files.ts";
import type { Campaign } from "../../letter/text/campaign.ts";
import { keepFile } from "../data-folder.ts";
import { makeFolder } from "../folder.ts";
import { campaignRepository } from "../git/local-host.ts";
import { demoRecipients } from "./demo-custodian.ts";

/** The secret keys of a campaign on one machine, and their public parts. */
export type Keys = {
  /** signs checkpoints; only accept uses it */
  readonly ledger: NoteSigner;
  /** signs the attestations of the form service */
  readonly attestation: SigningKey;
  /** 32 bytes; keys the hash of an address */
  readonly pepper: Uint8Array;
  readonly publicKeys: PublicKeys;
  /** the recipients are for demonstration: anyone with this machine can open the contact details */
  readonly demoCustodian: boolean;
};

/** The keys of a form service whose sheets are accepted elsewhere: it never sees the ledger's key. */
export type ServiceKeys = Pick<Keys, "attestation" | "pepper" | "publicKeys">;

/**
 * Opens the keys in `$DATA_DIR/keys/`, and makes those that are missing.
 *
 * Without recipients in `campaign.yaml`, two identities for demonstration are made in `$DATA_DIR/demo-custodian/`.
 *
 * @throws LetterError `folder` when there is none and none can be made, `keys` when a file is malformed or a public key
 * is not the one that `campaign.yaml` names
 */
export async function openKeys(dataDir: string, campaign: Campaign): Promise<Keys> {
  makeFolder(dataDir);
  const ledger = noteSigner(campaign.ledger_origin, await seed(dataDir, "ledger.key"));
  const attestation = signingKey(await seed(dataDir, "attestation.key"));
  const pepper = await seed(dataDir, "pepper.key");
  const demoCustodian = campaign.recipient.age.length === 0;
  const publicKeys: PublicKeys = {
    ledger: formatVkey(ledger.verifier),
    attestation: formatBase64url(attestation.publicKey),
    recipients: demoCustodian ? await demoRecipients(join(dataDir, "demo-custodian")) : campaign.recipient.age,
  };
  assertNamed("ledger_vkey", campaign.ledger_vkey, publicKeys.ledger);
  assertNamed("attestation_key", campaign.attestation_key, publicKeys.attestation);
  return { ledger, attestation, pepper, publicKeys, demoCustodian };
}

/**
 * Opens the form service's keys in `$DATA_DIR/keys/`, and makes those that are missing, for a campaign that others
 * accept.
 *
 * @throws LetterError `keys` when `campaign.yaml` does not name all public keys and recipients, or names others
 */
export async function openServiceKeys(dataDir: string, campaign: Campaign): Promise<ServiceKeys> {
  const { ledger_vkey: ledger, attestation_key: named, recipient } = campaign;
  if (recipient.age.length === 0) {
    throw new LetterError(
      "keys",
      "content/campaign.yaml names no recipient.age: write there the public keys of the custodians, two or more",
    );
  }
  if (named !== undefined && !existsSync(join(dataDir, "keys", "attestation.key"))) {
    // A new key would be refused everywhere, and would be in the way of the right one.
    throw new LetterError(
      "keys",
      "keys/attestation.key is not in the data folder, and content/campaign.yaml names its public key: restore it from your copy",
    );
  }
  const attestation = signingKey(await seed(dataDir, "attestation.key"));
  const pepper = await seed(dataDir, "pepper.key");
  const found = formatBase64url(attestation.publicKey);
  if (named === undefined) {
    throw new LetterError("keys", `content/campaign.yaml names no attestation_key: write there, and on main, ${found}`);
  }
  assertNamed("attestation_key", named, found);
  if (ledger === undefined) {
    throw new LetterError(
      "keys",
      "content/campaign.yaml names no ledger_vkey: write there the public key of the ledger",
    );
  }
  if (parseVkey(ledger).name !== campaign.ledger_origin) {
    throw new LetterError("keys", "content/campaign.yaml: ledger_vkey is not the key of ledger_origin");
  }
  return { attestation, pepper, publicKeys: { ledger, attestation: found, recipients: recipient.age } };
}

/**
 * Reads the pepper of a service that has been started before, for commands that run next to it.
 *
 * @throws LetterError `keys` when there is none in this data folder
 */
export async function readPepper(dataDir: string): Promise<Uint8Array> {
  assertStartedBefore(dataDir, "pepper.key");
  return seed(dataDir, "pepper.key");
}

/**
 * Reads the public attestation key of a service that has been started before, base64url: it names the campaign.
 *
 * @throws LetterError `keys` when there is none in this data folder
 */
export async function readAttestationKey(dataDir: string): Promise<string> {
  assertStartedBefore(dataDir, "attestation.key");
  return formatBase64url(signingKey(await seed(dataDir, "attestation.key")).publicKey);
}

function assertStartedBefore(dataDir: string, name: string): void {
  if (!existsSync(join(dataDir, "keys", name)))
    throw new LetterError("keys", "no form service has run in this data folder yet: run npm start, or set DATA_DIR");
}

async function seed(dataDir: string, name: string): Promise<Uint8Array> {
  // The keys are made before the repository. If there is one, a missing key was lost, and no new one would fit.
  if (!existsSync(join(dataDir, "keys", name)) && existsSync(campaignRepository(dataDir))) {
    throw new LetterError("keys", `keys/${name} is missing in a data folder that is in use: restore it from your copy`);
  }
  const text = await keepFile(join(dataDir, "keys", name), () => `${formatBase64url(randomBytes(32))}\n`);
  return parseSeed(text, `keys/${name} does not hold 32 bytes in base64url: restore it from your copy`);
}

/**
 * Parses the text of a key file: 32 bytes in base64url.
 *
 * @throws LetterError `keys` with this message, which repeats nothing of the text
 */
export function parseSeed(text: string, message: string): Uint8Array {
  try {
    return parseBase64url(text.trim(), 32);
  } catch (cause) {
    throw new LetterError("keys", message, { cause });
  }
}

function assertNamed(field: string, named: string | undefined, found: string): void {
  if (named !== undefined && named !== found) {
    throw new LetterError(
      "keys",
      `content/campaign.yaml names another ${field} than the key in the data folder gives: restore the key, or correct the setting`,
    );
  }
}
