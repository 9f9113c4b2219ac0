import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTagged } from "../../scripts/handover/public-bag.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { invent, keys } from "../letter/invented.ts";
import {
  cloneDataFolder,
  type HandoverCampaign,
  makeHandoverCampaign,
  run,
  TAG,
} from "../support/campaigns/handover.ts";
import { root } from "../support/source.ts";

// The last one has name and place of another.
const people = [...Array.from({ length: 23 }, (_, i) => invent(i)), invent(88)];

describe("npm run handover", () => {
  let campaign: HandoverCampaign;
  let bag: string;
  let first: { file: string; sha256: string; digest: string; commit: string };
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(people, people.slice(0, 2));
    for (const text of ["I agree.\n", "I agree: {recipient}.\n"])
      campaign.repository.commit("main", "a consent", { "content/en/consent-handover.md": text });
    const out = join(campaign.folder, "out");
    const ended = await run("handover", ["--tag", TAG, "--out", out, "--json"], { DATA_DIR: campaign.dataDir });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    first = JSON.parse(ended.stdout);
    execFileSync("tar", ["-xf", first.file, "-C", out], { stdio: "pipe" });
    bag = join(out, "handover-2026-12-01");
  });
  afterAll(() => campaign.remove());

  it("makes the tag on main when it is missing, and names what it wrote", () => {
    expect(first.commit).toBe(campaign.repository.git("rev-parse", "refs/heads/main"));
    expect(campaign.repository.git("rev-parse", `refs/tags/${TAG}`)).toBe(first.commit);
    const sha256 = createHash("sha256").update(readFileSync(first.file)).digest();
    expect(first).toMatchObject({ sha256: sha256.toString("hex"), digest: sha256.toString("base64url") });
  });

  it("writes a bag that sha512sum alone can check", () => {
    for (const manifest of ["manifest-sha512.txt", "tagmanifest-sha512.txt"])
      execFileSync("sha512sum", ["--strict", "--quiet", "-c", manifest], { cwd: bag, stdio: "pipe" });
  });

  it("keeps the rules of BagIt 1.0", () => {
    expect(brokenRules(bag)).toEqual([]);
    writeFileSync(join(bag, "data/stray.txt"), "");
    expect(brokenRules(bag)).toContain("data/stray.txt is in no payload manifest");
    execFileSync("rm", [join(bag, "data/stray.txt")]);
  });

  it("holds what the site publishes for programs, so that what checks the site checks the bag", async () => {
    const ended = await run("verify", [join(bag, "data"), "--vkey", keys.ledger], {});
    expect(ended.stdout.trim().split("\n").at(-1)).toMatch(
      /^ok: 24 accepted, 2 withdrawn, 22 listed, tree size \d+, root /,
    );
  });

  it("is checked against its manifests by what checks the site, unpacked or not", async () => {
    const copy = join(campaign.folder, "copy");
    cpSync(bag, copy, { recursive: true });
    const pdf = readFileSync(join(copy, "data/letter-en.pdf"));
    const said = async () => (await run("verify", [copy], {})).stdout;
    writeFileSync(join(copy, "data/letter-en.pdf"), Buffer.concat([pdf, Buffer.from("\n")]));
    expect(await said()).toContain("failed: data/letter-en.pdf was changed");
    writeFileSync(join(copy, "data/letter-en.pdf"), pdf);
    expect(await said()).toMatch(/^ok: /m);
    symlinkSync("letter-en.pdf", join(copy, "data/letter.pdf"));
    expect(await said()).toContain("failed: data/letter.pdf is not in manifest-sha512.txt");
    rmSync(join(copy, "data/letter.pdf"));
    rmSync(join(copy, "README-fa.md"));
    expect(await said()).toContain("failed: README-fa.md is missing");
  });

  it("holds letter, list and totals to be read, and says how to check them", () => {
    const read = (path: string) => readFileSync(join(bag, path), "utf8");
    for (const lang of ["fa", "en"]) {
      for (const name of ["letter", "poster"]) expect(read(`data/${name}-${lang}.pdf`)).toMatch(/^%PDF-1\.7/);
      expect(read(`data/letter-${lang}.md`)).toContain("title:");
      expect(read(`data/verify-${lang}.html`)).toContain(`data-vkey="${keys.ledger}"`);
      expect(read(`README-${lang}.md`)).toContain(keys.ledger);
      expect(read(`README-${lang}.md`)).not.toMatch(/\{\w+\}/);
      expect(read(`README-${lang}.md`)).toMatch(lang === "fa" ? /شمار امضاها: ۲۲\. / : /Signatures: 22\. /);
    }
    const rows = JSON.parse(read("data/signatures.json"));
    expect(rows).toHaveLength(22);
    expect(read("data/signatures.csv").trim().split("\r\n")).toHaveLength(23);
    const twice = people.filter(
      ({ row }) => row.name === people.at(-1)!.row.name && row.shown === "name" && row.place === "",
    );
    expect(read("data/duplicates.csv").trim().split("\r\n")).toHaveLength(1 + twice.length);
    expect(twice.length).toBeGreaterThan(1);
  });

  it("holds every wording that people agreed to, under the manifest like all else", async () => {
    const read = (path: string) => readFileSync(join(bag, "data/consents", path), "utf8");
    expect(read("en/consent-handover-1.md")).toBe("I agree.\n");
    expect(read("en/consent-handover-2.md")).toBe("I agree: Amnesty International.\n");
    for (const lang of ["fa", "en"]) expect(read(`index-${lang}.md`)).toContain("`en/consent-handover-2.md`");
    const changed = join(campaign.folder, "changed");
    cpSync(bag, changed, { recursive: true });
    writeFileSync(join(changed, "data/consents/en/consent-handover-1.md"), "I agree to everything.\n");
    const { stdout } = await run("verify", [changed], {});
    expect(stdout).toContain("failed: data/consents/en/consent-handover-1.md was changed");
  });

  it("tells nothing that is not public", () => {
    const everything = readFileSync(first.file, "latin1");
    const hidden = people.filter(({ row }) => row.shown === "hidden" || row.shown === "counted");
    for (const { contact } of people) expect(everything).not.toContain(contact.email);
    for (const { contact } of hidden) expect(everything).not.toContain(contact.opening);
    for (const { contact, row } of people.slice(0, 2)) {
      expect(everything).not.toContain(row.opening);
      expect(everything).not.toContain(contact.opening);
    }
  });

  it("gives the same bytes from the same tag: two clones, two time zones, two locales", async () => {
    const places = [
      [cloneDataFolder(campaign, "tehran"), { TZ: "Asia/Tehran", LC_ALL: "fa_IR.UTF-8", LANG: "fa_IR.UTF-8" }],
      [cloneDataFolder(campaign, "st-johns"), { TZ: "America/St_Johns", LC_ALL: "C", LANG: "de_DE.UTF-8" }],
    ] as const;
    const copies = places.map(async ([dataDir, environment]) => {
      const out = join(dataDir, "out");
      const ended = await run("handover", ["--tag", TAG, "--out", out, "--json"], {
        DATA_DIR: dataDir,
        ...environment,
      });
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      return readFileSync(join(out, "handover-2026-12-01.tar"));
    });
    for (const copy of await Promise.all(copies)) expect(copy.equals(readFileSync(first.file))).toBe(true);
  });

  it("works in a clone from which the campaign is published, with the keys that campaign.yaml names", async () => {
    const clone = join(campaign.folder, "clone");
    campaign.repository.git("clone", "--quiet", campaign.repository.path, clone);
    const texts = ["en", "fa"].flatMap((lang) => ["handover", "opened"].map((name) => `content/${lang}/${name}.md`));
    for (const path of ["content/print", "content/assets", ...texts])
      cpSync(join(root, path), join(clone, path), { recursive: true });
    writeFileSync(join(clone, "content/en/request.md"), "We ask the Secretary-General to act.\n");
    writeFileSync(join(clone, "content/fa/request.md"), "از دبیرکل می‌خواهیم دست به کار شود.\n");
    const place = { DATA_DIR: join(clone, ".data") };
    const args = ["--tag", TAG, "--out", join(clone, "out")];
    const unnamed = await run("handover", args, place, clone);
    expect(unnamed).toMatchObject({ code: 1, stderr: expect.stringContaining("names no ledger_vkey") });
    const yaml = readFileSync(join(clone, "content/campaign.yaml"), "utf8");
    const named = `${yaml}\nledger_vkey: ${keys.ledger}\nattestation_key: ${keys.attestation}\n`;
    campaign.repository.commit("main", "name the keys", { "content/campaign.yaml": named });
    campaign.repository.git("tag", "handover/2026-12-02", "main");
    execFileSync("git", ["pull", "--quiet", "--tags"], { cwd: clone });
    const ended = await run("handover", ["--tag", "handover/2026-12-02", "--out", join(clone, "out")], place, clone);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const action = { BAG_DIR: join(clone, "bag"), GITHUB_REF: "refs/tags/handover/2026-12-02" };
    expect(await run("../actions/handover", [], action, clone)).toMatchObject({ code: 0 });
    const [byHand, byWorkflow] = ["out", "bag"].map((part) =>
      readFileSync(join(clone, part, "handover-2026-12-02.tar")),
    );
    expect(byHand!.equals(byWorkflow!)).toBe(true);
  });

  it("refuses a tag that does not lie on main, and one that is no handover", async () => {
    const stray = campaign.repository.commit("stray", "beside main", { "content/x.md": "x" });
    campaign.repository.git("tag", "handover/2026-12-03", stray);
    // A reviewed sheet is merged as a second parent: it is in main's history, and was never main.
    campaign.repository.git("tag", "handover/2026-12-04", "main~4^2");
    const read = (tag: string) => readTagged(campaign.repository.path, parseHandover(tag));
    await expect(read("handover/2026-12-03")).rejects.toThrow("does not lie on main");
    await expect(read("handover/2026-12-04")).rejects.toThrow("does not lie on main");
    await expect(read("handover/2026-12-05")).rejects.toThrow("there is no tag");
    for (const tag of ["handover/2026-02-30", "main", "handover/../../x", "handover/2026-12-01 ", undefined])
      expect(() => parseHandover(tag)).toThrow("name the tag of the handover");
    expect(await readTagged(campaign.repository.path, parseHandover(TAG))).toMatchObject({ commit: first.commit });
  });

  it("says in one line what is wrong with how it was called", async () => {
    const out = join(campaign.folder, "none");
    const ended = await run("handover", ["--tag", "handover/2026-12-03", "--out", out], { DATA_DIR: campaign.dataDir });
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error: [^\n]+ main[^\n]+\n$/) });
    expect(existsSync(out)).toBe(false);
  });
});

