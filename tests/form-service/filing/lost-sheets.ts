import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { NOTHING_FOUND } from "../../../scripts/form-service/filing/stuck-sheets.ts";
import { parseSheet, sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { minutes } from "../../support/fixtures.ts";
import { stateShown } from "../harness.ts";
import { idOfCode, type Leaver, signAs } from "../leavers.ts";
import type { OnRealHost } from "../real-host.ts";

// Whatever becomes of a sheet: what was on it is decided on it or on another one, and an operator is told meanwhile.
const seed = `stuck ${inject("seed")}`;

/** A form service on a real git host, for each test a new one. */
export function useHost<T extends OnRealHost>(start: (seed: string) => Promise<T>): () => T {
  let opened: T;
  beforeEach(async () => {
    opened = await start(seed);
    on = opened;
  });
  afterEach(() => opened.close());
  return () => opened;
}

let on: OnRealHost;

/** The only sheet that is open. */
export const open = async () => {
  const [only, ...more] = on.open();
  expect(more).toEqual([]);
  return only!;
};
const rowsOn = (sheet: string) => {
  const text = on.repository.read(`pending/${sheet}`, sheetPath(sheet)).toString();
  return parseSheet(text).rows.map(({ id }) => id);
};
/** Longer than a git host may answer with an old list of its branches. */
export const later = () => on.harness.clock.advance(minutes(11));

export const signOne = () => signAs(on.harness, seed, "a");

/** Signs and files. */
export async function file(): Promise<{ signed: Leaver; sheet: string }> {
  const signed = await signOne();
  await on.round();
  return { signed, sheet: await open() };
}

/** Goes on until the rows of a sheet are on another one, and is accepted there; once. */
export async function endsWell(signed: Leaver, old: string): Promise<void> {
  await on.round();
  later();
  await on.round();
  const sheet = await open();
  expect(sheet).not.toBe(old);
  expect(rowsOn(sheet)).toEqual([idOfCode(signed.code)]);
  await on.accept();
  later();
  await on.round();
  expect(await stateShown(on.harness, signed.code)).toBe("accepted");
  expect(await on.listed()).toBe(1);
  expect(on.open()).toEqual([]);
  expect(on.harness.sheets()).toEqual(NOTHING_FOUND);
}

/** What ends well on every git host alike. */
export function describeLostSheets(start: (seed: string) => Promise<OnRealHost>): void {
  describe("a sheet", () => {
    useHost(start);

    it("whose branch was deleted is filed again under another id, and only once it is surely gone", async () => {
      const { signed, sheet } = await file();
      const { pendingBranches } = on.host;
      // An old list of branches, and at the same time a restart, which forgets what was seen.
      Object.assign(on.host, { pendingBranches: async () => new Map() });
      await on.restart();
      await on.round();
      Object.assign(on.host, { pendingBranches });
      later();
      await on.round();
      expect(await open()).toBe(sheet);

      await on.deleteBranch(sheet);
      await on.restart();
      expect(on.harness.sheets().stuck).toEqual([{ sheet, reason: expect.stringContaining("its branch is gone") }]);
      expect(on.harness.logged()).toContain("a sheet is stuck");
      await endsWell(signed, sheet);
    });

    it("that was to be filed on a main whose history was erased gets another base", async () => {
      const { file: fileNow } = on.host;
      Object.assign(on.host, { file: () => Promise.reject(new Error("the git host is away")) });
      const signed = await signOne();
      await on.round();
      expect(on.open()).toEqual([]);
      const { git } = on.repository;
      git("update-ref", "refs/heads/main", git("commit-tree", "main^{tree}", "-m", "the history was erased"));
      Object.assign(on.host, { file: fileNow });
      const [old] = await on.harness.store.query.selectFrom("sheet").select("sheet").execute();
      await on.restart();
      await endsWell(signed, old!.sheet);
    });

    it("of withdrawals whose branch was deleted is filed again too", async () => {
      const { signed } = await file();
      await on.accept();
      later();
      await on.round();
      await on.harness.post("/en/withdraw/", { code: signed.code });
      await on.round();
      const sheet = await open();
      await on.deleteBranch(sheet);
      later();
      await on.round();
      later();
      await on.round();
      expect(await open()).not.toBe(sheet);
      await on.accept();
      expect(await on.listed()).toBe(0);
    });
  });
}
