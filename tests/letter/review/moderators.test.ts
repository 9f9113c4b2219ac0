import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MODERATORS_PATH, parseModerators } from "../../../scripts/letter/review/moderators.ts";
import { root } from "../../support/source.ts";

describe("the list of moderators", () => {
  it("has numeric ids and the number of approvals", () => {
    const { approvals, ids } = parseModerators("approvals: 2\nmoderators:\n  - 1234567 # somebody\n  - 7\n");
    expect(approvals).toBe(2);
    expect([...ids]).toEqual([1234567, 7]);
  });

  it("asks for two approvals where nobody has changed it", () => {
    expect(parseModerators(readFileSync(join(root, MODERATORS_PATH), "utf8"))).toEqual({
      approvals: 2,
      ids: new Set(),
    });
  });

  it.each([
    ["approvals: 0\nmoderators: []\n", "approvals"],
    ["approvals: 1e3\nmoderators: []\n", "approvals"],
    ["approvals: 2\nmoderators:\n  - octocat\n", "moderators"],
    ["approvals: 2\nmoderators:\n  - 1\n  - 1\n", "twice"],
    ["approvals: 2\nmoderators:\n  - 0\n", "moderators"],
    ["approvals: 2\n", "moderators"],
    ["approvals: 2\nmoderators: []\nadmins: []\n", "admins"],
    ["", "not a map"],
    ["approvals: &a 2\nmoderators: []\n", "anchors"],
  ])("refuses %j", (text, reason) => {
    expect(() => parseModerators(text)).toThrow(reason);
    expect(() => parseModerators(text)).toThrow(/^\.github\/moderators\.yml: /);
  });
});
