import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { namedKeys, readTagged, writePublicBag } from "../handover/public-bag.ts";
import { type Handover, parseHandover } from "../letter/handover/handover.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { moveRefs, tagRef } from "../outside/git/ref.ts";
import { readTag } from "../outside/git/tag.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover -- --tag handover/DATE --out DIR [--json]

Writes the public bag of a handover, DIR/handover-DATE.tar: the letter with its signatures as PDF and text, the list, the
ledger, the keys, and how to check all of it. It holds no contact detail and no secret, and the same tag gives the same
bytes on every machine.

  --tag handover/DATE  what is handed over: main as it stood at this tag. In the campaign of DATA_DIR the tag is made, on
                       main as it stands, when there is none yet. Otherwise the repository of this folder is read, as in
                       a clone from GitHub, where the organisers make the tag and the workflow "handover" makes the bag.
  --out DIR            where the bag goes

Prints the SHA-256 of the bag in both spellings: in hexadecimal, as sha256sum gives it, and as the ledger has it.
Then comes npm run handover:contacts. All steps: .github/handing-over.md`;

const OPTIONS = { tag: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0 || values.out === undefined) throw usageError("name a folder with --out", HELP);
  const handover = parseHandover(values.tag);
  const { repository, keys } = await openPlace(handover);
  const tagged = await readTagged(repository, handover);
  const say = (line: string) => void (process.stderr.isTTY && process.stderr.write(`${line}\n`));
  const { file, digest } = await writePublicBag(handover, tagged, keys ?? namedKeys(tagged.campaign), values.out, say);
  const sha256 = Buffer.from(digest, "base64url").toString("hex");
  if (values.json) console.log(JSON.stringify({ file, sha256, digest, tag: handover.tag, commit: tagged.commit }));
  else console.log(`${file}\nsha256 ${sha256}\ndigest ${digest}`);
});

/** The campaign of the data folder, else the repository of this folder, whose `campaign.yaml` names the keys. */
async function openPlace(handover: Handover): Promise<{ repository: string; keys?: PublicKeys }> {
  const here = existsSync(".git") ? ".git" : undefined;
  if (here !== undefined && process.env.GIT_HOST?.startsWith("github:")) return { repository: await gitFolder(here) };
  const local = campaignRepository(readLocalSettings().dataDir);
  if (here !== undefined && !existsSync(local)) return { repository: await gitFolder(here) };
  const { host, keys } = await openLocalCampaign("refuse");
  if ((await readTag(host.repository, handover.tag)) === undefined) {
    const head = await host.head();
    await moveRefs(host.repository, [{ ref: tagRef(handover.tag), from: undefined, to: head }]);
    console.error(`made the tag ${handover.tag} on main`);
  }
  return { repository: host.repository, keys: keys.publicKeys };
}

/** `.git` is a folder, or in a worktree a file that names one. */
async function gitFolder(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^gitdir: (.+)$/m.exec(text)?.[1] ?? path;
}