/** The rules of RFC 8493 that a bag with SHA-512 can break, checked without any code of the project. */
function brokenRules(bag: string): string[] {
  const problems: string[] = [];
  const files = readdirSync(bag, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(bag, join(entry.parentPath, entry.name)));
  const text = (path: string) => readFileSync(join(bag, path), "utf8");
  if (text("bagit.txt") !== "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") problems.push("bagit.txt");
  const manifest = (path: string) =>
    new Map(
      text(path)
        .trimEnd()
        .split("\n")
        .map((line) => [line.slice(130), line.slice(0, 128)] as const),
    );
  const [payload, tags] = [manifest("manifest-sha512.txt"), manifest("tagmanifest-sha512.txt")];
  for (const path of files) {
    const kind = path.startsWith("data/") ? payload : tags;
    if (path === "tagmanifest-sha512.txt") continue;
    if (!kind.has(path)) problems.push(`${path} is in no ${kind === payload ? "payload" : "tag"} manifest`);
  }
  for (const [path, digest] of [...payload, ...tags]) {
    const found =
      files.includes(path) &&
      createHash("sha512")
        .update(readFileSync(join(bag, path)))
        .digest("hex");
    if (found !== digest) problems.push(`${path} is not what its manifest says`);
  }
  for (const path of payload.keys()) if (!path.startsWith("data/")) problems.push(`${path} is no payload`);
  const data = files.filter((path) => path.startsWith("data/"));
  const bytes = data.reduce((total, path) => total + readFileSync(join(bag, path)).length, 0);
  if (!text("bag-info.txt").includes(`Payload-Oxum: ${bytes}.${data.length}\n`)) problems.push("Payload-Oxum");
  return problems;
}
