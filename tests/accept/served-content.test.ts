import { expect, it } from "vitest";
import { assertLogged, assertSameKeys, assertSameWordings } from "../../scripts/accept/served-content.ts";
import { wordingPath } from "../../scripts/letter/handover/wordings.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { assertMailIsSent } from "../../scripts/outside/mail-sender.ts";
import { edition, invent, keys, texts } from "../letter/invented.ts";
import { readLetterFile } from "../support/letters.ts";

const plain = readLetterFile("iran", "campaign.yaml");
const naming = (attestation: string) => `${plain}\nledger_vkey: ${keys.ledger}\nattestation_key: ${attestation}\n`;

it("serves no content with other keys than main names", () => {
  const content = { campaign: parseCampaign(naming(keys.attestation)) };
  expect(() => assertSameKeys(content, naming(keys.attestation))).not.toThrow();
  expect(() => assertSameKeys(content, naming(invent(0).row.opening))).toThrow("names other keys than on main");
  expect(() => assertSameKeys(content, plain)).toThrow("on main names no ledger_vkey");
});

it("serves no other edition than the one on the ledger, when there is one", () => {
  const content = { letterTexts: texts };
  expect(() => assertLogged(content, edition)).not.toThrow();
  expect(() => assertLogged(content, undefined)).not.toThrow();
  expect(() => assertLogged(content, invent(0).row.opening)).toThrow("is not the edition on the ledger");
});

it("shows no other consent, notice or recipient than main has, because the handover goes by main", async () => {
  const path = wordingPath("en", "consent-handover");
  const main = new Map([
    ["content/campaign.yaml", plain],
    ["content/en/letter.md", "A letter.\n"],
    [path, "I agree.\n"],
  ]);
  const check = (...changed: [string, string][]) =>
    assertSameWordings(new Map([...main, ...changed]), async (at) => main.get(at));
  await expect(check()).resolves.toBeUndefined();
  // Whether the letter and the keys are main's, others ask.
  await expect(check(["content/en/letter.md", "Another.\n"])).resolves.toBeUndefined();
  await expect(check(["content/campaign.yaml", `${plain}# a remark\n`])).resolves.toBeUndefined();
  await expect(check([path, "I agree to everything.\n"])).rejects.toThrow(`${path} here says something else`);
  await expect(check([wordingPath("fa", "notice"), "x"])).rejects.toThrow("content/fa/notice.md here");
  const other = plain.replace("en: Amnesty International", "en: Another one");
  expect(other).not.toBe(plain);
  await expect(check(["content/campaign.yaml", other])).rejects.toThrow("content/campaign.yaml here");
});

it("captures no mail where others can reach it", () => {
  const mail = { kind: "capture", folder: "/tmp/mail" } as const;
  for (const host of ["localhost", "127.0.0.1", "[::1]"])
    expect(() => assertMailIsSent({ mail, serviceUrl: `http://${host}:8080` })).not.toThrow();
  expect(() => assertMailIsSent({ mail, serviceUrl: "https://sign.example.org" })).toThrow("MAIL_URL: write smtp://");
});
