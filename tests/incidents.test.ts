import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./support/source.ts";

// Nobody looks for a command that is not there in the first hour of an incident.

const read = (path: string) => readFileSync(join(root, path), "utf8");
const text = read(".github/incidents.md");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
const sections = text.split(/^## /m).slice(1);
const commands = [...text.matchAll(/\bnpm run ([\w:-]+)((?: [^`|\n]*)?)/g)].map(([, name = "", rest = ""]) => ({
  name,
  options: [...rest.matchAll(/(?<= )--[\w-]+/g)].map(([option]) => option),
}));

describe("what to do when something goes wrong", () => {
  it("names only commands and options that there are", () => {
    expect(commands.length).toBeGreaterThan(20);
    const missing = commands.flatMap(({ name, options }) => {
      const program = scripts[name]?.split(" ").find((word) => word.endsWith(".ts"));
      if (program === undefined) return [name];
      const help = /^usage: [\s\S]*?`;$/m.exec(read(program))?.[0] ?? "";
      return options.filter((option) => !help.includes(option)).map((option) => `${name} ${option}`);
    });
    expect(missing).toEqual([]);
  });

  it("says of each incident what is seen, the first hour, who decides, the words for the public and how it ends", () => {
    const links = [...text.matchAll(/^\| .* \| \[(.+)\]\(#.+\) \|$/gm)].map(([, title]) => title);
    expect(links).toHaveLength(9);
    for (const title of links) {
      const section = sections.find((one) => one.startsWith(`${title}\n`)) ?? "";
      for (const part of ["Seen.", "First hour.", "Who decides.", "Words.", "Ends"])
        expect(section, `${title}: ${part}`).toContain(`**${part}**`);
      expect(section.includes("> EN:"), title).toBe(section.includes("> FA:"));
    }
  });

  it("leads only to places that there are", () => {
    const places = sections.map((one) =>
      one
        .split("\n")[0]!
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    const led = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, place]) => place);
    expect(led.filter((place) => !places.includes(place!))).toEqual([]);
  });

  it("has Persian words in Persian letters, digits and signs", () => {
    const persian = text.match(/^> FA: [\s\S]*?(?=\n(?:\n|> *$))/gm) ?? [];
    expect(persian.length).toBeGreaterThan(5);
    for (const words of persian) {
      expect(words).not.toMatch(/[يك\u0660-\u0669\u200e\u200f]|\d|[,;?]/);
      // A prefix of the verb is joined by a zero-width non-joiner, never by a blank.
      expect(words).not.toMatch(/(?<=^|\s)ن?می\s/);
    }
  });
});
