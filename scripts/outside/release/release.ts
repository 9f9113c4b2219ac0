import { hash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { LetterError } from "../../letter/bytes/error.ts";
import { runGit } from "../git/run.ts";
import { startProgram } from "../programs/program.ts";
import { changelogPart, withPart } from "./changelog.ts";

const CHANGELOG = ".github/CHANGELOG.md";
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/**
 * Writes a new version into `package.json` and its lock, and what changed since the last release into the changelog.
 *
 * @param day today, UTC, `YYYY-MM-DD`
 * @throws LetterError `release` when the version is not a later one, or the checkout has changes of its own
 */
export async function prepareRelease(project: string, version: string, day: string): Promise<void> {
  const before = readVersion(readFileSync(join(project, "package.json"), "utf8"));
  if (!isLater(version, before))
    throw new LetterError("release", `write a version later than ${before}, such as ${next(before)}`);
  const changes = await git(project, ["--work-tree", project, "status", "--porcelain"]);
  if (changes !== "") throw new LetterError("release", "the checkout has changes of its own: commit them first");
  const last = await lastRelease(project);
  const log = await git(project, ["log", "--no-merges", "--format=%s", last === undefined ? "HEAD" : `${last}..HEAD`]);
  const path = join(project, CHANGELOG);
  const changelog = existsSync(path) ? readFileSync(path, "utf8") : "";
  for (const [file, times] of [
    ["package.json", 1],
    ["package-lock.json", 2],
  ] as const) {
    let left: number = times;
    const own = new RegExp(`"version": "${before.replaceAll(".", "\\.")}"`, "g");
    const changed = readFileSync(join(project, file), "utf8").replace(own, (same) =>
      left-- > 0 ? `"version": "${version}"` : same,
    );
    if (left > 0) throw new LetterError("release", `${file} does not have version ${before}: run npm install`);
    writeFileSync(join(project, file), changed);
  }
  const subjects = log.split("\n").filter((line) => line !== "");
  writeFileSync(path, withPart(changelog, changelogPart(version, day, subjects)));
}

/** The files of a release, by name. */
export type ReleaseFiles = { readonly archive: string; readonly sbom: string; readonly sums: string };

/**
 * Writes the files of a tagged release into a new folder: the archive of its sources, what it depends on (CycloneDX), and
 * the digests of both. The same tag gives the same bytes on any machine with the same git and npm.
 *
 * @throws LetterError `release` when there is no such tag, its `package.json` has another version, or the folder exists
 */
export async function writeRelease(project: string, tag: string, out: string): Promise<ReleaseFiles> {
  const version = tag.replace(/^v/, "");
  if (!tag.startsWith("v") || !VERSION.test(version)) throw new LetterError("release", "name a tag of the form v0.2.0");
  if (existsSync(out)) throw new LetterError("release", `${out} exists: name a new folder`);
  const commit = await git(project, ["rev-parse", "--verify", "--quiet", `refs/tags/${tag}^{commit}`], [0, 1]);
  if (commit === "") throw new LetterError("release", `there is no tag ${tag}: git tag --sign ${tag}`);
  const tagged = readVersion(await git(project, ["show", `${commit}:package.json`]));
  if (tagged !== version)
    throw new LetterError(
      "release",
      `package.json at ${tag} has version ${tagged}: npm run release -- ${version} first`,
    );
  const name = `undersigned-${version}`;
  const { stdout: archive } = await runGit(join(project, ".git"), [
    ...["archive", "--format=tar", `--prefix=${name}/`, commit],
  ]);
  const time = await git(project, ["show", "--no-patch", "--format=%cI", commit]);
  const sbom = await sbomOf(project, commit, { time, archive });
  const files = { archive: `${name}.tar`, sbom: `${name}.cdx.json`, sums: "SHA256SUMS" };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, files.archive), archive);
  writeFileSync(join(out, files.sbom), sbom);
  const sums = [files.archive, files.sbom].map(
    (file) => `${hash("sha256", readFileSync(join(out, file)), "hex")}  ${file}\n`,
  );
  writeFileSync(join(out, files.sums), sums.join(""));
  return files;
}

/** What npm says of the lock by itself, with the two things in it that come from the moment and from chance made constant. */
async function sbomOf(
  project: string,
  commit: string,
  { time, archive }: { time: string; archive: Uint8Array },
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-sbom-"));
  try {
    for (const file of ["package.json", "package-lock.json"])
      writeFileSync(join(folder, file), await git(project, ["show", `${commit}:${file}`]));
    const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--prefix", folder];
    const npm = startProgram("npm", args, { PATH: process.env.PATH, HOME: folder });
    npm.stdin.end();
    const ended = new Promise<number | null>((resolve, reject) => npm.on("error", reject).on("close", resolve));
    const [said, errors, code] = await Promise.all([text(npm.stdout), text(npm.stderr), ended]);
    if (code !== 0) throw new LetterError("release", `npm sbom failed: ${errors.trim().split("\n").at(-1)}`);
    const bom = JSON.parse(said);
    const digits = hash("sha256", archive, "hex");
    const uuid = digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
    Object.assign(bom, { serialNumber: `urn:uuid:${uuid}` });
    Object.assign(bom.metadata, { timestamp: new Date(time).toISOString() });
    // Otherwise it is named after the folder.
    Object.assign(bom.metadata.component, { name: "undersigned" });
    return `${JSON.stringify(bom, undefined, 2)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lastRelease(project: string): Promise<string | undefined> {
  const args = ["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD"];
  return (await git(project, args, [0, 128])) || undefined;
}

async function git(project: string, args: readonly string[], codes: readonly number[] = [0]): Promise<string> {
  return (await runGit(join(project, ".git"), args, { codes })).stdout.toString("utf8").trimEnd();
}

function readVersion(packageJson: string): string {
  return String((JSON.parse(packageJson) as { version?: unknown }).version);
}

function isLater(version: string, than: string): boolean {
  const [a, b] = [version, than].map((one) => VERSION.exec(one)?.slice(1).map(Number));
  if (!a || !b) return false;
  const at = a.findIndex((number, place) => number !== b[place]);
  return at !== -1 && a[at]! > b[at]!;
}

function next(version: string): string {
  const [major, minor, patch] = version.split(".");
  return `${major}.${minor}.${Number(patch) + 1}`;
}
