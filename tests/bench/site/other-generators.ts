import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { TILE_WIDTH } from "../../../scripts/letter/ledger/tile.ts";
import type { ListRow } from "../../../scripts/letter/signature/list.ts";
import { findProgram } from "../../support/servers/programs.ts";

const LANGS = ["fa", "en"] as const;

/** The program of Eleventy. */
export const ELEVENTY = join(dirname(createRequire(import.meta.url).resolve("@11ty/eleventy")), "../cmd.cjs");

/** Hugo, where it is installed. */
export const HUGO = findProgram("hugo");

/**
 * A project for plain Eleventy that paginates the same rows in two languages: a page of 256 names, with a head and a foot
 * of the size that a page has here.
 */
export function writeEleventyProject(folder: string, rows: readonly ListRow[], shell: number): void {
  mkdirSync(join(folder, "_data"), { recursive: true });
  writeFileSync(join(folder, "_data/rows.json"), JSON.stringify(rows.map(shownOf)));
  writeFileSync(join(folder, "_data/shell.json"), JSON.stringify("x".repeat(shell)));
  for (const lang of LANGS)
    writeFileSync(
      join(folder, `${lang}.liquid`),
      `---
pagination: { data: rows, size: ${TILE_WIDTH}, alias: people }
permalink: "${lang}/signatures/{{ pagination.pageNumber | plus: 1 }}/index.html"
---
<!doctype html><html lang="${lang}"><body>{{ shell }}<ol>{% for row in people %}<li><bdi>{{ row.name | escape }}</bdi> <span>{{ row.place | escape }}</span> <time>{{ row.signed }}</time></li>
{% endfor %}</ol></body></html>
`,
    );
}

/** The same for Hugo, which makes no pages from rows alone: each page is a file of content that holds its rows. */
export function writeHugoProject(folder: string, rows: readonly ListRow[], shell: number): void {
  mkdirSync(join(folder, "layouts/_default"), { recursive: true });
  writeFileSync(
    join(folder, "hugo.toml"),
    'baseURL = "https://letter.example.org/"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n',
  );
  const page = `<!doctype html><html><body>${"x".repeat(shell)}<ol>{{ range .Params.rows }}<li><bdi>{{ .name }}</bdi> <span>{{ .place }}</span> <time>{{ .signed }}</time></li>\n{{ end }}</ol></body></html>\n`;
  writeFileSync(join(folder, "layouts/_default/single.html"), page);
  for (const lang of LANGS) {
    for (let from = 0; from < rows.length; from += TILE_WIDTH) {
      const file = join(folder, `content/${lang}/signatures/${from / TILE_WIDTH + 1}.md`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ rows: rows.slice(from, from + TILE_WIDTH).map(shownOf) })}\n`);
    }
  }
}

const shownOf = ({ name, place, signed }: ListRow) => ({ name, place, signed });
