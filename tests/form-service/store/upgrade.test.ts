import { createCipheriv } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openMailedCodes } from "../../../scripts/form-service/signing/mailed-codes.ts";
import type { PageWords } from "../../../scripts/form-service/signing/own-page-codes.ts";
import { type Trying, tryCode } from "../../../scripts/form-service/signing/submissions.ts";
import { deleteOldSuppressions, isSuppressed } from "../../../scripts/form-service/signing/suppression.ts";
import { findByAddress, keyedAddress } from "../../../scripts/form-service/store/address.ts";
import { MIGRATIONS, type Store, type Tables } from "../../../scripts/form-service/store/schema.ts";
import { hashOf } from "../../../scripts/form-service/store/secret-hash.ts";
import { sha256 } from "../../../scripts/letter/bytes/hash.ts";
import { confirmKeyOf } from "../../../scripts/letter/signature/derivation.ts";
import { openDatabase } from "../../../scripts/outside/database/open.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { fixedClock, fixedRandomness, hours, people, rightClock, START } from "../../support/fixtures.ts";
import { newEmptyDatabase } from "../harness.ts";

// What a database holds from before every mailbox had one code: nobody who was half-way through is sent back.

/** The schema as it was then. */
const BEFORE = MIGRATIONS.slice(0, 4);
const random = fixedRandomness("upgrade");
const [code, day] = ["7Q4KX2M9", START.slice(0, 10)];
const pepper = random(32);

let folder: string;
let store: Store;
let url: string | undefined;
const open = (steps: typeof MIGRATIONS) =>
  openDatabase<Tables>(readSettings({ DATA_DIR: folder, DATABASE_URL: url }).database, steps);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-upgrade-"));
  url = await newEmptyDatabase();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A submission as it was sealed then: under the one code that its link had. */
function sealedBefore(s: Uint8Array): Buffer {
  const expires = new Date(Date.parse(START) + hours(48)).toISOString();
  const { name, email } = people.sara;
  const plain = Buffer.alloc(2048, " ");
  plain.write(
    JSON.stringify({
      shown: "name",
      name,
      place: "",
      email,
      lang: "en",
      consents: ["handover"],
      edition: "x",
      expires,
    }),
  );
  const nonce = random(12);
  const cipher = createCipheriv("aes-256-gcm", confirmKeyOf(s, code), nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

it("opens what waited with the code that was mailed for it, and answers for what was confirmed as for a wrong code", async () => {
  const [waits, spent] = [random(16), random(16)];
  store = await open(BEFORE);
  const row = { tries: 0, day };
  const rows = [
    { s_hash: hashOf(waits), sealed: sealedBefore(waits), code_hash: null, ...row },
    { s_hash: hashOf(spent), sealed: null, code_hash: Buffer.from(sha256(spent)).toString("hex"), ...row },
  ];
  await store.change((query) =>
    query
      .insertInto("submission")
      .values(rows as never)
      .execute(),
  );
  await store.close();

  store = await open(MIGRATIONS);
  const clock = fixedClock();
  const pageWords: PageWords = { has: () => false } as never;
  const mailedCodes = openMailedCodes(store, clock, random);
  const watch = rightClock;
  const trying: Trying = { store, clock, watch, pageWords, mailedCodes, codes: { find: () => undefined } };
  for (let tries = 0; tries < 4; tries++)
    expect(await tryCode(trying, waits, `0000000${tries}`, "confirm")).toBeUndefined();
  expect(await tryCode(trying, waits, code, "leave")).toBeUndefined();
  expect(await tryCode(trying, waits, code, "confirm")).toMatchObject({
    state: "waiting",
    waiting: { email: people.sara.email },
  });
  for (let tries = 0; tries < 6; tries++) expect(await tryCode(trying, spent, code, "confirm")).toBeUndefined();
  clock.advance(hours(48));
  expect(await tryCode(trying, waits, code, "confirm")).toBeUndefined();
});

it("goes on sending nothing to those who asked for that, for thirty days from now", async () => {
  const { email } = people.sara;
  const address = keyedAddress(pepper, email);
  store = await open(BEFORE);
  await store.change((query) =>
    query
      .insertInto("suppressed")
      .values({ hmac: address.hmac } as never)
      .execute(),
  );
  await store.close();

  store = await open(MIGRATIONS);
  const tidyOn = (today: string) => store.change((query) => deleteOldSuppressions(query, today));
  expect(await isSuppressed(store.query, address)).toBe(true);
  await tidyOn("2026-11-22");
  await tidyOn("2026-12-21");
  expect(await isSuppressed(store.query, address)).toBe(true);
  await tidyOn("2026-12-22");
  expect(await isSuppressed(store.query, address)).toBe(false);
});

it("finds a signature by its address, though the rules of the provider were not known when it was given", async () => {
  const address = keyedAddress(pepper, "Letter@sara.fastmail.com");
  store = await open(BEFORE);
  const widest = "0".repeat(64);
  await store.change((query) =>
    query.insertInto("address").values({ hmac: widest, typed: address.typed, id: "hers" }).execute(),
  );
  await store.close();

  store = await open(MIGRATIONS);
  expect(await findByAddress(store.query, address)).toBe("hers");
  expect(await findByAddress(store.query, keyedAddress(pepper, "sara@fastmail.com"))).toBeUndefined();
});
