import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordServedTexts } from "../../scripts/accept/served-content.ts";
import { eraseRepository } from "../../scripts/handover/erased-repository.ts";
import { wordingFiles } from "../../scripts/handover/wording-files.ts";
import { wordingPath } from "../../scripts/letter/handover/wordings.ts";
import { writeCommit } from "../../scripts/outside/git/commit.ts";
import { readFirstFilesIn } from "../../scripts/outside/git/letter-files.ts";
import { readBlobs } from "../../scripts/outside/git/object.ts";
import { MAIN, moveRefs } from "../../scripts/outside/git/ref.ts";
import { readWordingsAt } from "../../scripts/outside/git/wordings-at.ts";
import { invent, sheetOf, texts } from "../letter/invented.ts";
import { makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { root } from "../support/source.ts";

const handover = wordingPath("en", "consent-handover");

describe("the wordings in the public bag", () => {
  let campaign: TestCampaign;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-wordings-"));
    campaign = await makeCampaign();
    const change = (day: string, files: Record<string, string | undefined>) =>
      changeMain(campaign, day, new Map(Object.entries(files)));
    await change("2026-11-25", { [handover]: "I agree: {recipient}.\n", [wordingPath("ar", "notice")]: "ملاحظة\n" });
    const rows = [1, 2, 3].map((number) => invent(number).row);
    await campaign.pass(sheetOf(1, rows), `refuse ${rows[0]!.id} fake-name`);
    await change("2026-11-28", { [handover]: "I agree that {recipient} gets it.\n" });
    await change("2026-12-02", { [wordingPath("ar", "notice")]: undefined });
  });
  afterAll(() => {
    campaign.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const bytesOf = async (repository: string) => {
    const head = execFileSync("git", ["--git-dir", repository, "rev-parse", "main"], { encoding: "utf8" }).trim();
    return new Map(wordingFiles(await readWordingsAt(repository, head), ["fa", "en"]));
  };

  it("are one file each, with the days on which they were live", async () => {
    const files = await bytesOf(campaign.repository.path);
    expect(files.get("consents/en/consent-handover-1.md")).toBe("I agree: Amnesty International.\n");
    expect(files.get("consents/en/consent-handover-2.md")).toBe("I agree that Amnesty International gets it.\n");
    expect(files.get("consents/ar/notice-1.md")).toBe("ملاحظة\n");
    for (const [lang, still] of Object.entries({ en: "the handover", fa: "تحویل" })) {
      const index = String(files.get(`consents/index-${lang}.md`));
      expect(index).toContain("| 2026-11-25 | 2026-11-28 | `en/consent-handover-1.md` |");
      expect(index).toContain(`| 2026-11-28 | ${still} | \`en/consent-handover-2.md\` |`);
      expect(index).toContain("| 2026-11-25 | 2026-12-02 | `ar/notice-1.md` |");
      expect(index).toContain("> I agree: Amnesty International.");
      expect(index).not.toMatch(/\{\w+\}|undefined/);
    }
    expect(files.get("consents/index.csv")).toContain('"en/consent-handover-1","consent-handover","en","2026-11-25"');
    const listed = [...files.keys()].filter((path) => !path.includes("/index"));
    for (const path of listed) expect(String(files.get("consents/index.csv"))).toContain(`"${path.slice(9)}"`);
  });

  it("say where main had no such text although people could sign", async () => {
    const late = String((await bytesOf(campaign.repository.path)).get("consents/index-en.md"));
    expect(late).toContain("Before 2026-11-25 the main branch had no such file.");
    expect(late).not.toContain("begins after the first signatures");
  });

  it("are the same bytes in a clone, and in a repository that was written again without the rows of those who left", async () => {
    const here = await bytesOf(campaign.repository.path);
    const clone = join(folder, "clone.git");
    execFileSync("git", ["clone", "--quiet", "--bare", campaign.repository.path, clone]);
    expect(await bytesOf(clone)).toEqual(here);
    const erased = join(folder, "erased.git");
    expect((await eraseRepository(campaign.repository.path, erased)).erased).toBeGreaterThan(0);
    expect(await bytesOf(erased)).toEqual(here);
  });

  it("come from main as it was merged, not from the days of a branch", async () => {
    const branch = await makeCampaign();
    const head = await branch.host.head();
    const [repository, message] = [branch.repository.path, "a notice\n"];
    const path = wordingPath("en", "notice");
    const own = { parents: [head], files: new Map([[path, "A draft.\n"]]), message };
    const draft = await writeCommit(repository, { ...own, committer: "organisers", day: "2026-11-26" });
    const final = { parents: [draft], files: new Map([[path, "A notice.\n"]]), message };
    const last = await writeCommit(repository, { ...final, committer: "organisers", day: "2026-11-27" });
    const merge = { parents: [head, last], files: new Map([[path, "A notice.\n"]]), message };
    const merged = await writeCommit(repository, { ...merge, committer: "organisers", day: "2026-11-30" });
    const { wordings } = await readWordingsAt(repository, merged);
    expect(wordings.filter(({ kind }) => kind === "notice")).toEqual([
      { lang: "en", kind: "notice", number: 1, text: "A notice.\n", spans: [{ from: "2026-11-30" }] },
    ]);
    branch.remove();
  });

  it("are not made from a clone that lacks a part of the history, since they would be others", async () => {
    const shallow = join(folder, "shallow.git");
    const from = `file://${campaign.repository.path}`;
    execFileSync("git", ["clone", "--quiet", "--bare", "--depth=1", from, shallow], { stdio: "pipe" });
    await expect(bytesOf(shallow)).rejects.toThrow("git fetch --unshallow");
    const partial = join(folder, "partial.git");
    campaign.repository.git("config", "uploadpack.allowFilter", "true");
    execFileSync("git", ["clone", "--quiet", "--bare", "--filter=blob:none", from, partial], { stdio: "pipe" });
    await expect(bytesOf(partial)).rejects.toThrow();
  });

  it("say so where the history begins after the first signatures", async () => {
    const fresh = join(folder, "fresh.git");
    const { repository } = campaign;
    const paths = repository.list("main");
    const blobs = await readBlobs(
      repository.path,
      paths.map((path) => `main:${path}`),
    );
    execFileSync("git", ["init", "--quiet", "--bare", fresh]);
    const files = new Map(paths.map((path, i) => [path, blobs[i]]));
    const commit = { parents: [], files, message: "fresh\n", committer: "organisers", day: "2026-12-05" } as const;
    const moved = [{ ref: MAIN, from: undefined, to: await writeCommit(fresh, commit) }];
    await moveRefs(fresh, moved);
    const made = await bytesOf(fresh);
    expect(made.get("consents/index-en.md")).toContain("begins after the first signatures");
    expect(made.get("consents/index-fa.md")).toContain("پس از نخستین امضاها");
    expect(made.get("consents/en/consent-handover-1.md")).toBe("I agree that Amnesty International gets it.\n");
  });
});

describe("main of a campaign on one machine", () => {
  it("begins with every text that people agree to or are told", async () => {
    const paths = [...(await readFirstFilesIn(root)).keys()];
    for (const lang of ["fa", "en"])
      for (const kind of ["consent-handover", "consent-public", "notice", "safety", "privacy"] as const)
        expect(paths).toContain(wordingPath(lang, kind));
  });

  it("gets the changed ones at the next start, and no changed letter", async () => {
    const campaign = await makeCampaign();
    const { folder, host, repository } = campaign;
    const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
    const start = (letters: ReadonlyMap<string, string>) =>
      recordServedTexts(host, { letterTexts: letters as never }, { folder, day: "2026-11-29" });
    write(handover, "I agree.\n");
    await start(texts);
    expect(repository.read("main", handover).toString()).toBe("I agree.\n");
    const head = await host.head();
    await start(texts);
    expect(await host.head()).toBe(head);
    const letter = readFileSync(join(folder, "content/en/letter.md"), "utf8").replace("Free them", "Free all of them");
    write("content/en/letter.md", letter);
    write(handover, "I agree again.\n");
    await start(new Map([...texts, ["en", letter]]));
    expect(await host.head()).toBe(head);
    campaign.remove();
  });
});

async function changeMain(
  { host, repository }: TestCampaign,
  day: string,
  files: ReadonlyMap<string, string | undefined>,
): Promise<void> {
  const head = await host.head();
  const commit = { parents: [head], files, message: "change a text\n", committer: "organisers", day } as const;
  await moveRefs(repository.path, [{ ref: MAIN, from: head, to: await writeCommit(repository.path, commit) }]);
}
