import { describe, expect, it } from "vitest";
import { openBoundedMap } from "../../../scripts/form-service/store/bounded-map.ts";

/** A map of four, and what had to give way. */
function open() {
  const dropped: string[] = [];
  const map = openBoundedMap<number>(4, (key) => void dropped.push(key));
  const set = (...keys: string[]) => {
    for (const key of keys) map.set(key, 1, key[0]!);
  };
  return { map, dropped, set };
}

describe("a bounded memory that is full", () => {
  it("forgets of whoever holds most of it", () => {
    const { map, dropped, set } = open();
    set("a1", "b1", "b2", "b3", "b4", "b5");
    expect(dropped).toEqual(["b1", "b2"]);
    expect([...map.keys()].sort()).toEqual(["a1", "b3", "b4", "b5"]);
  });

  it("forgets the oldest where all hold equally much", () => {
    const { dropped, set } = open();
    set("a1", "b1", "c1", "d1", "e1", "f1");
    expect(dropped).toEqual(["a1", "b1"]);
  });

  it("counts what is touched again as new", () => {
    const { map, dropped, set } = open();
    set("a1", "b1", "c1", "d1", "a1", "e1");
    expect(dropped).toEqual(["b1"]);
    expect(map.oldest()).toEqual(["c1", 1]);
    const other = open();
    other.set("x1", "x2", "x3", "x1", "y1", "y2");
    expect(other.dropped).toEqual(["x2"]);
  });

  it("forgets what is kept last, and counts it for nobody", () => {
    const { map, dropped, set } = open();
    set("a1", "a2");
    map.keep("a1");
    map.keep("a2");
    set("b1", "c1", "d1");
    expect(dropped).toEqual(["b1"]);
    for (const key of ["c1", "d1"]) map.keep(key);
    set("e1");
    expect(dropped).toEqual(["b1", "e1"]);
    map.delete("a1");
    set("a1", "e1");
    expect(map.get("a2")).toBe(1);
    expect(map.size).toBe(4);
  });

  it("is as quick with many owners, and with one key that is touched again and again", () => {
    const map = openBoundedMap<number>(20_000);
    for (let i = 0; i < 60_000; i++) {
      map.set(`key ${i}`, i, `owner ${i}`);
      map.set("shared", i, "shared");
    }
    expect(map.size).toBe(20_000);
    expect(map.get("shared")).toBe(59_999);
  });
});
