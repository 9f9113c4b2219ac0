import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSheets } from "../../../scripts/form-service/filing/sheet-check.ts";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { stateShown } from "../harness.ts";
import { signAs, withdrawAll } from "../leavers.ts";
import { openOnThisMachine } from "../real-host.ts";
import { describeLostSheets, endsWell, file, later, signOne, useHost } from "./lost-sheets.ts";

describeLostSheets(openOnThisMachine);

describe("a sheet on this machine", () => {
  const host = useHost(openOnThisMachine);

  it("whose blob was lost is filed again", async () => {
    const on = host();
    const { signed, sheet } = await file();
    const id = on.repository.git("rev-parse", `pending/${sheet}:${sheetPath(sheet)}`);
    rmSync(join(on.repository.path, "objects", id.slice(0, 2), id.slice(2)));
    later();
    await on.restart();
    await on.round();
    expect(on.harness.sheets().stuck).toEqual([
      { sheet, reason: expect.stringContaining("does not hold what was filed") },
    ]);
    // The branch stays, for a person to look at.
    later();
    await on.round();
    await on.deleteBranch(sheet);
    await endsWell(signed, sheet);
  });

  it("whose reviews cannot be read is named until a person takes it away", async () => {
    const on = host();
    const { signed, sheet } = await file();
    on.repository.commit("x", "review\n", { "act.json": "{" });
    on.repository.git("update-ref", `refs/reviews/${sheet}`, "x");
    on.repository.git("update-ref", "-d", "refs/heads/x");
    await on.restart();
    expect(on.harness.sheets().stuck).toEqual([
      { sheet, reason: expect.stringContaining(`moderate -- refile ${sheet} `) },
    ]);
    const { settings } = on.harness;
    expect(await checkSheets(settings)).toEqual([{ what: "the open sheets", mend: expect.stringContaining(sheet) }]);
    await on.deleteBranch(sheet);
    await endsWell(signed, sheet);
    expect(await checkSheets(settings)).toEqual([{ what: "every open sheet can be decided" }]);
  });
});

describe("a sheet whose text was deleted because somebody left before it was filed", () => {
  const host = useHost(openOnThisMachine);

  it("does not go on with what another hand has put on its branch", async () => {
    const on = host();
    const { file: fileNow } = on.host;
    Object.assign(on.host, { file: () => Promise.reject(new Error("the git host is away")) });
    const signed = await signOne();
    const leaver = await signAs(on.harness, "leaver", "b");
    await on.round();
    const [old] = await on.harness.store.query.selectFrom("sheet").select(["sheet", "message"]).execute();
    await withdrawAll(on.harness, [leaver]);
    const branch = `pending/${old!.sheet}`;
    on.repository.git("update-ref", `refs/heads/${branch}`, "main");
    on.repository.commit(branch, old!.message, { [sheetPath(old!.sheet)]: "what a stranger wrote\n" });
    Object.assign(on.host, { file: fileNow });
    await on.round();
    on.repository.git("update-ref", "-d", `refs/heads/${branch}`);
    await on.round();
    await on.accept();
    later();
    await on.round();
    expect(await stateShown(on.harness, signed.code)).toBe("accepted");
    expect(await on.listed()).toBe(1);
  });
});

describe("rows that the database has lost for good", () => {
  const host = useHost(openOnThisMachine);

  it("are told, and are no fault that would hide a later one", async () => {
    const on = host();
    await file();
    const { store, settings } = on.harness;
    await store.change(async (query) => {
      await query.deleteFrom("signature").execute();
      await query.deleteFrom("sheet").execute();
    });
    expect(await checkSheets(settings)).toEqual([
      { what: "every open sheet can be decided" },
      { what: "signatures without a row", soon: expect.stringMatching(/ show 1 signatures .* restore it /) },
    ]);
  });
});

describe("a row that counts as filed and is on no sheet that is known", () => {
  const host = useHost(openOnThisMachine);

  it("goes back to the queue, and a withdrawal too", async () => {
    const on = host();
    const { sheet } = await file();
    const { store } = on.harness;
    await store.change(async (query) => {
      await query.updateTable("signature").set({ sheet: null }).execute();
      await query.deleteFrom("sheet").execute();
      const lost = { id: "0".repeat(26), attestation: "x", sheet: "1".repeat(26) };
      await query.insertInto("withdrawal").values(lost).execute();
    });
    await on.deleteBranch(sheet);
    later();
    await on.look();
    expect(await store.query.selectFrom("signature").select(["state", "sheet"]).execute()).toEqual([
      { state: "confirmed", sheet: null },
    ]);
    expect(await store.query.selectFrom("withdrawal").select("sheet").execute()).toEqual([{ sheet: null }]);
  });
});
