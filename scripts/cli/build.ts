import { existsSync } from "node:fs";
import { join } from "node:path";
import { sizeInWords, sizeOfSite } from "../accept/site/site-size.ts";
import { assertFree, buildSite } from "../outside/eleventy.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run build -- [DIR]

Builds the site from content/ and from the record in signatures/ into DIR (default: _site), for any static host. The
site of a campaign on this machine is not made by it: npm start builds that into DATA_DIR/site.
Of tiles, list and its numbered pages, an earlier build in DIR leaves what did not change; DIR.built.json, beside it, says
what that is. Remove that file to have everything written.
A letter that was changed after it was put on the ledger stops the build: see npm run edition.

  SIGNATURES_DIR   the folder of the record (default: signatures)
  PUBLIC_KEYS      a file as npm run keys -- --json prints it, while content/campaign.yaml names no keys
  SITE_URL, SERVICE_URL   where the site and the form service answer`;

await runCommand(HELP, {}, async ({ positionals: [output = "_site", ...rest] }) => {
  if (rest.length > 0) throw usageError("name one folder", HELP);
  assertFree(output, process.cwd());
  const signatures = process.env.SIGNATURES_DIR ?? "signatures";
  await buildSite({ signatures, output });
  if (!existsSync(join(signatures, "ledger", "checkpoint")))
    console.log(`${signatures}/ has no ledger yet: a site without signatures`);
  console.log(`built ${output}: ${sizeInWords(sizeOfSite(output))}`);
});
