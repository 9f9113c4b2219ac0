import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkCoreFiles } from "../../scripts/outside/machine-check.ts";
import { dkimRecord } from "../../scripts/outside/mail/dkim.ts";
import { checkMailDomain } from "../../scripts/outside/mail-domain-check.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  ...{ modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" } },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const env = { MAIL_URL: "smtp://mail.example.org", MAIL_FROM: "no-reply@example.org", MAIL_DKIM_KEY: privateKey };
const record = dkimRecord({ selector: "mail", privateKey }, "example.org");
const published: Record<string, string[][]> = {
  "example.org": [["other=1"], ["v=spf1 mx -all"]],
  "_dmarc.example.org": [["v=DMARC1; p=reject"]],
  // A long record comes in pieces.
  [record.name]: [[record.value.slice(0, 255), record.value.slice(255)]],
};
const asked = async (settings: Record<string, string>, dns: Record<string, string[][]>) =>
  checkMailDomain(readSettings(settings), async (name) => {
    if (!dns[name]) throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
    return dns[name];
  });

describe("the domain of the sender", () => {
  it("is fit once its three records are published", async () => {
    expect((await asked(env, published)).map(({ mend }) => mend)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("is told to publish what is missing, word by word", async () => {
    const [, dkim, spf, dmarc] = await asked(env, {});
    expect(dkim?.what).toBe("DKIM at mail._domainkey.example.org");
    expect(dkim?.mend).toBe(`publish there the TXT record ${record.value}`);
    expect(spf?.mend).toContain("v=spf1");
    expect(dmarc?.mend).toContain("_dmarc.example.org: v=DMARC1; p=reject");
  });

  it("is told when another key is published, or none is set", async () => {
    const [, other] = await asked(env, { ...published, [record.name]: [["v=DKIM1; k=rsa; p=AAAA"]] });
    expect(other?.mend).toContain(record.value);
    const [, none] = await asked({ ...env, MAIL_DKIM_KEY: "" }, published);
    expect(none?.mend).toContain("set MAIL_DKIM_KEY");
  });

  it("is asked by the doctor, which ends with 1 when something is missing", async () => {
    const DATA_DIR = makeDataDir();
    const settings = { ...env, DATA_DIR, MAIL_FROM: "no-reply@nobody.invalid", PORT: "0" };
    const { stdout, code } = await runCommand("doctor", [], settings);
    removeDataDir(DATA_DIR);
    expect(stdout).toContain(
      `✕ DKIM at mail._domainkey.nobody.invalid: publish there the TXT record v=DKIM1; k=rsa; p=`,
    );
    expect(stdout).not.toContain("PRIVATE");
    expect(code).toBe(1);
  });
});

describe("a crash", () => {
  const machine = (soft: string, pattern: string) => {
    const proc = makeDataDir();
    mkdirSync(join(proc, "self"));
    mkdirSync(join(proc, "sys/kernel"), { recursive: true });
    writeFileSync(
      join(proc, "self/limits"),
      `Max core file size        ${soft}              unlimited            bytes\n`,
    );
    writeFileSync(join(proc, "sys/kernel/core_pattern"), `${pattern}\n`);
    return checkCoreFiles(proc).finally(() => removeDataDir(proc));
  };

  it.each([
    ["0", "core", undefined],
    ["unlimited", "core", "ulimit -c 0"],
    ["0", "|/usr/lib/systemd/systemd-coredump %P", "core_pattern"],
    ["unlimited", "|/bin/false", undefined],
  ])("with the limit %s and the pattern %s leaves memory on the disk unless: %s", async (soft, pattern, mend) => {
    const finding = await machine(soft, pattern);
    if (mend === undefined) expect(finding.mend).toBeUndefined();
    else expect(finding.mend).toContain(mend);
  });
});
