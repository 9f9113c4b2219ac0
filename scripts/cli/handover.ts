import { withdrawnHere } from "../form-service/store/vault-records.ts";
import { makePublicBag, openPublicBagPlace } from "../handover/public-bag-place.ts";
import { parseHandover } from "../letter/handover/handover.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
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

Refused once anybody has left since the tag: make another one, and hand that over. A bag that this machine has made of the
spent tag is destroyed then.

Prints the SHA-256 of the bag in both spellings: in hexadecimal, as sha256sum gives it, and as the ledger has it.
Then comes npm run handover:contacts. All steps: .github/handing-over.md`;

const OPTIONS = { tag: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0 || values.out === undefined) throw usageError("name a folder with --out", HELP);
  const handover = parseHandover(values.tag);
  const place = await openPublicBagPlace(handover, { leaving: withdrawnHere, say: (line) => console.error(line) });
  const say = (line: string) => void (process.stderr.isTTY && process.stderr.write(`${line}\n`));
  const { file, digest, commit } = await makePublicBag(handover, place, values.out, say);
  const sha256 = Buffer.from(digest, "base64url").toString("hex");
  if (values.json) console.log(JSON.stringify({ file, sha256, digest, tag: handover.tag, commit }));
  else console.log(`${file}\nsha256 ${sha256}\ndigest ${digest}`);
  if (place.dataDir !== undefined) sayWhere(currentSettings());
});
