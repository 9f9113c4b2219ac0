import { existsSync, rmSync } from "node:fs";
import { LetterError } from "../letter/bytes/error.ts";
import { eraseRows } from "../letter/handover/erasure.ts";
import { readRecordAt } from "../outside/git/record-at.ts";
import { MAIN, PENDING, readRef } from "../outside/git/ref.ts";
import { rewriteHistory } from "../outside/git/rewrite.ts";
import { runGit } from "../outside/git/run.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run erase -- FROM TO [--json]

Writes a campaign's repository anew, without the rows that are not on the list any more: those that were withdrawn, refused
or left out, wherever they stand in its history. Ledger, checkpoints, receipts and the list stay byte for byte what they
are. FROM is not touched: when all is well it must be put away by hand, see .github/erasing.md.

  FROM    the repository, bare or a .git folder, with no sheet open
  TO      a folder that is not there yet
  --json  what was done as one line of JSON`;

await runCommand(HELP, { json: { type: "boolean" } }, async ({ values, positionals: [from, to, ...rest] }) => {
  if (from === undefined || to === undefined || rest.length > 0) throw usageError("name two folders", HELP);
  if (existsSync(to)) throw new LetterError("erase", "the second folder is there already: name one that is not");
  const done = await erase(from, to);
  console.log(values.json ? JSON.stringify(done) : inWords(done));
});

type Done = { readonly main: string; readonly versions: number; readonly erased: number };

async function erase(from: string, to: string): Promise<Done> {
  const refs = ["for-each-ref", "--format=%(refname)", `${PENDING}/`];
  const { stdout } = await runGit(from, refs).catch((cause) => {
    throw new LetterError("erase", "the first folder is no git repository that can be read", { cause });
  });
  if (stdout.length > 0)
    throw new LetterError(
      "erase",
      "a sheet is open: have it accepted or rejected first, its branch would be another then",
    );
  const record = await recordOf(from);
  const live = new Set(record.rows.map(({ opening }) => opening));
  let [versions, erased] = [0, 0];
  const change = (file: Uint8Array) => {
    const found = eraseRows(Buffer.from(file).toString("utf8"), live);
    if (found.erased === 0) return file;
    versions++;
    erased += found.erased;
    return Buffer.from(found.text, "utf8");
  };
  try {
    await rewriteHistory(from, to, change);
    const after = await recordOf(to);
    if (
      JSON.stringify([after.entries, after.rows, after.checkpoint]) !==
      JSON.stringify([record.entries, record.rows, record.checkpoint])
    )
      throw new LetterError("erase", "main's record came out another: nothing was changed, report this");
    return { main: (await readRef(to, MAIN))!, versions, erased };
  } catch (cause) {
    rmSync(to, { recursive: true, force: true });
    throw cause;
  }
}

async function recordOf(repository: string) {
  const main = await readRef(repository, MAIN);
  if (main === undefined) throw new LetterError("erase", "there is no branch main in it: name a campaign's repository");
  return readRecordAt(repository, main);
}

function inWords({ main, versions, erased }: Done): string {
  return [
    `erased ${erased} rows in ${versions} versions of files; main is now ${main}`,
    "the list, the ledger and its checkpoint are the same, byte for byte",
    "the old repository is still there, and so are its clones: .github/erasing.md says what to do with them",
  ].join("\n");
}
