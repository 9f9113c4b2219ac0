import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Held, heldUnder } from "../../../scripts/form-service/signing/held.ts";
import { openAnswer, writeAnswer } from "../../../scripts/handover/requests/access-answer.ts";
import { noteRequest } from "../../../scripts/handover/requests/request-log.ts";
import { newWithdrawalCode } from "../../../scripts/letter/signature/code.ts";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { type Harness, openHarness, sign } from "../../form-service/harness.ts";
import { fixedRandomness, people } from "../../support/fixtures.ts";

let harness: Harness;
let folder: string;
let number = 0;
beforeAll(async () => {
  harness = await openHarness();
  folder = mkdtempSync(join(tmpdir(), "undersigned-access-"));
});
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true });
});

const held = async (code: string) => heldUnder(harness.store, await harness.gitHost.readMain(), code);
const answer = async (found: Held) => {
  const out = join(folder, `answer-${++number}`);
  const lines = (await writeAnswer(found, out)).join("\n");
  return { out, lines, json: readFileSync(join(out, "held.json"), "utf8") };
};
const acceptAll = async () => {
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  await harness.again();
};

describe("an answer to a request of access", () => {
  it("holds all that is kept of a signature, and tells the terminal no name that is not public", async () => {
    const { withdrawalCode } = await sign(harness, people.sara, { shown: "name" });
    const waiting = await answer((await held(withdrawalCode))!);
    // Before it is public only the files have the name.
    expect(waiting.lines).not.toContain(people.sara.name);
    expect(JSON.parse(waiting.json)).toMatchObject({
      state: "pending",
      stateOnMain: "unknown",
      day: "2026-11-22",
      waiting: { shown: "name", name: people.sara.name },
      sealed: "record.age",
      codeHash: true,
      fingerprints: true,
      mailsStopped: false,
    });
    await acceptAll();
    const listed = await answer((await held(withdrawalCode))!);
    expect(listed.lines).toMatch(/^here accepted, on main accepted\non the public list:/);
    expect(listed.lines).toContain(people.sara.name);
    for (const secret of [people.sara.email, withdrawalCode, idOf(openingOf(withdrawalCode))])
      expect(listed.lines).not.toContain(secret);
    expect(JSON.parse(listed.json)).toMatchObject({ listed: { name: people.sara.name } });
  });

  it("has the contact record as it is sealed, which a custodian opens", async () => {
    const { withdrawalCode } = await sign(harness, people.omid, { shown: "hidden", consent_public: "" }, "fa");
    const { out, lines, json } = await answer((await held(withdrawalCode))!);
    expect(lines + json).not.toContain(people.omid.name);
    expect(statSync(join(out, "record.age")).mode & 0o777).toBe(0o600);
    const keyFile = join(folder, "custodian.key");
    writeFileSync(keyFile, `${harness.identities[1]}\n`);
    const opened = join(folder, "opened");
    const path = await openAnswer(join(out, "record.age"), keyFile, opened);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      id: idOf(openingOf(withdrawalCode)),
      name: people.omid.name,
      email: people.omid.email,
      consents: ["handover"],
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // The next person's record must not lie in the same folder.
    await expect(openAnswer(join(out, "record.age"), keyFile, opened)).rejects.toThrow("name an empty folder");
    await expect(writeAnswer((await held(withdrawalCode))!, out)).rejects.toThrow("name an empty folder");
    writeFileSync(join(out, "record.age"), "age-encryption.org/v1\nnothing\n");
    await expect(openAnswer(join(out, "record.age"), keyFile, join(folder, "x"))).rejects.toThrow("does not open");
    expect(await identityToRecipient(harness.identities[1]!)).toMatch(/^age1pq1/);
  });

  it("says after a withdrawal that nothing of the person is left, and finds nothing for a code of nobody", async () => {
    const { withdrawalCode } = await sign(harness, people.niamh);
    await acceptAll();
    expect((await harness.post("/en/withdraw/", { code: withdrawalCode })).status).toBe(200);
    const found = (await held(withdrawalCode))!;
    expect(found).toMatchObject({ sealed: undefined, fingerprints: false, waiting: undefined, leaving: true });
    expect((await answer(found)).lines).toContain("no contact record is held here");
    expect(await held(newWithdrawalCode(fixedRandomness("nobody")(26)))).toBeUndefined();
  });

  it("comes from main only, once the database is destroyed", async () => {
    const { withdrawalCode } = await sign(harness, people.shirin);
    await acceptAll();
    const found = await heldUnder(undefined, await harness.gitHost.readMain(), withdrawalCode);
    expect(found).toMatchObject({ state: "accepted", listed: { name: people.shirin.name }, sealed: undefined });
  });
});

describe("the log of requests", () => {
  it("has a line for each, of a day, a kind and a result, and forgets it after a year", async () => {
    const dataDir = join(folder, "data");
    await noteRequest(dataDir, { kind: "access", result: "done" }, "2026-11-29");
    mkdirSync(dataDir);
    await noteRequest(dataDir, { kind: "access", result: "nothing-found" }, "2026-11-29");
    await noteRequest(dataDir, { kind: "remove", result: "done" }, "2026-12-30");
    const log = () => readFileSync(join(dataDir, "requests.log"), "utf8");
    expect(log()).toBe("2026-11-29 access nothing-found\n2026-12-30 remove done\n");
    await noteRequest(dataDir, { kind: "erase", result: "done" }, "2027-11-29");
    expect(log()).toBe("2026-12-30 remove done\n2027-11-29 erase done\n");
    expect(statSync(join(dataDir, "requests.log")).mode & 0o777).toBe(0o600);
  });
});
