import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, usageError } from "../../../../scripts/cli/command.ts";
import { match } from "../routes/route.ts";
import { type Shape, shapeOf } from "./shape.ts";

const HELP = `
usage: node tests/support/github/recorded/extract.ts FIXTURES

Makes tests/support/github/recorded/answers.json again: what GitHub has really answered to calls that the stand-in
answers too, and its links from page to page. FIXTURES is the unpacked package @octokit/fixtures:
  npm pack @octokit/fixtures
`;

/** An answer of GitHub's own that somebody has recorded. */
export type Recorded = {
  readonly operation: string;
  readonly status: number;
  readonly etag?: string;
  readonly link?: string;
  readonly answer: Shape;
};

type Fixture = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly response: unknown;
  readonly headers: { readonly etag?: string; readonly link?: string };
};

if (import.meta.main)
  await runCommand(HELP, {}, async ({ positionals: [folder] }) => {
    if (folder === undefined) throw usageError("a folder is needed", HELP);
    const scenarios = join(folder, "scenarios/api.github.com");
    const hash = createHash("sha256");
    const answers: Recorded[] = [];
    for (const name of (await readdir(scenarios)).sort()) {
      const text = await readFile(join(scenarios, name, "normalized-fixture.json"), "utf8");
      hash.update(text);
      for (const fixture of JSON.parse(text) as Fixture[]) answers.push(...recorded(fixture));
    }
    const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const source = { package: `${name}@${version}`, sha256: hash.digest("hex") };
    const text = JSON.stringify({ source, answers });
    await writeFile("tests/support/github/recorded/answers.json", `${text}\n`);
  });

function recorded({ method, path, status, response, headers: { etag, link } }: Fixture): Recorded[] {
  const pathname = path.replace(/\?.*/, "");
  // A ref may hold slashes, so this one, which the stand-in does not answer, would pass for a commit.
  const found = /\/commits\/.+\/statuses$/.test(pathname) ? undefined : match(method.toUpperCase(), pathname);
  if (found === undefined && link === undefined) return [];
  const operation = found?.operation ?? `${method.toUpperCase()} ${path}`;
  const answer = found === undefined ? "string" : shapeOf(response);
  return [{ operation, status, ...(etag && { etag }), ...(link && { link }), answer }];
}
