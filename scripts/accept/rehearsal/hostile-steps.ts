import { signingKey } from "../../letter/bytes/key.ts";
import { parseSheet, sheetPath } from "../../letter/signature/sheet.ts";
import { type Filed, fileHostile, inventShown, messageBy, sheetText } from "./filed.ts";
import { inventionOn, readMain, type Stage } from "./stage.ts";
import type { Ask, Seen, Step } from "./step.ts";
import { conclusionAt, seeHeld } from "./watched.ts";

const NEVER = "stop, and tell the project: accept judges this without GitHub’s help, so the code is wrong";

/** Sheets that the form service would never file, as a thief of the file App's key could. */
export const HOSTILE: readonly Step[] = [
  {
    ...{ id: "other-files", part: "Hostile sheets", who: "both" },
    tries: "file a sheet that changes `README.md` too; approve it",
    believed: "`code` runs and fails in “Leave the record alone”, so does `validate`; accept says “Not accepted”",
    otherwise: NEVER,
    run: async (stage, ask) => {
      const { text, sheet } = await sheetOf(stage);
      const files = new Map([
        [sheetPath(sheet), text],
        ["README.md", "another README\n"],
      ]);
      const filed = await fileHostile(stage, { sheet, files, message: messageBy(stage.key, sheet, text) });
      const code = await conclusionAt(stage, "code.yml", filed.commit);
      if (code !== "failure") return { ok: false, seen: `the check code ended as ${code}` };
      return seeRefused(stage, ask, filed, "Not accepted");
    },
  },
  {
    ...{ id: "forged-row", part: "Hostile sheets", who: "both" },
    tries: "file an attested sheet with a row that another key has attested; approve it",
    believed: "`validate` is red and names the row by its number; accept says “Not accepted”",
    otherwise: NEVER,
    run: async (stage, ask) => {
      const { text, sheet } = await sheetOf(stage, signingKey(stage.random(32)));
      const message = messageBy(stage.key, sheet, text);
      return seeRefused(
        stage,
        ask,
        await fileHostile(stage, { sheet, files: fileOf(sheet, text), message }),
        "Not accepted",
      );
    },
  },
  {
    ...{ id: "unattested-sheet", part: "Hostile sheets", who: "both" },
    tries: "file a sheet of attested rows that the form service has not attested as a whole; approve it",
    believed: "`validate` is red; accept says “Passed over”",
    otherwise: NEVER,
    run: async (stage, ask) => {
      const { text, sheet } = await sheetOf(stage);
      const message = messageBy(undefined, sheet, text);
      return seeRefused(
        stage,
        ask,
        await fileHostile(stage, { sheet, files: fileOf(sheet, text), message }),
        "Passed over",
      );
    },
  },
];

async function seeRefused(stage: Stage, ask: Ask, filed: Filed, says: string): Promise<Seen> {
  const validate = await conclusionAt(stage, "validate.yml", filed.commit);
  if (validate !== "failure") return { ok: false, seen: `validate ended as ${validate}` };
  await ask(`as both moderators, approve pull request #${filed.pull}`, { pull: filed.pull });
  return seeHeld(stage, filed, says);
}

async function sheetOf(stage: Stage, key = stage.key): Promise<{ sheet: string; text: string }> {
  const invention = { ...inventionOn(stage, await readMain(stage)), key };
  const text = sheetText(invention, inventShown(invention, 2));
  return { sheet: parseSheet(text).sheet, text };
}

function fileOf(sheet: string, text: string): Map<string, string> {
  return new Map([[sheetPath(sheet), text]]);
}
