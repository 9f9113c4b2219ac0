import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "../../scripts/cli/command.ts";

const TYPED = process.argv;
const OPTIONS = {
  receipt: { type: "string" },
  refuse: { type: "string", multiple: true },
  yes: { type: "boolean" },
} as const;
const said = vi.spyOn(console, "error").mockImplementation(() => {});
afterEach(() => {
  process.argv = TYPED;
  process.exitCode = undefined;
  said.mockClear();
});

/** What a command gets that somebody has called so. */
async function parse(...args: string[]) {
  process.argv = [...TYPED.slice(0, 2), ...args];
  let got: unknown;
  await runCommand("usage: npm run try", OPTIONS, async ({ values, positionals }) => {
    got = { ...values, positionals };
  });
  return got;
}

describe("the value of an option", () => {
  const rest = randomBytes(32).toString("base64url");

  it.each(["-", "--", "-h", "_", "---", "=", ""])("may begin with “%s”, like a digest in base64url", async (start) => {
    const digest = `${start}${rest}`;
    for (const args of [["--receipt", digest], [`--receipt=${digest}`]])
      expect(await parse(...args, "--yes", "name")).toEqual({ receipt: digest, yes: true, positionals: ["name"] });
    expect(await parse("--refuse", digest, "--refuse", digest)).toEqual({ refuse: [digest, digest], positionals: [] });
  });

  it.each([
    ["--receipt"],
    ["--receipt", "--yes"],
    ["--receipt", "--refuse=1"],
    ["--receipt", "-h"],
    ["--receipt", "--"],
  ])("is missed: %s %s", async (...args) => {
    expect(await parse(...args)).toBeUndefined();
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/^error: Option '--receipt/));
  });
});

it.each([["--nonsense"], ["-x"], ["--yes", "-x"], ["--receipt", "-1", "-x"]])(
  "an option that there is not is refused: %s %s",
  async (...args) => {
    expect(await parse(...args)).toBeUndefined();
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/^error: Unknown option/));
  },
);

it("what comes after -- are names", async () => {
  expect(await parse("--yes", "--", "--receipt", "-x")).toEqual({ yes: true, positionals: ["--receipt", "-x"] });
});
