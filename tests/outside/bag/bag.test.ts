import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { TAR_BLOCK } from "../../../scripts/letter/handover/tar.ts";
import type { Bag } from "../../../scripts/outside/bag/found-bag.ts";
import { openBag } from "../../../scripts/outside/bag/reader.ts";
import { writeBag } from "../../../scripts/outside/bag/writer.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { unnoticedBagFlips } from "./flipped-bag.ts";

const content = (size: number) => Buffer.from(fixedRandomness(`file ${size}`)(size));
// Nothing, one block exactly, one byte more, a long path that needs the prefix of the header.
const files: [string, Uint8Array][] = [
  ["empty", content(0)],
  ["one/block", content(TAR_BLOCK)],
  ["one/more", content(TAR_BLOCK + 1)],
  [`${"long/".repeat(30)}path`, content(40)],
];
const bag = (payload = files) => ({
  name: "bag-2026-12-01",
  day: "2026-12-01",
  payload,
  tagFiles: new Map([["README-en.md", "Read me.\n"]]),
  info: new Map([["Contact-Email", "letter@example.org"]]),
});

describe("a bag", () => {
  let folder: string;
  let file: string;
  let bytes: Buffer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-bag-"));
    file = join(folder, "out", "bag.tar");
    await writeBag(file, bag());
    bytes = readFileSync(file);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const opened = async <T>(tar: Uint8Array, look: (bag: Bag) => T | Promise<T>): Promise<T> => {
    const path = join(folder, "changed.tar");
    writeFileSync(path, tar);
    const found = await openBag(path);
    try {
      return await look(found);
    } finally {
      await found.close();
    }
  };

  it("comes back as it was written", async () => {
    await opened(bytes, async (found) => {
      expect(found).toMatchObject({ name: "bag-2026-12-01", problems: [] });
      expect(found.paths).toEqual(files.map(([path]) => path));
      for (const [path, expected] of files)
        expect(Buffer.from((await found.read(path))!)).toEqual(Buffer.from(expected));
      expect(await found.read("README-en.md")).toBeUndefined();
      expect(found.info.get("Contact-Email")).toBe("letter@example.org");
      expect(found.info.get("Payload-Oxum")).toBe(`${TAR_BLOCK * 2 + 41}.4`);
    });
  });

  it("unpacks with any tar, whole and dated to the day", () => {
    const to = join(folder, "unpacked");
    mkdirSync(to);
    execFileSync("tar", ["-xf", file, "-C", to], { stdio: "pipe" });
    for (const [path, expected] of files)
      expect(readFileSync(join(to, "bag-2026-12-01/data", path))).toEqual(Buffer.from(expected));
    const listing = execFileSync("tar", ["--utc", "-tvf", file], { stdio: ["ignore", "pipe", "ignore"] }).toString(
      "utf8",
    );
    expect(listing.match(/^-rw-r--r-- 0\/0 +\d+ 2026-12-01 00:00 /gm)).toHaveLength(files.length + 5);
  });

  it("has every flipped bit found, and the place named", async () => {
    expect(await unnoticedBagFlips(file, 300, fixedRandomness(`flipped bits ${inject("seed")}`))).toEqual([]);
  });

  it("names a file that is missing, that stands there twice, or in no manifest", async () => {
    const blocks = (from: number, to: number) => bytes.subarray(from, to);
    const start = bytes.indexOf("bag-2026-12-01/data/one/more");
    const end = start + 3 * TAR_BLOCK;
    const without = Buffer.concat([blocks(0, start), blocks(end, bytes.length)]);
    const missing = await opened(without, ({ problems }) => problems);
    expect(missing).toContainEqual({ path: "data/one/more", reason: "is missing, but manifest-sha512.txt names it" });
    expect(missing).toContainEqual({ path: "bag-info.txt", reason: expect.stringContaining("number or size") });
    const twice = Buffer.concat([blocks(0, end), blocks(start, bytes.length)]);
    await expect(opened(twice, () => {})).rejects.toThrow("data/one/more is in it twice");
    const other = join(folder, "other.tar");
    await writeBag(other, bag([...files, ["stray", content(9)]]));
    const more = readFileSync(other);
    const stray = more.indexOf("bag-2026-12-01/data/stray");
    const added = Buffer.concat([
      blocks(0, end),
      more.subarray(stray, stray + 2 * TAR_BLOCK),
      blocks(end, bytes.length),
    ]);
    expect(await opened(added, ({ problems }) => problems)).toContainEqual({
      path: "data/stray",
      reason: "is not in manifest-sha512.txt",
    });
  });

  it.each([0, 100, TAR_BLOCK, 5 * TAR_BLOCK + 7])("refuses a file that ends %i bytes early or late", async (count) => {
    if (count > 0)
      await expect(opened(bytes.subarray(0, bytes.length - count), () => {})).rejects.toThrow(/byte \d+|missing/);
    await expect(opened(Buffer.concat([bytes, Buffer.alloc(count + 1)]), () => {})).rejects.toThrow(/byte \d+/);
  });

  const asOurs = [
    "--format=ustar",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "--mode=0644",
    "--mtime=2026-12-01 00:00Z",
  ];
  const packers: [which: string, program: string, args: string[]][] = [
    ["GNU tar, pax", "tar", ["--format=pax", "-cf"]],
    ["GNU tar, ustar", "tar", ["--format=ustar", "-cf"]],
    ["GNU tar, its own format", "tar", ["--format=gnu", "-cf"]],
    ["GNU tar, each file with the header that we write", "tar", [...asOurs, "-cf"]],
    ["tarfile of Python", "python3", ["-m", "tarfile", "-c"]],
    ["bsdtar", "bsdtar", ["-cf"]],
  ];
  for (const [which, program, args] of packers) {
    const isMissing = spawnSync(program, ["--version"]).error !== undefined;
    it.skipIf(isMissing)(`is refused in true words when it was packed again: by ${which}`, async () => {
      const [from, again] = [join(folder, "unpacked-again"), join(folder, "again.tar")];
      mkdirSync(from, { recursive: true });
      rmSync(again, { force: true });
      execFileSync("tar", ["-xf", file, "-C", from], { stdio: "pipe" });
      const names = execFileSync("tar", ["-tf", file], { encoding: "utf8" }).trim().split("\n");
      const packed = args.includes("--mode=0644") ? names : ["bag-2026-12-01"];
      execFileSync(program, [...args, again, ...packed], { cwd: from, stdio: "pipe" });
      const found = readFileSync(again);
      await expect(opened(found, () => {})).rejects.toMatchObject({ code: "repacked" });
      // What is damaged is still called damaged: here the size in the first header.
      found[130]! ^= 1;
      await expect(opened(found, () => {})).rejects.toMatchObject({ code: "bag" });
    });
  }

  it("is there whole or not at all", async () => {
    const half = join(folder, "half.tar");
    const payload = (function* (): Generator<[string, Uint8Array]> {
      yield files[1]!;
      throw new Error("the disk is full");
    })();
    await expect(writeBag(half, { ...bag(), payload })).rejects.toThrow("the disk is full");
    expect(() => readFileSync(half)).toThrow();
    expect(() => readFileSync(`${half}.part`)).toThrow();
  });

  it("holds no path that a tar cannot", async () => {
    const write = (path: string) => writeBag(join(folder, "x.tar"), bag([[path, content(1)]]));
    await expect(write("نامه")).rejects.toThrow("cannot hold");
    await expect(write("x".repeat(101))).rejects.toThrow("too long");
    await expect(write(`${"y/".repeat(130)}x`)).rejects.toThrow("too long");
  });
});
