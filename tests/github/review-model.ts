import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { idOf } from "../../scripts/letter/signature/derivation.ts";
import { formatSheet, type Sheet, sheetBranch, sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { writeCommit } from "../../scripts/outside/git/commit.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { attestedMessage, readFrom, siteOf, vkey } from "../letter/invented.ts";
import {
  copyOf,
  type Expected,
  expectAccept,
  IDS,
  LISTED,
  leaveSheet,
  nothingExpected,
  OUTSIDER,
  type Step,
  sayingOf,
  stepsUntil,
  VERSIONS,
} from "../letter/review/review-model.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import type { Account } from "../support/github/account.ts";
import { askAs, mustAsk } from "../support/github/ask.ts";
import type { Pull } from "../support/github/state.ts";
import { sizeOf } from "../support/project/budget.ts";

/** How many interleavings the files together run. */
const INTERLEAVINGS = sizeOf("interleavings of a review");
/** As many files as run at a time. */
const FILES = 4;
/** An acceptance makes so many calls at most; one that is to die later lives. */
const CALLS = 60;

let campaign: WorkflowCampaign;
let people: Map<number, Account>;
/** main before anything happened */
let start: string;

/** A campaign on GitHub for the tests of one file. */
function useCampaign(): void {
  let realTime: () => void;
  beforeAll(async () => {
    await prepare();
    realTime = hurryTime();
  });
  afterAll(async () => {
    realTime();
    await campaign.close();
  });
}

async function prepare(): Promise<void> {
  // Dozens of interleavings fit into an hour here: the calls of an hour are not what they are about.
  const hour = 1_000_000;
  campaign = await makeWorkflowCampaign({ limits: { hour, workflow: hour, createsMinute: 80, createsHour: 500 } });
  const { github, moderators } = campaign;
  const third = github.addAccount("moderator-three", "triage");
  people = new Map([...moderators, third].map((account, i) => [LISTED[i]!, account]));
  people.set(OUTSIDER, github.addAccount("stranger", "triage"));
  listModerators(LISTED);
  start = github.repository.git("rev-parse", "main");
  github.repository.git("update-ref", "refs/heads/other", start);
}

/** What has happened since the start. */
type Past = { steps: Step[]; expected: Expected; versions: number[] };

function listModerators(numbers: readonly number[]): void {
  const ids = numbers.map((number) => `  - ${people.get(number)!.id}\n`).join("");
  const list = ids === "" ? "moderators: []\n" : `moderators:\n${ids}`;
  campaign.github.repository.commit("main", "moderators", { ".github/moderators.yml": `approvals: 2\n${list}` });
}

/** Everything as at the start, with both sheets filed. */
async function begin(): Promise<Past> {
  const { state, repository } = campaign.github;
  campaign.github.setFault();
  for (const list of [state.pulls, state.comments, state.events]) list.splice(0);
  for (const branch of repository.branches().filter((name) => name.startsWith("pending/")))
    repository.git("update-ref", "-d", `refs/heads/${branch}`);
  repository.git("update-ref", "refs/heads/main", start);
  campaign.publish();
  for (const [number] of VERSIONS.entries()) await file(VERSIONS[number]![0]!, await commitOf(number, 0));
  return { steps: [], expected: nothingExpected(), versions: VERSIONS.map(() => 0) };
}

const commits = new Map<string, Promise<string>>();

/** The commit of a sheet, the same in every interleaving. */
function write(sheet: Sheet, label: string): Promise<string> {
  // Each version is a commit of its own, also one that has the bytes of an earlier one.
  const message = attestedMessage(sheet).replace(/^.*\n/, label);
  const known = commits.get(message);
  if (known !== undefined) return known;
  const files = new Map([[sheetPath(sheet.sheet), formatSheet(sheet)]]);
  const made = writeCommit(campaign.github.repository.path, {
    ...{ parents: [start], files, message, committer: "form service", day: "2026-11-24" },
  });
  commits.set(message, made);
  return made;
}

function commitOf(number: number, version: number): Promise<string> {
  return write(VERSIONS[number]![version % 2]!, `sheet ${number}, version ${version}\n`);
}

const asService = (method: string, path: string, body: object) =>
  mustAsk(campaign.github, campaign.github.tokenOf(campaign.fileApp), method, path, body);

async function file(sheet: Sheet, sha: string): Promise<void> {
  const head = sheetBranch(sheet.sheet);
  await asService("POST", "git/refs", { ref: `refs/heads/${head}`, sha });
  await asService("POST", "pulls", { head, base: "main", title: "Sheet", body: "" });
}

function pullOf(number: number): Pull {
  const head = sheetBranch(VERSIONS[number]![0]!.sheet);
  return campaign.github.state.pulls.find((pull) => pull.head === head)!;
}

/** Takes a step; false when GitHub does not allow it as things are. */
async function take(past: Past, step: Step): Promise<boolean> {
  const { github, organiser } = campaign;
  github.advance(1000);
  const pull = "sheet" in step && step.do !== "copy" ? pullOf(step.sheet) : undefined;
  const say = async (token: string, method: string, path: string, body: object) => {
    const { status } = await askAs(github, token, method, path.replace("PULL", String(pull!.number)), body);
    if (status >= 300 && status !== 422) throw new Error(`${method} ${path}: ${status}`);
    return status < 300;
  };
  const token = "by" in step ? people.get(step.by)!.token : organiser.token;
  switch (step.do) {
    case "push": {
      const version = ++past.versions[step.sheet]!;
      const [ref, sha] = [`heads/${pull!.head}`, await commitOf(step.sheet, version)];
      if (github.repository.branches().includes(pull!.head))
        await asService("PATCH", `git/refs/${ref}`, { sha, force: true });
      else await asService("POST", "git/refs", { ref: `refs/${ref}`, sha });
      return true;
    }
    case "approve": {
      const commit_id = pull!.headSha;
      if (!step.stale) return say(token, "POST", "pulls/PULL/reviews", { event: "APPROVE", commit_id });
      if (pull!.state === "closed") return false;
      // Sent from a page that was opened before the last push.
      const version = past.versions[step.sheet]!;
      const commit = version === 0 ? start : await commitOf(step.sheet, version - 1);
      const author = { id: people.get(step.by)!.id, login: people.get(step.by)!.login, type: "User" } as const;
      const submittedAt = `${new Date(github.state.clock()).toISOString().slice(0, 19)}Z`;
      pull!.reviews.push({ id: github.state.nextId(), author, body: "", state: "APPROVED", commit, submittedAt });
      return true;
    }
    case "dismiss": {
      const review = pull!.reviews.findLast(
        (one) => one.author.id === people.get(step.by)!.id && ["APPROVED", "CHANGES_REQUESTED"].includes(one.state),
      );
      if (review === undefined) return false;
      const by = review.id % 2 ? organiser.token : github.tokenOf(campaign.fileApp);
      return say(by, "PUT", `pulls/PULL/reviews/${review.id}/dismissals`, { message: "no" });
    }
    case "block":
      return say(token, "POST", "pulls/PULL/reviews", { event: "REQUEST_CHANGES", body: "Please wait." });
    case "refuse":
    case "slip":
    case "keep":
    case "reject": {
      const row = step.do === "reject" ? "" : IDS[step.row]!;
      const line = row === "" ? 0 : (await text(pull!)).split("\n").findIndex((one) => one.startsWith(`| ${row} `)) + 1;
      const words = {
        refuse: `refuse ${row} duplicate`,
        slip: `refuse ${row} duplikate`,
        keep: `Sorry.\nkeep ${row}`,
        reject: "reject advert",
      }[step.do];
      const way = (step.by + ("row" in step ? step.row : 0)) % 3;
      if (way === 0) return say(token, "POST", "issues/PULL/comments", { body: words });
      if (way === 1 || line === 0) return say(token, "POST", "pulls/PULL/reviews", { event: "COMMENT", body: words });
      const where = { commit_id: pull!.headSha, path: sheetPath(VERSIONS[step.sheet]![0]!.sheet), line, side: "RIGHT" };
      return say(token, "POST", "pulls/PULL/comments", { ...where, body: words.replace(` ${row}`, "") });
    }
    case "mend": {
      const [{ id }, { state }] = [people.get(step.by)!, github];
      const slip = ({ author, body }: { author: { id: number }; body: string }) =>
        author.id === id && body.includes("duplikate");
      for (const review of pull!.reviews.filter(slip))
        await say(token, "PUT", `pulls/PULL/reviews/${review.id}`, { body: "Sorry." });
      // The stand-in deletes no comments on lines.
      for (const comment of state.comments.filter((one) => one.pull === pull!.number && slip(one)))
        state.comments.splice(state.comments.indexOf(comment), 1);
      return true;
    }
    case "close":
      return say(people.get(LISTED[0]!)!.token, "PATCH", "pulls/PULL", { state: "closed" });
    case "reopen":
      return say(people.get(LISTED[0]!)!.token, "PATCH", "pulls/PULL", { state: "open" });
    case "retarget":
      return say(organiser.token, "PATCH", "pulls/PULL", { base: step.base });
    case "remove moderator": {
      const gone = past.steps.flatMap((one) => (one.do === "remove moderator" ? [one.by] : []));
      listModerators(LISTED.filter((id) => id !== step.by && !gone.includes(id)));
      return true;
    }
    case "withdraw": {
      const n = past.steps.filter((one) => one.do === "withdraw").length;
      const sheet = leaveSheet(n, IDS[step.row]!);
      await file(sheet, await write(sheet, `withdrawal ${n} ${IDS[step.row]}\n`));
      return true;
    }
    case "copy": {
      const n = past.steps.filter((one) => one.do === "copy").length;
      const { sheet, message } = copyOf(n, step);
      const head = sheetBranch(sheet.sheet);
      // While the sheet is open its branch is there, and nobody can make another of that name.
      if (github.repository.branches().includes(head)) return false;
      const files = new Map([[sheetPath(sheet.sheet), formatSheet(sheet)]]);
      const sha = await writeCommit(github.repository.path, {
        ...{ parents: [start], files, message, committer: "form service", day: "2026-11-24" },
      });
      await asService("POST", "git/refs", { ref: `refs/heads/${head}`, sha });
      const made = (await asService("POST", "pulls", { head, base: "main", title: "Sheet", body: "" })) as {
        number: number;
      };
      for (const by of LISTED) {
        const event = step.say === "reject" ? "COMMENT" : "APPROVE";
        const body = sayingOf(step.say, sheet);
        await mustAsk(github, people.get(by)!.token, "POST", `pulls/${made.number}/reviews`, {
          ...{ event, commit_id: sha },
          ...(body === "" ? {} : { body }),
        });
      }
      return true;
    }
    case "accept":
      expectAccept(past.expected, past.steps, ...(await acceptUntil(step.until)));
      return true;
    case "accept twice at once":
      await Promise.all([campaign.accept(), campaign.accept()]);
      expectAccept(past.expected, past.steps, 9);
      return true;
    default:
      return step satisfies never;
  }
}

async function text(pull: Pull): Promise<string> {
  const { repository } = campaign.github;
  return repository.read(pull.headSha, sheetPath(pull.head.replace("pending/", ""))).toString("utf8");
}

const died = new Map<string, number>();

/**
 * An acceptance whose process dies before a call: nothing that it does from then on reaches GitHub.
 *
 * @returns how many commits it has made, 9 if it lived; and the sheets that they took
 */
async function acceptUntil(until: number): Promise<[commits: number, taken: string[]]> {
  const { github } = campaign;
  const before = github.repository.git("rev-parse", "main");
  let calls = 0;
  github.setFault(({ operation }) => {
    if (calls++ < until) return undefined;
    if (calls - 1 === until) died.set(operation, (died.get(operation) ?? 0) + 1);
    return { status: 410, message: "Gone" };
  });
  const lived = await campaign.accept().then(
    // One whose reading or answering was cut off goes on without that pull request.
    ({ troubles }) => troubles.length === 0,
    (cause) => {
      if (calls <= until) throw cause;
      return false;
    },
  );
  github.setFault();
  const commits = github.repository.git("rev-list", "--first-parent", `${before}..main`).split("\n").filter(Boolean);
  const taken = commits.flatMap(
    (commit) => /^Sheet: (\S+)$/m.exec(github.repository.git("log", "-1", "--format=%B", commit))?.[1] ?? [],
  );
  return [lived ? 9 : commits.length, taken];
}

async function listed(): Promise<string[]> {
  const { repository } = campaign.github;
  const record = await readRecordAt(repository.path, repository.git("rev-parse", "main"));
  return record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))).sort();
}

