import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packRepository } from "../../../scripts/outside/git/packing.ts";
import { moveRefs, readRef } from "../../../scripts/outside/git/ref.ts";
import { makeRepository, type Repository } from "../../support/campaigns/repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = makeRepository();
});
afterEach(() => repository.remove());

const packs = () => readdirSync(join(repository.path, "objects/pack")).filter((name) => name.endsWith(".pack"));
const always = { loose: 0, packs: 0 };
const loose = () => Number.parseInt(repository.git("count-objects"), 10);

/** So many settled sheets, as their refs and files are left; gives the object of one that no ref leads to. */
function settle(from: number, count: number): string {
  const sheets = Array.from({ length: count }, (_, i) => from + i);
  const stream = sheets.flatMap((sheet) =>
    ["proposals", "reviews"].map(
      (kind) =>
        `commit refs/${kind}/${sheet}\ncommitter x <x@x> 0 +0000\ndata 0\nM 100644 inline sheet.md\ndata <<END\n${kind} ${sheet}\nEND\n\n`,
    ),
  );
  execFileSync("git", ["--git-dir", repository.path, "-c", "fastimport.unpackLimit=9999", "fast-import", "--quiet"], {
    input: stream.join(""),
  });
  return execFileSync("git", ["--git-dir", repository.path, "hash-object", "-w", "--stdin"], {
    input: `row of a sheet whose branch is gone ${from}`,
  })
    .toString()
    .trim();
}

it("packs the objects and refs of settled sheets once there are many, and drops nothing", async () => {
  const lost = settle(0, 20);
  expect(await packRepository(repository.path)).toBe(false);
  const before = [loose(), repository.git("for-each-ref")];
  expect(before[0]).toBeGreaterThan(100);
  expect(await packRepository(repository.path, { loose: 100, packs: 50 })).toBe(true);
  expect([loose(), packs().length, readdirSync(join(repository.path, "refs/proposals"))]).toEqual([0, 1, []]);
  expect(repository.git("for-each-ref")).toBe(before[1]);
  expect(repository.git("cat-file", "-t", lost)).toBe("blob");
  repository.git("fsck", "--full", "--strict");
  // Refs move from where they are, packed or not.
  const ref = "refs/proposals/3";
  const at = await readRef(repository.path, ref);
  expect(await moveRefs(repository.path, [{ ref, from: at, to: undefined }])).toBe(true);
  expect(await readRef(repository.path, ref)).toBeUndefined();
});

it("refs that are packed can be deleted, and packed again, after a git that was killed while it wrote them", async () => {
  const { path } = repository;
  const leave = () => {
    for (const name of ["packed-refs.new", "packed-refs.lock"]) {
      writeFileSync(join(path, name), "");
      utimesSync(join(path, name), 1, 1);
    }
  };
  settle(0, 2);
  leave();
  expect(await packRepository(path, always)).toBe(true);
  leave();
  const ref = "refs/proposals/1";
  expect(await moveRefs(path, [{ ref, from: await readRef(path, ref), to: undefined }])).toBe(true);
  expect(await readRef(path, ref)).toBeUndefined();
});

it("writes a pack again only when as much has come since, so that there are few and none is large for nothing", async () => {
  settle(0, 60);
  await packRepository(repository.path, always);
  const [large] = packs();
  const counts: number[] = [];
  for (let times = 0; times < 4; times++) {
    settle(1000 + 5 * times, 5);
    await packRepository(repository.path, always);
    counts.push(packs().length);
  }
  expect(Math.max(...counts)).toBeLessThanOrEqual(4);
  expect(packs()).toContain(large);
});

it("takes away what a git that was killed left of a pack a day ago, and nothing that is being written", async () => {
  settle(0, 1);
  const [old, young] = ["tmp_pack_old", ".tmp-1-pack-young"].map((name) => join(repository.path, "objects/pack", name));
  for (const path of [old!, young!]) writeFileSync(path, "PACK");
  utimesSync(old!, 0, 0);
  await packRepository(repository.path, always);
  expect([existsSync(old!), existsSync(young!)]).toEqual([false, true]);
});
