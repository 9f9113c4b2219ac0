import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filingMessage, isQuarantined } from "../../../scripts/letter/review/filing-message.ts";
import { formatProposal } from "../../../scripts/letter/review/proposal-body.ts";
import type { SignaturesSheet } from "../../../scripts/letter/signature/sheet.ts";
import { days, minutes } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, stateShown, withdrawalCodeIn } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  const settings = { LIMITS: "on", TRUST_PROXY: "on", FILE_AT_LEAST: "1", FILE_AT_MOST: "5" };
  harness = await openHarness({ settings });
});
afterEach(() => harness.close());

let people = 0;
/** Somebody new signs, from an address of their own. */
async function signAt(domain: string, more: Record<string, string> = {}): Promise<string> {
  const [email, from] = [`person${++people}@${domain}`, `10.0.${people >> 8}.${people & 255}`];
  const headers = { "X-Forwarded-For": from };
  const answer = await harness.post("/en/sign/", formOf({ name: "Niamh O’Neil", email }, more), headers);
  const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
  const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec((await harness.mailServer.waitForMail(email)).text)![0];
  return withdrawalCodeIn(await (await harness.post("/en/confirm/", { s, code }, headers)).text());
}

function filed(): { rows: number; quarantined: boolean }[] {
  return [...harness.gitHost.open.values()]
    .map(({ sheet, message }) => ({
      rows: harness.gitHost.parse(sheet).rows.length,
      quarantined: isQuarantined(message),
    }))
    .sort((a, b) => Number(a.quarantined) - Number(b.quarantined));
}

describe("signatures that look like part of a flood", () => {
  it("lie on sheets of their own, as few as can be, with a mark; those of others on ordinary ones", async () => {
    for (let i = 0; i < 14; i++) await signAt(i % 2 ? "flood.example" : `sub${i}.flood.example`);
    for (const domain of ["gmail.com", "one.example", "two.example"]) await signAt(domain);
    await harness.round();
    expect(filed()).toEqual([
      { rows: 3, quarantined: false },
      { rows: 14, quarantined: true },
    ]);
  });

  it("stay marked after a restart", async () => {
    for (let i = 0; i < 11; i++) await signAt("flood.example");
    await harness.restart();
    await signAt("one.example");
    await harness.round();
    expect(filed()).toEqual([
      { rows: 1, quarantined: false },
      { rows: 11, quarantined: true },
    ]);
  });

  it("are signed like all others: the person sees no difference, and moderators may accept them", async () => {
    const codes = [];
    for (let i = 0; i < 11; i++) codes.push(await signAt("flood.example"));
    await harness.round();
    harness.gitHost.accept([...harness.gitHost.open.keys()][0]!);
    await harness.round();
    expect(await stateShown(harness, codes[0]!)).toBe("accepted");
  });

  it.each([
    ["fills in the field that nobody sees", { comment: "great" }, true],
    ["is faster than anybody can type", { filled: "0" }, true],
    ["takes its time", { filled: "41" }, false],
    ["runs no scripts", {}, false],
    ["writes nonsense there", { filled: "-1" }, false],
  ])("one that %s: %o", async (_, more, quarantined) => {
    await signAt("one.example", more);
    await harness.round();
    expect(filed()).toEqual([{ rows: 1, quarantined }]);
  });
});

describe("the mark", () => {
  it("stands in the message of the commit, and is read from there alone", () => {
    const attestation = "A".repeat(86);
    expect(isQuarantined(filingMessage("x", { quarantined: true, attestation }))).toBe(true);
    // As it was before sheets were attested.
    expect(isQuarantined("file sheet x\n\nQuarantine: flood\n")).toBe(true);
    for (const message of [
      filingMessage("x", { quarantined: false, attestation }),
      "Quarantine: none",
      "",
      "Quarantine: flood\n\nx",
    ]) {
      expect(isQuarantined(message)).toBe(false);
    }
  });

  it("is the first that moderators read on GitHub, and says how to refuse all at once", async () => {
    await signAt("one.example", { comment: "great" });
    await harness.round();
    const sheet = harness.gitHost.parse([...harness.gitHost.open.keys()][0]!) as SignaturesSheet;
    const surroundings = { listed: [], bursts: new Set<string>(), quarantined: true };
    const { title, body } = formatProposal(sheet, surroundings);
    expect(title).toMatch(/: 1 signature, .* \(quarantine\)$/);
    expect(body).toMatch(/^\*\*Quarantine: /);
    expect(body).toContain("`reject CODE`");
    expect(formatProposal(sheet, { ...surroundings, quarantined: false }).body).not.toContain("Quarantine");
  });
});

describe("moderators who are behind", () => {
  it("are spoken of where somebody waits for them, from the third day", async () => {
    const code = await signAt("one.example");
    await harness.round();
    const shown = async () => (await harness.post("/en/verify/", { code })).text();
    expect(await shown()).not.toContain("takes longer");
    harness.clock.advance(days(3));
    expect(await shown()).toContain("The review takes longer than usual");
    harness.clock.advance(minutes(10));
    harness.gitHost.accept([...harness.gitHost.open.keys()][0]!);
    await harness.round();
    expect(await shown()).not.toContain("takes longer");
  });
});
