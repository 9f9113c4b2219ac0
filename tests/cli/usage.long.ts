import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
/** Our own programs; the others are tools with a help of their own. */
const commands = Object.keys(scripts).filter((name) => scripts[name]!.startsWith("node "));
const typed = (command: string) => (command === "start" ? "npm start" : `npm run ${command}`);

let folder: string;
beforeEach(() => {
  folder = makeDataDir();
});
afterEach(() => removeDataDir(folder));

describe.each(commands)("the command %s", (command) => {
  const run = (...args: string[]) => runCommand(command, args, { DATA_DIR: join(folder, "data"), PORT: "0" });
  const usage = `usage: ${typed(command)}`;

  it("stands in README.md, and tells with --help how it is called and what it does", async () => {
    expect(read("README.md")).toMatch(new RegExp(`^\\| .*\`${typed(command)}( -- [^\`]+)?\`.* \\| `, "m"));
    const { stdout, stderr, code } = await run("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")[0]).toMatch(new RegExp(`^${usage}( |$)`));
    expect(stdout.split("\n\n").length).toBeGreaterThan(1);
  });

  it("answers an option that there is not in one line that says how it is called, and does nothing", async () => {
    const { stdout, stderr, code } = await run("--nonsense");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^error: Unknown option '--nonsense'; ${usage}[^\\n]*\\n$`));
    expect(existsSync(join(folder, "data"))).toBe(false);
  });
});

it.each([
  "start",
  "edition",
  "keys",
  "doctor",
  "allow-mail",
  "fonts",
  "handover",
  "handover:contacts",
  "handover:left",
  "purge",
])("%s, which takes no names, refuses one and does nothing", async (command) => {
  const ended = await runCommand(command, ["stray", ...tagOf(command)], {
    DATA_DIR: join(folder, "data"),
    PORT: "0",
  });
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(new RegExp(`^error: [^\\n]+; usage: ${typed(command)}[^\\n]*\\n$`));
  expect(existsSync(join(folder, "data"))).toBe(false);
});

/** What the commands of a handover ask for besides. */
function tagOf(command: string): string[] {
  const tag = ["--tag", "handover/2026-12-01"];
  if (command === "purge") return tag;
  return command.startsWith("handover") ? [...tag, "--out", join(folder, "out")] : [];
}
