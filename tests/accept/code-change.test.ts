import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCodeChange } from "../../scripts/accept/code-change.ts";
import { formatNotice, type Notice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { invent, sheetOf } from "../letter/invented.ts";
import { makeCampaign } from "../support/campaigns/local-campaign.ts";
import { makeRepository, type Repository } from "../support/campaigns/repository.ts";

const [publicBag, contactsBag] = [invent(0).row.opening, invent(1).row.opening];
const noticeOf = (tag: string): Notice => ({ kind: "handover", tag, publicBag, contactsBag });
const [there, added] = [noticeOf("handover/2026-12-01"), noticeOf("handover/2026-12-02")];

describe("a change of code that removes a row", () => {
  it("must name one that is on the list, because a notice cannot be taken back from main", async () => {
    const campaign = await makeCampaign();
    await campaign.pass(sheetOf(1, [invent(4, "name").row]));
    const { git, commit, path } = campaign.repository;
    const [{ index } = { index: -1 }] = (await campaign.host.readMain()).record.rows;
    const proposal = (number: number) => {
      const notice: Notice = { kind: "remove", index: number };
      git("branch", `remove-${number}`, "main");
      return checkCodeChange(
        path,
        commit(`remove-${number}`, "remove", { [noticePath(notice)]: formatNotice(notice) }),
      );
    };
    expect(await proposal(index)).toBe(1);
    await expect(proposal(index + 1)).rejects.toThrow(`the list has no row ${index + 1}: nothing is removed`);
    campaign.remove();
  });
});

describe("a change of code", () => {
  let repository: Repository;
  let count = 0;
  beforeAll(() => {
    repository = makeRepository();
    repository.commit("main", "begin", {
      "README.md": "a letter",
      "signatures/ledger/000.txt": "an entry",
      [noticePath(there)]: formatNotice(there),
    });
  });
  afterAll(() => repository.remove());

  /** Checks a branch off main with these files. */
  const check = (files: Record<string, string | undefined>) => {
    const branch = `change-${++count}`;
    repository.git("branch", branch, "main");
    return checkCodeChange(repository.path, repository.commit(branch, "change", files));
  };

  it("may change any file that is not of the record, and add a notice", async () => {
    expect(
      await check({ "README.md": "another", "content/en/letter.md": "text", "signatures/README.md": "text" }),
    ).toBe(3);
    expect(await check({ [noticePath(added)]: formatNotice(added) })).toBe(1);
  });

  it("is compared with where it left main, so that what main got since is not its own", async () => {
    repository.git("branch", "early", "main");
    repository.commit("main", "accept", { "signatures/ledger/000.txt": "an entry\nand another" });
    const head = repository.commit("early", "change", { "README.md": "better" });
    expect(await checkCodeChange(repository.path, head)).toBe(1);
  });

  it.each([
    "signatures/ledger/000.txt",
    "signatures/Pending/x.md",
    "signatures/accepted",
    "signatures/editions/1/en.md",
  ])("may not touch the record: %s", async (path) => {
    await expect(check({ "README.md": "a line", [path]: "text" })).rejects.toThrow("changes the record below");
  });

  it("may not change or remove a notice, nor add one that says something else than its name", async () => {
    const other = formatNotice({ ...there, contactsBag: publicBag } as Notice);
    await expect(check({ [noticePath(there)]: other })).rejects.toThrow("the pull request changes a notice");
    await expect(check({ [noticePath(there)]: undefined })).rejects.toThrow("the pull request changes a notice");
    await expect(check({ [noticePath(added)]: formatNotice(there) })).rejects.toThrow("the notice belongs in");
  });
});
