import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, it } from "vitest";
import { CONTACT_BYTES } from "../../../scripts/letter/signature/contact.ts";
import { demoRecipients } from "../../../scripts/outside/seal/demo-custodian.ts";
import { openSealPool } from "../../../scripts/outside/seal/pool.ts";
import { openSeal } from "../../../scripts/outside/seal/seal.ts";

const hybrid = async () => {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
};
const [first, second] = [await hybrid(), await hybrid()];

describe("a seal", () => {
  it("is opened by each recipient alone", async () => {
    const plain = new Uint8Array(CONTACT_BYTES).fill(7);
    const sealed = await openSeal([first.recipient, second.recipient])(plain);
    for (const { identity } of [first, second]) {
      const custodian = new Decrypter();
      custodian.addIdentity(identity);
      expect(await custodian.decrypt(sealed)).toEqual(plain);
    }
    const stranger = new Decrypter();
    stranger.addIdentity((await hybrid()).identity);
    await expect(stranger.decrypt(sealed)).rejects.toThrow();
  });

  it("needs two or more different hybrid recipients, and none of another kind among them", async () => {
    const x25519 = await identityToRecipient(await generateX25519Identity());
    const two = [first.recipient, second.recipient];
    expect(() => openSeal([first.recipient])).toThrow("two or more");
    expect(() => openSeal([first.recipient, first.recipient])).toThrow("named twice");
    expect(() => openSeal([...two, x25519])).toThrow("recipient 3 is not a hybrid post-quantum one");
    expect(() => openSeal([first.recipient, `${second.recipient.slice(0, -1)}b`])).toThrow("recipient 2 is not a key");
  });
});

describe("a pool of threads", () => {
  it("seals many records at once, each of them for the recipients", async () => {
    const pool = openSealPool([first.recipient, second.recipient], 2);
    const plains = Array.from({ length: 12 }, (_, i) => new Uint8Array(CONTACT_BYTES).fill(i));
    const sealed = await Promise.all(plains.map((plain) => pool.seal(plain)));
    const custodian = new Decrypter();
    custodian.addIdentity(second.identity);
    for (const [i, one] of sealed.entries()) expect(await custodian.decrypt(one)).toEqual(plains[i]);
    await pool.close();
  });

  it("refuses a wrong recipient before anybody has confirmed anything", () => {
    expect(() => openSealPool([first.recipient])).toThrow("two or more");
  });
});

describe("the demonstration's custodians", () => {
  it("are made once, and afterwards only their recipients are read", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "undersigned-custodian-")), "demo-custodian");
    const recipients = await demoRecipients(folder);
    openSeal(recipients);
    const keys = ["custodian-1.key", "custodian-2.key"].map((name) => join(folder, name));
    for (const [i, path] of keys.entries()) {
      expect(readFileSync(path, "utf8")).toMatch(/^# .*\nAGE-SECRET-KEY-PQ-1\w+\n$/);
      expect(readFileSync(path, "utf8")).toContain(recipients[i]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    for (const path of keys) rmSync(path);
    writeFileSync(join(folder, "note.txt"), "the identities were moved away");
    expect(await demoRecipients(folder)).toEqual(recipients);
    expect(keys.some((path) => existsSync(path))).toBe(false);
    rmSync(join(folder, ".."), { recursive: true });
  });
});
