import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refileSheet } from "../../../scripts/accept/local-review.ts";
import { readReviewDesk } from "../../../scripts/accept/open-sheets.ts";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { invent, sheetOf } from "../../letter/invented.ts";
import { makeCampaign, outcomeOf, type TestCampaign } from "../../support/campaigns/local-campaign.ts";

// A disk loses or damages any object and any ref. That is the end of one sheet, and never of the start or the others.
let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

const [hurt, other] = [sheetOf(1, [invent(1).row]), sheetOf(2, [invent(2).row])];
const branch = `refs/heads/pending/${hurt.sheet}`;
const reviews = `refs/reviews/${hurt.sheet}`;
const git = (...args: string[]) => campaign.repository.git(...args);
const objectFile = (id: string) => join(campaign.repository.path, "objects", id.slice(0, 2), id.slice(2));

function lose(id: string): void {
  expect(existsSync(objectFile(id))).toBe(true);
  rmSync(objectFile(id));
}
function spoil(id: string, content = ""): void {
  rmSync(objectFile(id));
  writeFileSync(objectFile(id), content);
}
const blob = () => git("rev-parse", `${branch}:${sheetPath(hurt.sheet)}`);
const act = () => git("rev-parse", `${reviews}:act.json`);

/** What may happen to the branch, and to what was said about the sheet. */
const BRANCH: Record<string, () => void> = {
  "its blob is lost": () => lose(blob()),
  "its blob is empty": () => spoil(blob()),
  "its blob is garbage": () => spoil(blob(), "garbage"),
  "its tree is lost": () => lose(git("rev-parse", `${branch}^{tree}`)),
  "a folder of it is lost": () => lose(git("rev-parse", `${branch}:signatures/pending`)),
  "its commit is lost": () => lose(git("rev-parse", branch)),
  "its commit is empty": () => spoil(git("rev-parse", branch)),
};
const REVIEWS: Record<string, () => void> = {
  "an act is lost": () => lose(act()),
  "an act is empty": () => spoil(act()),
  "a commit of the chain is lost": () => lose(git("rev-parse", reviews)),
  "an earlier commit of the chain is lost": () => lose(git("rev-parse", `${reviews}^`)),
  "an act is not JSON": () => {
    campaign.repository.commit("x", "review\n", { "act.json": "{" });
    git("update-ref", reviews, "refs/heads/x");
  },
  "an act is something else": () => {
    campaign.repository.commit("x", "review\n", { "act.json": "{}\n" });
    git("update-ref", reviews, "refs/heads/x");
  },
  "the ref is empty": () => writeFileSync(join(campaign.repository.path, reviews), ""),
};

async function fileBoth(): Promise<void> {
  for (const sheet of [hurt, other]) {
    await campaign.file(sheet);
    await campaign.review(sheet.sheet, { state: "commented", body: "thanks" });
    await campaign.review(sheet.sheet, { state: "approved" });
  }
}

export const KINDS: readonly string[] = [...Object.keys(BRANCH), ...Object.keys(REVIEWS)];

export function describeDamage(kinds: readonly string[]): void {
  describe.each(kinds)("a sheet of which %s", (what) => {
    it("is invalid, is listed with the way out, and stops no other", async () => {
      await fileBoth();
      (BRANCH[what] ?? REVIEWS[what])!();
      const host = await campaign.reopen();
      const desk = await readReviewDesk({ host, acceptor: { ...campaign.acceptor, host } });
      const listed = desk.sheets.find(({ open }) => open.sheet === hurt.sheet);
      expect(listed?.judgement).toMatchObject({
        state: "invalid",
        reason: expect.stringMatching(/lost or damaged|cannot be read/),
      });
      expect([...(await host.pendingBranches()).keys()].sort()).toEqual([hurt.sheet, other.sheet].sort());
      const expected = what in BRANCH ? [other.sheet] : [hurt.sheet, other.sheet].sort();
      expect([...(await host.pendingSheets()).keys()].sort()).toEqual(expected);
      expect([...(await host.undecidable()).keys()]).toEqual(what in BRANCH ? [] : [hurt.sheet]);
      await host.refs();

      await expect(refileSheet({ host }, desk, other.sheet)).rejects.toThrow("can be decided");
      const report = await campaign.accept();
      expect(outcomeOf(report, hurt.sheet)).toMatchObject({ state: "invalid" });
      expect(outcomeOf(report, other.sheet)).toMatchObject({ state: "accepted", accepted: 1 });
      expect(report.main.record.rows).toHaveLength(1);
      expect(await refileSheet({ host }, desk, hurt.sheet.slice(0, 8))).toContainEqual(
        expect.stringContaining("filed again"),
      );
      expect([...(await host.pendingBranches()).keys()]).toEqual([]);
    });
  });
}

/** What is concluded from a repository that cannot be read at all. */
export function describeTrouble(): void {
  it("a git that fails for everything says nothing about a sheet", async () => {
    await fileBoth();
    // The tree of main is lost too: then nothing is concluded.
    lose(blob());
    const head = git("rev-parse", "main^{tree}");
    lose(head);
    await expect(campaign.host.pendingSheets()).rejects.toMatchObject({ code: "git" });
  });
}
