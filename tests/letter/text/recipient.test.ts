import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, inject, it } from "vitest";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { isRecipient } from "../../../scripts/letter/text/recipient.ts";
import { grown } from "../../support/campaigns/handed-over.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { freshMain, invent, inventedRecipient, keys, readFrom, siteOf } from "../invented.ts";

const random = fixedRandomness(`recipients ${inject("seed")}`);
const draw = (below: number) => Buffer.from(random(4)).readUInt32BE() % below;
const another = (letter: string) => (letter === "q" ? "p" : "q");

describe("a recipient", () => {
  it("is taken as age writes it, and with no letter changed", async () => {
    const real = await identityToRecipient(await generateHybridIdentity());
    for (const one of [real, inventedRecipient(draw(1000))]) {
      expect(isRecipient(one)).toBe(true);
      for (let i = 0; i < 50; i++) {
        const at = draw(one.length);
        expect(isRecipient(one.slice(0, at) + another(one[at]!) + one.slice(at + 1)), `at ${at}`).toBe(false);
      }
      expect([one.toUpperCase(), `${one}\n`, one.slice(0, -1), `${one}q`].filter(isRecipient)).toEqual([]);
    }
    expect(isRecipient(await identityToRecipient(await generateX25519Identity()))).toBe(false);
  });
});

describe("verify", () => {
  const { record } = grown(freshMain(), [invent(1), invent(2)]);
  const site = siteOf(record);
  const verify = (recipients: unknown) => {
    const text = JSON.stringify({ ...keys, recipients });
    return verifyPublished(readFrom(new Map(site).set("keys.json", Buffer.from(text))));
  };

  it("checks that keys.json names two recipients or more, each in its one spelling, or none yet", async () => {
    const [one, two] = [inventedRecipient(1), inventedRecipient(2)];
    for (const right of [[one, two], []]) await expect(verify(right)).resolves.toMatchObject({ accepted: 2 });
    const at = 10 + draw(1900);
    const flipped = two.slice(0, at) + another(two[at]!) + two.slice(at + 1);
    for (const wrong of [
      undefined,
      [one],
      [one, one],
      [one, flipped],
      [one, "garbage"],
      [one, two, ""],
      `${one},${two}`,
    ])
      await expect(verify(wrong)).rejects.toThrow("keys.json");
  });
});
