import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgeSheet, reasonOf } from "../../scripts/accept/judgement.ts";
import { readPendingSheet } from "../../scripts/accept/pending-sheet.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { messageFor } from "../letter/invented.ts";
import { judging } from "../letter/plain.ts";
import { makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { root } from "../support/source.ts";

// A case is two files: NAME.md, the sheet as it is pushed, and NAME.verdict, what is said about it once it is approved.
const folder = join(root, "tests/vectors/sheets");
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".md"))
  .map(
    (name) => [name.slice(0, -3), readFileSync(join(folder, `${name.slice(0, -3)}.verdict`), "utf8").trim()] as const,
  );

// What stands in the files was made once, for a sheet of this id, and attested by the key of the worked values.
const sheet = "vr5ws4qta7668a8w5e3fef32cg";
const service = signingKey(Uint8Array.from({ length: 32 }, (_, i) => i));

let campaign: TestCampaign;
beforeAll(async () => {
  campaign = await makeCampaign();
});
afterAll(() => campaign.remove());

describe("a sheet that anybody may have written", () => {
  it.each(cases)("%s: %s", async (name, verdict) => {
    const prototype = Object.getOwnPropertyNames(Object.prototype);
    campaign.repository.git("update-ref", `refs/heads/pending/${sheet}`, "main");
    const content = readFileSync(join(folder, `${name}.md`));
    // As if the form service had filed it: what is on the sheet must not be believed for that.
    const message = messageFor(sheet, content.toString("utf8"), false, service);
    const commit = campaign.repository.commit(`pending/${sheet}`, message, { [sheetPath(sheet)]: content });
    const main = await campaign.host.readMain();
    const moderators = { approvals: 1, ids: new Set([1]) };
    const rules = { moderators, attestationKey: service.publicKey, today: main.day };
    const open = { sheet, commit, acts: [{ by: 1, state: "approved" as const, commit, body: "" }] };

    const said = await readPendingSheet(campaign.repository.path, main, open, service.publicKey).then(
      (read) => {
        if (!read) return "unattested";
        const judged = judgeSheet(judging(main), rules, open, read);
        return "reason" in judged ? `invalid: ${judged.reason}` : judged.state;
      },
      (cause) => `invalid: ${reasonOf(cause)}`,
    );
    expect(said).toBe(verdict);
    // Nothing ran, nothing was polluted, and the reason does not repeat what the sheet says.
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
    expect((globalThis as Record<string, unknown>).sheetRanCode).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(said).not.toMatch(/[^\x20-\x7e]|script|Zahra|Kiani|owned/);
  });
});
