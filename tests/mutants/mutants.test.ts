import { describe, expect, it } from "vitest";
import { mutate, mutationsOf } from "./mutations.ts";

describe("the mutants of a source", () => {
  it("are small changes of what runs, and of nothing else", () => {
    const text = [
      'import { a } from "./a.ts";',
      "type T = 1 | true;",
      "export const f = (x: number, s: string): T | undefined => {",
      "  if (x < 2 && s !== '') a(x);",
      "  // true < 1",
      '  return x + 1 > 0 ? true : s + "text" === "" ? true : undefined;',
      "};",
    ].join("\n");
    const made = mutationsOf({ path: "scripts/letter/f.ts", text }).map(({ line, from, to }) => [line, from, to]);
    expect(made).toEqual([
      [4, "x < 2 && s !== ''", "!(x < 2 && s !== '')"],
      [4, "&&", "||"],
      [4, "<", "<="],
      [4, "2", "(2 + 1)"],
      [4, "!==", "==="],
      [4, "a(x);", ";"],
      [6, "x + 1 > 0", "!(x + 1 > 0)"],
      [6, ">", ">="],
      [6, "+", "-"],
      [6, "1", "(1 + 1)"],
      [6, "0", "(0 + 1)"],
      [6, "true", "false"],
      [6, 's + "text" === ""', '!(s + "text" === "")'],
      [6, "===", "!=="],
      [6, "true", "false"],
    ]);
  });

  it("differ from the source in one place", () => {
    const text = "if (x < 2) f();";
    const mutants = mutationsOf({ path: "scripts/letter/f.ts", text }).map((one) => mutate(text, one));
    expect(mutants).toEqual(["if (!(x < 2)) f();", "if (x <= 2) f();", "if (x < (2 + 1)) f();", "if (x < 2) ;"]);
  });
});
