import { describe, expect, it } from "vitest";
import { printable } from "../../scripts/letter/bytes/printable.ts";
import { formatColumns } from "../../scripts/outside/terminal.ts";

describe("a table in the terminal", () => {
  it("keeps its columns in order around names of any direction and width", () => {
    const table = formatColumns(
      ["id", "name", "lang"],
      [
        ["a", { name: "علی‌رضا کسری" }, "fa"],
        ["b", { name: "Nguyễn Thị Hòa" }, "en"],
        ["c", { name: "王小明" }, "en"],
        ["d", { name: "" }, ""],
      ],
    );
    expect(table).toBe(
      "id  name            lang\n" +
        "a   \u2068علی‌رضا کسری\u2069     fa\n" +
        "b   \u2068Nguyễn Thị Hòa\u2069  en\n" +
        "c   \u2068王小明\u2069          en\n" +
        "d\n",
    );
  });

  it("lets nothing through that could steer the terminal", () => {
    expect(printable("\u001b[2J\u0007\u009b31m\r\n\u202e\u2066x\u2028\ud800")).toMatch(/^[^\p{C}\p{Zl}]+$/u);
    expect(formatColumns(["x"], [[{ name: "\u001b]0;owned\u0007" }], ["\u001b[31m"]])).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
    expect(printable("می‌خواهیم")).toBe("می‌خواهیم");
    expect(printable("ශ්\u200dරී")).toBe("ශ්\u200dරී");
  });
});
