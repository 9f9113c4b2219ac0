import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import { buildSite } from "../outside/eleventy.ts";
import { makeWritableFolder } from "../outside/folder.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run build -- [DIR]

Builds the site from content/ and from the record in signatures/ into DIR (default: _site), for any static host. The
site of a campaign on this machine is not made by it: npm start builds that into DATA_DIR/site.
A letter that was changed after it was put on the ledger stops the build: see npm run edition.

  SIGNATURES_DIR   the folder of the record (default: signatures)
  PUBLIC_KEYS      a file as npm run keys -- --json prints it, while content/campaign.yaml names no keys
  SITE_URL, SERVICE_URL   where the site and the form service answer`;

await runCommand(HELP, {}, async ({ positionals: [output = "_site", ...rest] }) => {
  if (rest.length > 0) throw usageError("name one folder", HELP);
  assertFree(output);
  const signatures = process.env.SIGNATURES_DIR ?? "signatures";
  await buildSite({ signatures, output });
  if (!existsSync(join(signatures, "ledger", "checkpoint")))
    console.log(`${signatures}/ has no ledger yet: a site without signatures`);
  console.log(`built ${output}`);
});

/** A build writes over what it finds: only an earlier build or an empty folder may be found, and nothing of the project. */
function assertFree(output: string): void {
  const fromHere = relative(process.cwd(), resolve(output));
  const inProject = ["content", "scripts", "signatures", "tests", "node_modules", ""].includes(
    fromHere.split(sep)[0] ?? "",
  );
  if (!inProject) makeWritableFolder(output, "DIR", 0o777);
  if (inProject || (readdirSync(output).length > 0 && !existsSync(join(output, "count.json")))) {
    throw new LetterError(
      "build",
      "the folder holds other things, and a build would write over them: name an empty or a new one",
    );
  }
}
