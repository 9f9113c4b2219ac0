import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./support/source.ts";

const FOLDER = ".github/data-protection";
const read = (path: string) => readFileSync(join(root, path), "utf8");
/** What a lawyer must read; what is made from the code may lie beside them. */
const papers = ["breach-plan.md", "record-of-processing.md", "requests.md", "risks-and-measures.md", "undertakings.md"];
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

describe("the papers for the lawyer", () => {
  it.each(papers)(
    "%s is found from README.md and organising.md, and says first that a lawyer must read it",
    (paper) => {
      expect(read("README.md")).toContain(`](${FOLDER}/${paper})`);
      expect(read(".github/organising.md")).toContain(`](data-protection/${paper})`);
      const [title, blank, first = ""] = read(`${FOLDER}/${paper}`).split("\n");
      expect([title?.startsWith("# "), blank]).toEqual([true, ""]);
      const opening = read(`${FOLDER}/${paper}`).slice(title!.length).split("\n\n")[1]!.replaceAll("\n", " ");
      expect(first).toMatch(/^\*\*(A draft|Drafts)/);
      expect(opening).toMatch(/lawyer.*must read|must read.*lawyer|lawyer.*has to read/);
    },
  );

  it.each(papers)("%s leaves in brackets what only the group knows, and no name of anybody", (paper) => {
    const text = read(`${FOLDER}/${paper}`);
    expect(text).toMatch(/\[[a-zA-Z ,;:0-9-]+\](?!\()/);
    expect(text).not.toMatch(/[\w.+-]+@[\w-]+\.[a-z]{2,}/);
  });

  it.each(papers)("%s names only commands, alerts and files that there are", (paper) => {
    const text = read(`${FOLDER}/${paper}`);
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
    const alerts = [...text.matchAll(/`(Erasure\w+)`/g)].map(([, name]) => name);
    const known = read(".github/operations/alerts.yml");
    expect(alerts.filter((name) => !known.includes(`alert: ${name}\n`))).toEqual([]);
    const links = [...text.matchAll(/\]\(([\w.-]+\.md)\)/g)].map(([, name = ""]) => name);
    expect(links.filter((name) => !existsSync(join(root, FOLDER, name)))).toEqual([]);
  });

  it("have a way of answering each right of a person", () => {
    const text = read(`${FOLDER}/requests.md`);
    for (const command of ["access", "remove", "erase"]) expect(text).toContain(`npm run ${command} `);
    for (const article of ["13", "15", "16", "17", "18", "20", "21", "22", "77"])
      expect(text, `Article ${article}`).toMatch(new RegExp(`^\\| [^|]*\\b${article}\\b[^|]*\\|`, "m"));
  });
});