/** The last acceptance, and what a stranger finds on the site then. */
async function finish(past: Past): Promise<void> {
  const { repository, state } = campaign.github;
  expectAccept(past.expected, past.steps, ...(await acceptUntil(Number.POSITIVE_INFINITY)));
  expect(await listed()).toEqual([...past.expected.listed].sort());
  const record = await readRecordAt(repository.path, repository.git("rev-parse", "main"));
  const verified = await verifyPublished(readFrom(siteOf(record)), vkey);
  expect(verified).toMatchObject({ listed: past.expected.listed.size, size: record.entries.length });
  for (const number of past.expected.settled) expect(pullOf(number).merged).toBeDefined();
  // One answer on each pull request that was settled, no matter what died in between. Two runs that meet may both give it: the
  // workflow lets its runs wait for each other.
  const most = past.steps.some((step) => step.do === "accept twice at once") ? 2 : 1;
  for (const pull of state.pulls.filter(({ merged }) => merged)) {
    const answers = state.comments.filter((one) => one.pull === pull.number && /Checkpoint: \d/.test(one.body));
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.length).toBeLessThanOrEqual(most);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  }
}

/**
 * On GitHub, no matter what moderators, signatories and accept do, and in which order: the list holds exactly the approved rows
 * that nobody refused or withdrew, each once.
 *
 * @param part from 1 to 4: the files run beside each other, each with a seed of its own
 */
