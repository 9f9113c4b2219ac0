import { check } from "recheck";
import ts from "typescript";
import { expect, it } from "vitest";
import { readSources, root } from "./support/source.ts";
import { walk } from "./support/syntax.ts";

/**
 * Patterns that need more than linear time, or that the tool cannot judge, and why that is all right. Anyone who adds one here says
 * what bounds the text that it meets.
 */
const ACCEPTED: ReadonlyMap<string, string> = new Map([
  [
    String.raw`/^[\p{L}\p{Nd}'’‘ʼ(](?:[\p{L}\p{M}\p{Nd} '’‘ʼ´.,،·‧・‐‑–\-()\u05be\u05f3\u05f4\u055a\u0f0b\u180e\u200c\u200d]|(?<= \p{L})\/(?=\p{L} ))*$/u`,
    "the tool finds it slow in some runs; a name or place has at most 100 code points when it meets it",
  ],
]);

type Pattern = { where: string; source: string; flags: string };

/** Every literal, and what a module makes of texts while it is read. */
async function patterns(): Promise<Pattern[]> {
  const sources = readSources("scripts");
  const found: Pattern[] = [];
  for (const source of sources) {
    walk(source, (node, line) => {
      if (!ts.isRegularExpressionLiteral(node)) return;
      const end = node.text.lastIndexOf("/");
      found.push({ where: `${source.path}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    });
  }
  const made = sources.filter(({ path, text }) => path.startsWith("scripts/letter/") && text.includes("new RegExp("));
  const { RegExp: original } = globalThis;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [source, flags = ""]: [string, string?]) {
      const pattern = new target(source, flags);
      found.push({ where: "made of texts", source: pattern.source, flags });
      return pattern;
    },
  });
  try {
    for (const { path } of made) await import(/* @vite-ignore */ `${root}/${path}?made`);
  } finally {
    globalThis.RegExp = original;
  }
  return [...new Map(found.map((one) => [`/${one.source}/${one.flags}`, one])).values()];
}

it("no regular expression needs more than linear time", async () => {
  const all = await patterns();
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter(({ where }) => where === "made of texts").length).toBeGreaterThan(30);
  const wrong: string[] = [];
  const met = new Set<string>();
  for (const { where, source, flags } of all) {
    const { status } = await check(source, flags, { timeout: 20_000, randomSeed: 1 });
    if (status === "safe") continue;
    const name = `/${source}/${flags}`;
    met.add(name);
    if (!ACCEPTED.has(name)) wrong.push(`${where}: ${name} is ${status}`);
  }
  console.log(`${all.length} patterns, ${met.size} of them not linear or not judged`);
  expect(wrong).toEqual([]);
  // One that is no longer there needs no excuse.
  expect(
    [...ACCEPTED.keys()].filter((name) => !all.some(({ source, flags }) => name === `/${source}/${flags}`)),
  ).toEqual([]);
});
