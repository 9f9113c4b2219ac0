import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { armor, Decrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import * as cctv from "cctv-age";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Unseal } from "../../../scripts/outside/seal/identities.ts";
import { openSeal } from "../../../scripts/outside/seal/seal.ts";
import { openIdentities, readRecipients } from "../../../scripts/outside/seal/unseal.ts";

const folder = mkdtempSync(join(tmpdir(), "undersigned-unseal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const keyFile = (...lines: string[]) => {
  const file = join(folder, createHash("sha256").update(lines.join()).digest("hex"));
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return file;
};

describe("a sealed record", () => {
  const plain = new Uint8Array(2048).fill(32);
  let identities: string[];
  let recipients: string[];
  let sealed: Uint8Array;
  beforeAll(async () => {
    identities = [await generateHybridIdentity(), await generateHybridIdentity(), await generateHybridIdentity()];
    recipients = await Promise.all(identities.map(identityToRecipient));
    sealed = await openSeal(recipients.slice(0, 2))(plain);
  });

  it("is opened by any one of its keys, and by no other", async () => {
    for (const identity of identities.slice(0, 2)) {
      const unseal = await openIdentities(keyFile("# created: 2026-11-22", "", identity));
      expect(await unseal(sealed)).toEqual(plain);
    }
    expect(await (await openIdentities(keyFile(identities[2]!)))(sealed)).toBeUndefined();
    expect(await (await openIdentities(keyFile(identities[2]!, identities[0]!)))(sealed)).toEqual(plain);
  });

  it("stays shut when one bit of it was changed", async () => {
    const unseal = await openIdentities(keyFile(identities[0]!));
    for (let at = 0; at < sealed.length; at += 97) {
      const changed = sealed.slice();
      changed[at]! ^= 1 << (at % 8);
      // What is sealed for the other key may change without harm to this one, but for the seal over the whole head.
      expect(await unseal(changed), `byte ${at}`).toBeUndefined();
    }
  });

  it("needs a key file that holds keys and nothing else", async () => {
    await expect(openIdentities(join(folder, "none"))).rejects.toThrow("no such key file");
    await expect(openIdentities(keyFile("# nothing"))).rejects.toThrow("holds no key");
    await expect(openIdentities(keyFile(recipients[0]!))).rejects.toThrow("not an age identity");
    await expect(openIdentities(keyFile(identities[0]!, "x"))).rejects.toThrow("not an age identity");
  });

  it("takes new keys as they are, or from a file", async () => {
    expect(await readRecipients([recipients[0]!, keyFile("# theirs", recipients[1]!)])).toEqual(recipients.slice(0, 2));
    await expect(readRecipients([join(folder, "none")])).rejects.toThrow("name keys");
  });
});

/** The vectors of C2SP/CCTV for age: `name: value` lines, a blank line, and the sealed bytes. */
const vectors = Object.entries(cctv as unknown as Record<string, Uint8Array>)
  .filter(([, bytes]) => bytes instanceof Uint8Array)
  .map(([name, bytes]) => {
    const text = Buffer.from(bytes).toString("latin1");
    const end = text.indexOf("\n\n");
    const head = text
      .slice(0, end)
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const);
    const all = (key: string) => head.filter(([label]) => label === key).map(([, value]) => value);
    const body = Buffer.from(bytes).subarray(end + 2);
    return { name, all, body: all("compressed")[0] === "zlib" ? inflateSync(body) : body };
  });

describe("the vectors for age", () => {
  it("are all there", () => expect(vectors.length).toBeGreaterThanOrEqual(143));

  it.each(vectors)("says of $name what it says itself", async ({ all, body }) => {
    const [expected] = all("expect");
    const unseal = await openWith(all("identity"), all("passphrase"));
    const opened = await unarmored(all("armored").length > 0, body).then(unseal, () => undefined);
    if (expected !== "success") expect(opened).toBeUndefined();
    else expect(createHash("sha256").update(opened!).digest("hex")).toBe(all("payload")[0]);
  });
});

/** A few vectors have no identity but a passphrase, which no record of ours is sealed with. */
async function openWith(identities: string[], passphrases: string[]): Promise<Unseal> {
  if (passphrases.length === 0 && identities.length > 0) return openIdentities(keyFile(...identities));
  const decrypter = new Decrypter();
  for (const passphrase of passphrases) decrypter.addPassphrase(passphrase);
  for (const identity of identities) decrypter.addIdentity(identity);
  return (sealed) => decrypter.decrypt(sealed).catch(() => undefined);
}

async function unarmored(armored: boolean, body: Uint8Array): Promise<Uint8Array> {
  return armored ? armor.decode(Buffer.from(body).toString("latin1")) : body;
}
