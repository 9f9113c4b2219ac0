import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { attestLeave } from "../../letter/ledger/attestation.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import { readRuns } from "../../outside/github/workflow-runs.ts";
import { inventWithdrawals } from "../invented-signatures.ts";
import { fileSheet, fileText } from "./filed.ts";
import { inventionOn, readMain, type Stage } from "./stage.ts";
import type { Seen, Step } from "./step.ts";
import { accept, startRuns } from "./watched.ts";

const WEDGED = "`organising.md`, step 9: start accept again with the tick that its last line names";

/** Runs of accept and publish, and what they leave. */
export const RUNS: readonly Step[] = [
  {
    ...{ id: "withdrawal", part: "Accept and publish", who: "program" },
    tries: "file a withdrawal of a signature that is on the list, start accept",
    believed: "the row is off the list, without an approval of anybody",
    otherwise: "read accept’s last run under Actions; nobody can leave until this works",
    run: withdraw,
  },
  {
    ...{ id: "three-at-once", part: "Accept and publish", who: "program" },
    tries: "start `accept` three times in a row",
    believed: "all three end green, none is cancelled (`queue: max`)",
    otherwise: "no loss: a run that waits is dropped for a newer one. Write it down in accept.yml",
    run: async (stage) => {
      const ends = (await startRuns(stage, "accept.yml", { count: 3 })).map(({ conclusion }) => conclusion);
      return { ok: ends.length === 3 && ends.every((one) => one === "success"), seen: ends.join(", ") };
    },
  },
  {
    ...{ id: "published", part: "Accept and publish", who: "program" },
    tries: "wait for `publish` after the last accept",
    believed: "it began at the new main, ended green, and the site shows main’s checkpoint",
    otherwise: WEDGED,
    run: seePublished,
  },
  {
    ...{ id: "pile", part: "Accept and publish", who: "program" },
    tries: "file 350 tiny sheets, some as fast as GitHub lets the file App, start accept",
    believed: "accept ends green within its 30 minutes, and says of none that it could not be read",
    otherwise:
      "its last line says how many it left; three runs in a row that read none mean that GitHub’s budget is smaller than believed",
    run: async (stage) => {
      for (let i = 0; i < stage.pile; i++) await fileSheet(stage, 1);
      await accept(stage);
      return { ok: true, seen: `green with ${stage.pile} sheets more` };
    },
  },
  {
    ...{ id: "first-twice", part: "Accept and publish", who: "people" },
    tries:
      "unpublish Pages, `accept` with “first”, cancel its `publish` while it deploys; start accept with “first” again, and once more",
    believed: "a new commit “publish main again” is on main, `publish` begins at it, ends green, and the site is up",
    otherwise: WEDGED,
  },
  {
    ...{ id: "publish-again", part: "Accept and publish", who: "people" },
    tries: "**Re-run jobs** on a `publish` that has deployed: at the same main, and when main is elsewhere",
    believed: "it ends without deploying, or says to start accept with “again”; the site stays as it is",
    otherwise: WEDGED,
  },
  {
    ...{ id: "two-in-an-hour", part: "Accept and publish", who: "people" },
    tries: "two sheets in one hour, the first `publish` still at work",
    believed: "the second waits and begins at the newer commit; both are green",
    otherwise: WEDGED,
  },
  {
    ...{ id: "accept-cancelled", part: "Accept and publish", who: "people" },
    tries: "cancel `accept` while it runs, start it again",
    believed: "nothing doubled; the comment is there once",
    otherwise: "stop, and tell the project: what accept does has to survive its end at any place",
  },
  {
    ...{ id: "site-gone", part: "Accept and publish", who: "people" },
    tries: "take the site off its host, start `accept`",
    believed: "it refuses: the site shows no checkpoint",
    otherwise: "stop, and tell the project: another ledger could be published unseen",
  },
  {
    ...{ id: "hourly", part: "Accept and publish", who: "people" },
    tries: "wait for a run of `accept` that nobody started",
    believed: "it comes within two hours, without “first”, and passes",
    otherwise:
      "Settings → Actions; GitHub drops schedules when it is busy, and ends them with the account that wrote them",
  },
];

async function withdraw(stage: Stage): Promise<Seen> {
  const before = await readMain(stage);
  const row = before.record.rows.at(-1);
  if (row === undefined) throw new LetterError("rehearsal", "the list is empty: go through “two-reviews” first");
  const id = idOf(parseBase64url(row.opening, 32));
  const leave = { id, attestation: attestLeave(id, stage.key) };
  const [, text] = inventWithdrawals(inventionOn(stage, before), [leave]);
  const filed = await fileText(stage, text, before.commit);
  await accept(stage);
  const after = await readMain(stage);
  const gone = after.record.rows.every(({ index }) => index !== row.index);
  const ok = gone && after.merged.has(filed.commit);
  return { ok, seen: gone ? "off the list" : "still on the list" };
}

async function seePublished(stage: Stage): Promise<Seen> {
  const { commit, record } = await readMain(stage);
  for (let tries = 0; tries < 90; tries++) {
    const [run] = await readRuns(stage.organiser, "publish.yml", commit);
    if ((await stage.readLive()) === record.checkpoint) {
      const ok = run === undefined || run.conclusion === "success";
      if (ok) return { ok, seen: `the site shows main’s checkpoint${run ? ", published at that very commit" : ""}` };
    }
    if (run?.conclusion !== undefined && run.conclusion !== "success")
      return { ok: false, seen: `publish ended as ${run.conclusion}` };
    await stage.pause(10_000);
  }
  return { ok: false, seen: "a quarter of an hour later the site does not show main’s checkpoint" };
}
