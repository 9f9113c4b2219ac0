import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Campaign, parseCampaign } from "../../../scripts/letter/text/campaign.ts";
import { openServiceKeys } from "../../../scripts/outside/seal/keys.ts";
import { keys, vkey } from "../../letter/invented.ts";
import { readLetterFile } from "../../support/letters.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "undersigned-keys-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const blank = parseCampaign(readLetterFile("iran", "campaign.yaml"));
const described = (more: Partial<Campaign>): Campaign => ({
  ...blank,
  recipient: { ...blank.recipient, age: keys.recipients },
  ledger_vkey: vkey,
  ...more,
});

/** What the first start says that the organisers have to write into `campaign.yaml`. */
async function madeKey(): Promise<string> {
  const said = await openServiceKeys(dataDir, described({})).catch((cause: Error) => cause.message);
  return /names no attestation_key: write there, and on main, ([\w-]{43})$/.exec(String(said))?.[1] ?? "";
}

describe("the keys of a form service whose sheets others accept", () => {
  it("are made when they are missing, without the ledger's, and kept", async () => {
    const attestation_key = await madeKey();
    const opened = await openServiceKeys(dataDir, described({ attestation_key }));
    expect(opened.publicKeys).toEqual({ ledger: vkey, attestation: attestation_key, recipients: keys.recipients });
    expect(opened).not.toHaveProperty("ledger");
    expect(readdirSync(join(dataDir, "keys")).sort()).toEqual(["attestation.key", "pepper.key"]);
    const again = await openServiceKeys(dataDir, described({ attestation_key }));
    expect(again.pepper).toEqual(opened.pepper);
    expect(existsSync(join(dataDir, "demo-custodian"))).toBe(false);
  });

  it("are refused without recipients: there is no demonstration on GitHub", async () => {
    await expect(openServiceKeys(dataDir, described({ recipient: blank.recipient }))).rejects.toThrow(
      /recipient\.age: write/,
    );
    expect(existsSync(join(dataDir, "demo-custodian"))).toBe(false);
  });

  it("are refused without the ledger's public key, or with one of another ledger", async () => {
    const attestation_key = await madeKey();
    const { ledger_vkey: _, ...without } = described({ attestation_key });
    await expect(openServiceKeys(dataDir, without)).rejects.toThrow("names no ledger_vkey");
    const other = described({ attestation_key, ledger_origin: "other.example.org/ledger" });
    await expect(openServiceKeys(dataDir, other)).rejects.toThrow("is not the key of ledger_origin");
  });

  it("are not made anew where campaign.yaml names one that is not there", async () => {
    await expect(openServiceKeys(dataDir, described({ attestation_key: keys.attestation }))).rejects.toThrow(
      "restore it",
    );
    expect(existsSync(join(dataDir, "keys"))).toBe(false);
  });

  it("are refused when campaign.yaml names another, and nothing secret is said", async () => {
    await madeKey();
    const said = await openServiceKeys(dataDir, described({ attestation_key: keys.attestation })).catch(String);
    expect(said).toMatch(/names another attestation_key[^\n]+$/);
    writeFileSync(join(dataDir, "keys/pepper.key"), "hunter2");
    const broken = await openServiceKeys(dataDir, described({ attestation_key: await madeKey() })).catch(String);
    expect(broken).toContain("pepper.key does not hold 32 bytes");
    expect(broken).not.toContain("hunter2");
  });
});