export function tryInterleavings(part: number): void {
  const runs = Math.ceil(INTERLEAVINGS / FILES);
  const seed = inject("seed") + part;
  useCampaign();
  it(`the list holds exactly the approved rows that nobody refused or withdrew, each once (${runs}, seed ${seed})`, async () => {
    const seen = { interleavings: 0, steps: 0, listed: 0, gone: 0, left: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(stepsUntil(fc.nat({ max: CALLS })), { minLength: 6, maxLength: 18 }), async (steps) => {
        const past = await begin();
        for (const step of steps) {
          if (await take(past, step)) past.steps.push(step);
          if (step.do.startsWith("accept")) expect(await listed()).toEqual([...past.expected.listed].sort());
          seen.steps++;
        }
        await finish(past);
        seen.interleavings++;
        seen.listed += past.expected.listed.size;
        seen.gone += past.expected.gone.size;
        seen.left += past.expected.left.size;
      }),
      // Each try takes seconds: the first counterexample is shown as it is.
      { seed, numRuns: runs, endOnFailure: true },
    );
    console.log(`${JSON.stringify(seen)}; died before: ${JSON.stringify(Object.fromEntries(died))}`);
    // A model that never got so far would prove nothing; a handful of interleavings may not.
    if (runs >= 20) expect(Math.min(seen.listed, seen.gone, seen.left)).toBeGreaterThan(runs / 20);
  });
}

/** An acceptance that dies before any one of its calls is made good by the next. */
export function tryDeaths(): void {
  useCampaign();
  it("an acceptance that dies before any one of its calls is made good by the next", async () => {
    let until = 0;
    for (; ; until++) {
      const past = await begin();
      const approvals = LISTED.slice(1).flatMap((by) =>
        [0, 1].map((sheet): Step => ({ do: "approve", sheet, by, stale: false })),
      );
      const steps: Step[] = [{ do: "refuse", sheet: 0, by: 12, row: 1 }, { do: "withdraw", row: 3 }, ...approvals];
      for (const step of steps) if (await take(past, step)) past.steps.push(step);
      const [done, taken] = await acceptUntil(until);
      expectAccept(past.expected, past.steps, done, taken);
      expect(await listed()).toEqual([...past.expected.listed].sort());
      await finish(past);
      expect(past.expected.listed.size).toBe(3);
      if (done === 9) break;
    }
    console.log(`an acceptance of three sheets makes ${until} calls`);
    expect(until).toBeGreaterThan(20);
    expect(until).toBeLessThan(CALLS);
  });
}
