import { dayOf } from "../../letter/bytes/day.ts";
import { systemClock } from "../../outside/clock.ts";
import { prepareRelease, writeRelease } from "../../outside/release/release.ts";
import { runCommand, usageError } from "../command.ts";

const HELP = `
usage: npm run release -- VERSION, or npm run release -- --tag vVERSION --out DIR

For maintainers. With a version: writes it into package.json and its lock, and what changed since the last release, by
reader, into .github/CHANGELOG.md. Read that, shorten it, and bring it to main; then tag that commit and sign the tag:
git tag --sign vVERSION.
With a tag: writes the archive of the sources, what they depend on (CycloneDX) and SHA256SUMS into a new folder. Somebody
else can do the same with the same tag, and compare SHA256SUMS.`;

const OPTIONS = { tag: { type: "string" }, out: { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values: { tag, out }, positionals: [version, ...rest] }) => {
  if (rest.length > 0 || (version === undefined) === (tag === undefined) || (tag === undefined) !== (out === undefined))
    throw usageError("name a version, or a tag and a folder", HELP);
  if (version !== undefined) {
    await prepareRelease(process.cwd(), version, dayOf(systemClock.now()));
    console.log(`wrote version ${version}; read .github/CHANGELOG.md, and commit`);
    return;
  }
  const { archive, sbom, sums } = await writeRelease(process.cwd(), tag!, out!);
  console.log(`wrote ${archive}, ${sbom} and ${sums} into ${out}`);
});
