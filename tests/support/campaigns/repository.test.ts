import { afterEach, beforeEach, expect, it } from "vitest";
import { makeRepository, type Repository } from "./repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = makeRepository();
});
afterEach(() => repository.remove());

it("writes, changes and deletes files in commits, and reads them back", () => {
  const first = repository.commit("main", "first\n\nSheet: a", { "a/b.md": "ب\n", "c.md": "c" });
  const second = repository.commit("main", "second", { "a/b.md": undefined, "d.md": new Uint8Array([0, 255]) });
  expect(repository.list("main")).toEqual(["c.md", "d.md"]);
  expect(repository.read(first, "a/b.md").toString()).toBe("ب\n");
  expect([...repository.read("main", "d.md")]).toEqual([0, 255]);
  expect(repository.log("main")).toMatchObject([
    { id: second, parents: [first], message: "second" },
    { id: first, parents: [], message: "first\n\nSheet: a" },
  ]);
  expect(repository.branches()).toEqual(["main"]);
});

it("makes the same commits every time", () => {
  const other = makeRepository();
  const id = repository.commit("main", "first", { "a.md": "a" });
  expect(other.commit("main", "first", { "a.md": "a" })).toBe(id);
  other.remove();
});
