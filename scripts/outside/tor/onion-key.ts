import { createHash } from "node:crypto";
import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { signingKey } from "../../letter/bytes/key.ts";
import { onionOf } from "../../letter/text/onion.ts";
import { makeWritableFolder } from "../folder.ts";
import type { Random } from "../random.ts";

/**
 * Makes the key of an onion service before there is a Tor, so that it can be kept like the other keys: the three files
 * of a `HiddenServiceDir` (rend-spec-v3 §2.1 and §6).
 *
 * @returns the address, as `onion` in `content/campaign.yaml` has it
 * @throws LetterError `keys` when the folder holds something
 */
export async function writeOnionKey(folder: string, random: Random): Promise<string> {
  makeWritableFolder(folder, "--onion");
  if ((await readdir(folder)).length > 0)
    throw new LetterError("keys", "--onion: the folder is not empty: name a new one, a key is never written over");
  const seed = random(32);
  const { publicKey } = signingKey(seed);
  const hostname = onionOf(publicKey);
  await chmod(folder, 0o700);
  const files = {
    hs_ed25519_secret_key: Buffer.concat([tag("secret"), expanded(seed)]),
    hs_ed25519_public_key: Buffer.concat([tag("public"), publicKey]),
    hostname: `${hostname}\n`,
  };
  for (const [name, bytes] of Object.entries(files))
    await writeFile(join(folder, name), bytes, { mode: 0o600, flag: "wx" });
  return `http://${hostname}`;
}

const tag = (kind: "secret" | "public") => Buffer.from(`== ed25519v1-${kind}: type0 ==\0\0\0`, "latin1");

/** Tor keeps the hashed and clamped key instead of its seed (RFC 8032 §5.1.5). */
function expanded(seed: Uint8Array): Buffer {
  const hash = createHash("sha512").update(seed).digest();
  hash[0]! &= 248;
  hash[31] = (hash[31]! & 63) | 64;
  return hash;
}
