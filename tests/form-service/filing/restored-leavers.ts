import { rmSync } from "node:fs";
import { afterEach, describe, expect, inject, it } from "vitest";
import { leftListBeside, leftListIn } from "../../../scripts/outside/backup-list.ts";
import { type Harness, stateShown } from "../harness.ts";
import {
  acceptAll,
  backUp,
  decide,
  idOfCode,
  type Leaver,
  liveOn,
  loseAndRestore,
  openCampaign,
  shownIn,
  signAs,
  signInEveryState,
  withdrawAll,
} from "../leavers.ts";

/** What tells the restored service who has left, and when the backup was made: in their last state, or long before. */
export type RestoredCase = readonly [
  source: "beside the backup" | "in an old DATA_DIR" | "on main",
  made: "late" | "early",
];

/** Lets people leave in every state after a backup, loses the database, and looks whether anybody comes back. */
export function tellRestored(cases: readonly RestoredCase[]): void {
  describe.each(cases)("a restored backup, where who left is told %s, made %s", (source, made) => {
    let harness: Harness;
    afterEach(() => harness.close());

    it("brings nobody back who left, in any state", async () => {
      const seed = String(inject("seed"));
      harness = await openCampaign();
      const stays = await signAs(harness, seed, "stays");
      let path: string;
      let people: Leaver[];
      if (made === "late") {
        people = Object.values(await signInEveryState(harness, seed));
        path = await backUp(harness, "medium");
      } else {
        const [accepted, refused, filed] = [
          await signAs(harness, seed, "a"),
          await signAs(harness, seed, "r"),
          await signAs(harness, seed, "f"),
        ];
        people = [accepted, refused, filed];
        path = await backUp(harness, "medium");
        await harness.round();
        decide(harness, { accepted, refused });
        await harness.round();
      }
      await withdrawAll(harness, people);
      if (source === "on main") {
        await harness.round();
        acceptAll(harness);
      }
      if (source !== "beside the backup") rmSync(leftListBeside(path));
      if (source === "on main") rmSync(leftListIn(harness.dataDir));
      const before = harness.gitHost.filings.length;
      await loseAndRestore(harness, path, [harness.dataDir]);

      for (const { code } of people) expect(await stateShown(harness, code)).toBe("unknown");
      const ids = people.map(({ code }) => idOfCode(code));
      const { query } = harness.store;
      for (const table of ["vault", "address"] as const)
        expect(await query.selectFrom(table).select("id").where("id", "in", ids).execute()).toEqual([]);
      await liveOn(harness);
      expect(shownIn(harness)).toEqual([stays.name]);
      const filed = harness.gitHost.filings.slice(before).map(({ text }) => text);
      for (const { name } of people) expect(filed.join("")).not.toContain(name);
      for (const { code } of people) expect(await stateShown(harness, code)).toBe("unknown");
      expect(await stateShown(harness, stays.code)).toBe("accepted");
    });
  });
}
