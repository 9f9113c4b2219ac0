import { afterEach, describe, expect, inject, it } from "vitest";
import { keyedAddress } from "../../../scripts/form-service/store/address.ts";
import { hashOf } from "../../../scripts/form-service/store/secret-hash.ts";
import { withoutRecord } from "../../../scripts/form-service/store/vault-records.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { hours } from "../../support/fixtures.ts";
import { type Harness, stateShown } from "../harness.ts";
import {
  everyCell,
  idOfCode,
  type Leaver,
  openCampaign,
  STATES,
  signAs,
  signInEveryState,
  withdrawByAddress,
} from "../leavers.ts";

const seed = String(inject("seed"));

let harness: Harness;
afterEach(() => harness.close());

const byCode = async ({ code }: Leaver) => (await harness.post("/en/withdraw/", { code })).status;
const ways = [
  ["by code", async (who: Leaver) => expect(await byCode(who)).toBe(200)],
  ["by address", ({ email }: Leaver) => withdrawByAddress(harness, email)],
] as const;

describe.each(ways)("somebody who left %s", (_, leave) => {
  it("leaves nothing in any table that names, reaches or proves a signature, in whatever state it was", async () => {
    harness = await openCampaign();
    const leavers = await signInEveryState(harness, seed);
    const { query } = harness.store;
    const vault = new Map(
      (await query.selectFrom("vault").selectAll().execute()).map(({ id, sealed }) => [id, sealed]),
    );
    const rows = new Map((await query.selectFrom("signature").selectAll().execute()).map(({ id, row }) => [id, row]));
    const known = STATES.map((state) => {
      const { name, place, email, code } = leavers[state];
      const id = idOfCode(code);
      const row = JSON.parse(rows.get(id) ?? "{}") as { contact?: string; attestation?: string };
      const cells = [row.contact, row.attestation].filter((cell) => cell !== undefined);
      const sealed = Buffer.from(vault.get(id)!).toString("latin1");
      const own = [name, place, email, ...Object.values(keyedAddress(harness.service.pepper, email)), sealed];
      return { state, id, code, secret: [...own, formatBase64url(openingOf(code)), ...cells], hash: hashOf(code) };
    });
    const find = async (texts: readonly string[]) =>
      (await everyCell(harness)).filter(({ text }) => texts.some((one) => text.includes(one))).map(({ at }) => at);
    for (const { secret, state } of known) expect(await find(secret), state).not.toEqual([]);

    for (const state of STATES) await leave(leavers[state]);

    for (const { secret, id, hash, state } of known) {
      expect(await find(secret), state).toEqual([]);
      expect(await find([hash]), state).toEqual(["code.code_hash"]);
      const allowed = ["code.id", "signature.id", "withdrawal.id", "departed.id"];
      for (const at of await find([id])) expect(allowed, state).toContain(at);
    }
    harness.clock.advance(hours(48));
    await harness.restart();
    // Main has not heard of anything yet, and nothing here remembers a code, not even of those on the list.
    for (const { code, id, hash, secret } of known) {
      expect(await find([...secret, hash])).toEqual([]);
      for (const at of await find([id])) expect(["withdrawal.id", "departed.id"]).toContain(at);
      expect(await stateShown(harness, code)).toBe("unknown");
    }
    // A handover waits for them all the same.
    const gone = await withoutRecord(harness.store, [idOfCode(leavers.accepted.code)]);
    expect(gone).toEqual({ withdrawn: [idOfCode(leavers.accepted.code)], lost: [] });
    // Nor does it file the name of somebody who left before the git host had the sheet.
    const before = harness.gitHost.filings.length;
    await harness.round();
    for (const { text } of harness.gitHost.filings.slice(before))
      for (const { secret } of known) expect(secret.some((one) => text.includes(one))).toBe(false);
  });

  it("is told so for 48 hours, and then that nothing is known, also after a restart, and whatever main says", async () => {
    harness = await openCampaign();
    const leavers = Object.values(await signInEveryState(harness, seed));
    for (const leaver of leavers) await leave(leaver);
    const goOn = async () => {
      await harness.round();
      for (const sheet of [...harness.gitHost.open.keys()]) harness.gitHost.accept(sheet);
      await harness.round();
    };
    await goOn();
    await harness.restart();
    harness.clock.advance(hours(48) - 1000);
    await harness.sweep();
    for (const leaver of leavers) {
      expect(await stateShown(harness, leaver.code)).toBe("withdrawn");
      expect(await byCode(leaver)).toBe(200);
    }
    await harness.restart();
    harness.clock.advance(hours(1));
    await harness.sweep();
    expect((await harness.gitHost.readMain()).settled.withdrawn.size).toBeGreaterThan(0);
    const never = "0".repeat(26);
    const words = async (code: string) => (await harness.post("/en/withdraw/", { code })).text();
    for (const { code } of leavers) {
      expect(await stateShown(harness, code)).toBe("unknown");
      expect(await words(code)).toBe(await words(never));
    }
    expect(await words(never)).toContain("nothing is left to withdraw");
    for (const table of ["code", "signature", "vault", "address", "submission"] as const)
      expect(await harness.store.query.selectFrom(table).selectAll().execute()).toEqual([]);
  });
});

it("files the others again when somebody left before the git host had their sheet, and goes on where it had it", async () => {
  harness = await openCampaign();
  const pairs = ["before", "after"] as const;
  for (const when of pairs) {
    Object.assign(harness.settings, { fileAtMost: 200 });
    const [leaver, stays] = [
      await signAs(harness, seed, `leaver-${when}`),
      await signAs(harness, seed, `stays-${when}`),
    ];
    harness.gitHost.failNext(when);
    await harness.round();
    expect(await byCode(leaver)).toBe(200);
    harness.clock.advance(hours(1));
    await harness.again();
    await harness.round();
    for (const sheet of [...harness.gitHost.open.keys()])
      if (harness.gitHost.parse(sheet).kind === "withdrawals") harness.gitHost.accept(sheet);
    for (const sheet of [...harness.gitHost.open.keys()]) harness.gitHost.accept(sheet);
    await harness.round();
    expect(harness.gitHost.record().rows.map(({ name }) => name)).toContain(stays.name);
    expect(harness.gitHost.record().rows.map(({ name }) => name)).not.toContain(leaver.name);
  }
});
