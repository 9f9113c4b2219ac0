import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changelogPart, withPart } from "../../../scripts/outside/release/changelog.ts";
import { prepareRelease, writeRelease } from "../../../scripts/outside/release/release.ts";
import { root } from "../../support/source.ts";

describe("the changelog", () => {
  it("tells each reader what concerns them, and developers the rest", () => {
    const part = changelogPart("0.2.0", "2026-11-30", [
      "form-service, site: a half-space too many is no error",
      "purge: a purge remembers that it has begun",
      "tests: time waits",
      "no area at all",
      "tests: time waits",
    ]);
    expect(part).toBe(`## 0.2.0, 2026-11-30

### People who sign

- a half-space too many is no error

### Who receives the signatures

- a purge remembers that it has begun

### Developers

- time waits
- no area at all
`);
    expect(changelogPart("0.2.1", "2026-12-01", [])).toContain("Nothing.");
  });

  it("has the newest version first", () => {
    const first = withPart("", "## 0.1.0, 2026-11-01\n\nNothing.\n");
    const second = withPart(first, "## 0.2.0, 2026-11-30\n\nNothing.\n");
    expect(second).toBe("# What changed\n\n## 0.2.0, 2026-11-30\n\nNothing.\n\n## 0.1.0, 2026-11-01\n\nNothing.\n");
  });
});

describe("a release", () => {
  let folder: string;
  let project: string;
  const git = (...args: string[]) => {
    const who = ["-c", "user.name=Maintainer", "-c", "user.email=maintainer@example.org"];
    return execFileSync("git", [...who, ...args], { cwd: project, encoding: "utf8", stdio: "pipe" }).trim();
  };
  const versionIn = (file: string) => JSON.parse(readFileSync(join(project, file), "utf8")).version;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-release-"));
    project = join(folder, "project");
    mkdirSync(join(project, ".github"), { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(root, file), join(project, file));
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message=verify: works on all cores");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has its version in package.json, in the lock and in the changelog, and nothing else is changed", async () => {
    await prepareRelease(project, "0.2.0", "2026-11-30");
    expect([versionIn("package.json"), versionIn("package-lock.json")]).toEqual(["0.2.0", "0.2.0"]);
    expect(readFileSync(join(project, ".github/CHANGELOG.md"), "utf8")).toContain("- works on all cores");
    expect(git("diff", "--numstat").split("\n")).toEqual(["2\t2\tpackage-lock.json", "1\t1\tpackage.json"]);
    git("add", "--all");
    git("commit", "--quiet", "--message=release: 0.2.0");
    git("tag", "v0.2.0");
    git("commit", "--quiet", "--allow-empty", "--message=moderate: shows flags first");
    await prepareRelease(project, "0.10.0", "2026-12-30");
    const [, newest = ""] = readFileSync(join(project, ".github/CHANGELOG.md"), "utf8").split(/^## /m);
    expect(newest).toBe("0.10.0, 2026-12-30\n\n### Moderators\n\n- shows flags first\n\n");
  });

  it.each(["0.1.0", "0.0.9", "0.2", "v0.2.0", "0.2.0-beta", "later"])("refuses the version %s", async (version) => {
    await expect(prepareRelease(project, version, "2026-11-30")).rejects.toThrow("write a version later than 0.1.0");
    expect(git("status", "--porcelain")).toBe("");
  });

  it("refuses a checkout with changes of its own, and loses none", async () => {
    writeFileSync(join(project, "new.txt"), "mine");
    await expect(prepareRelease(project, "0.2.0", "2026-11-30")).rejects.toThrow("commit them first");
    expect(git("status", "--porcelain")).toBe("?? new.txt");
  });

  it("gives the same bytes again from the same tag, on another day and in another place", async () => {
    await prepareRelease(project, "0.2.0", "2026-11-30");
    git("add", "--all");
    git("commit", "--quiet", "--message=release: 0.2.0");
    git("tag", "v0.2.0");
    const files = await writeRelease(project, "v0.2.0", join(folder, "one"));
    git("clone", "--quiet", ".", join(folder, "elsewhere"));
    await writeRelease(join(folder, "elsewhere"), "v0.2.0", join(folder, "other"));
    for (const file of Object.values(files))
      expect(readFileSync(join(folder, "one", file)).equals(readFileSync(join(folder, "other", file))), file).toBe(
        true,
      );
    const listed = execFileSync("tar", ["-tf", join(folder, "one", files.archive)], { encoding: "utf8" });
    expect(listed).toContain("undersigned-0.2.0/package.json\n");
    const checked = execFileSync("sha256sum", ["--check", files.sums], { cwd: join(folder, "one"), encoding: "utf8" });
    expect(checked.match(/: OK$/gm)).toHaveLength(2);
    const sbom = JSON.parse(readFileSync(join(folder, "one", files.sbom), "utf8"));
    expect(sbom).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "undersigned" } } });
    const { dependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    const named = new Set(
      sbom.components.map(({ name, group }: { name: string; group?: string }) => (group ? `${group}/${name}` : name)),
    );
    for (const name of Object.keys(dependencies)) expect(named, name).toContain(name);
  });

  it("is refused for a tag that there is not, or of another version, or into a folder that there is", async () => {
    const out = join(folder, "out");
    await expect(writeRelease(project, "v0.2.0", out)).rejects.toThrow("there is no tag v0.2.0");
    git("tag", "v0.2.0");
    await expect(writeRelease(project, "v0.2.0", out)).rejects.toThrow("package.json at v0.2.0 has version 0.1.0");
    await expect(writeRelease(project, "0.1.0", out)).rejects.toThrow("name a tag of the form");
    git("tag", "v0.1.0");
    await expect(writeRelease(project, "v0.1.0", project)).rejects.toThrow("name a new folder");
    expect(existsSync(out)).toBe(false);
  });
});
