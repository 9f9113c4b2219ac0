import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { assertContinues, rootsOf } from "../../scripts/accept/live-checkpoint.ts";
import { parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { formatVkey, noteSigner } from "../../scripts/letter/ledger/note.ts";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { idOf } from "../../scripts/letter/signature/derivation.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { acceptEntryOf, type Row } from "../../scripts/letter/signature/row.ts";
import { formatSheet, type Sheet, sheetBranch, sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { writeCommit } from "../../scripts/outside/git/commit.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import {
  attested,
  attestedMessage,
  edition,
  invent,
  keys,
  ledger,
  readFrom,
  sheetOf,
  signed,
  siteOf,
  vkey,
  withdrawalsOf,
} from "../letter/invented.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { mustAsk } from "../support/github/ask.ts";
import { edit } from "../support/github/git/rewriting.ts";
import { openPull } from "../support/github/routes/pull-routes.ts";

// What the holder of one stolen credential tries, and what comes of it through the stand-in and the real accept. Who
// stops them is in the names: our own code, or (with its source) a rule of GitHub's that the stand-in models.
// What is refused only by rules of GitHub's is in stolen-credentials-rules.test.ts.
vi.setConfig({ hookTimeout: 240_000, testTimeout: 120_000 });

const [one, two, three] = [invent(1, "name").row, invent(2, "name").row, invent(3, "name").row];
const NOTE_LINE = 10;

let campaign: WorkflowCampaign;
let realTime: () => void;
let start: string;
beforeAll(async () => {
  campaign = await makeWorkflowCampaign();
  start = campaign.github.repository.git("rev-parse", "main");
  realTime = hurryTime();
});
afterAll(async () => {
  realTime();
  await campaign.close();
});
beforeEach(() => {
  const { state, repository } = campaign.github;
  for (const list of [state.pulls, state.comments, state.events]) list.splice(0);
  for (const branch of repository.branches().filter((name) => name !== "main"))
    repository.git("update-ref", "-d", `refs/heads/${branch}`);
  repository.git("update-ref", "refs/heads/main", start);
  campaign.publish();
});

const serviceToken = () => campaign.github.tokenOf(campaign.fileApp);
const moderator = (number: 0 | 1) => campaign.moderators[number];

/** With the file App's key: a commit on main with a sheet and anything else, on the sheet's branch, as a pull request. */
async function file(sheet: Sheet, more: Record<string, string> = {}, message?: string): Promise<number> {
  const commit = await commitOf(sheet, more, undefined, message);
  await mustAsk(campaign.github, serviceToken(), "POST", "git/refs", {
    ref: `refs/heads/${sheetBranch(sheet.sheet)}`,
    sha: commit,
  });
  const pull = { head: sheetBranch(sheet.sheet), base: "main", title: "Sheet" };
  return ((await mustAsk(campaign.github, serviceToken(), "POST", "pulls", pull)) as { number: number }).number;
}

function commitOf(
  sheet: Sheet,
  more: Record<string, string> = {},
  parent?: string,
  message = attestedMessage(sheet),
): Promise<string> {
  const { repository } = campaign.github;
  const files = new Map([[sheetPath(sheet.sheet), formatSheet(sheet)], ...Object.entries(more)]);
  const parents = [parent ?? repository.git("rev-parse", "main")];
  return writeCommit(repository.path, {
    ...{ parents, files, message, committer: "form service", day: "2026-11-24" },
  });
}

async function approve(pull: number, ...bodies: string[]): Promise<void> {
  campaign.github.advance(1000);
  for (const [i, by] of campaign.moderators.entries()) await campaign.review(by, pull, "APPROVE", bodies[i]);
  campaign.github.advance(1000);
}

/** Lets accept run and says what became of a sheet. */
async function judge(sheet: Sheet): Promise<object | undefined> {
  campaign.github.advance(1000);
  const { outcomes } = await campaign.accept();
  return outcomes.find((outcome) => outcome.sheet === sheet.sheet);
}

async function record(): Promise<CampaignRecord> {
  const { repository } = campaign.github;
  return readRecordAt(repository.path, repository.git("rev-parse", "main"));
}

async function listed(): Promise<string[]> {
  return (await record()).rows.map(({ opening }) => idOf(parseBase64url(opening, 32))).sort();
}

const ids = (...rows: Row[]) => rows.map(({ id }) => id).sort();

describe("with the form service's keys, our code refuses", () => {
  const sheet = sheetOf(1, [one, two]);

  it("the file App's own approval: only listed moderators count", async () => {
    const { github, organiser } = campaign;
    await file(sheet);
    github.state.pulls.splice(0);
    const author = { id: organiser.id, login: organiser.login, type: "User" } as const;
    const head = sheetBranch(sheet.sheet);
    openPull(github.state, author, {
      head,
      headSha: github.repository.git("rev-parse", head),
      base: "main",
      title: "x",
    });
    await mustAsk(github, serviceToken(), "POST", "pulls/1/reviews", { event: "APPROVE" });
    await campaign.review(moderator(0), 1, "APPROVE");
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
    expect(await listed()).toEqual([]);
  });

  it("another sheet under approvals of an earlier one", async () => {
    const pull = await file(sheet);
    await approve(pull);
    const sha = await commitOf(sheetOf(1, [one, three]));
    const ref = `git/refs/heads/${sheetBranch(sheet.sheet)}`;
    await mustAsk(campaign.github, serviceToken(), "PATCH", ref, { sha, force: true });
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
    expect(await listed()).toEqual([]);
  });

  it("a sheet of two commits, whoever approves it", async () => {
    const first = await commitOf(sheetOf(1, [one]));
    const pull = await file(sheet);
    const sha = await commitOf(sheet, {}, first);
    const ref = `git/refs/heads/${sheetBranch(sheet.sheet)}`;
    await mustAsk(campaign.github, serviceToken(), "PATCH", ref, { sha, force: true });
    await approve(pull);
    expect(await judge(sheet)).toMatchObject({ state: "invalid" });
    expect(await listed()).toEqual([]);
  });

  it.each([
    ".github/moderators.yml",
    "content/campaign.yaml",
    "signatures/ledger/000.txt",
    "scripts/actions/accept.ts",
  ])("a sheet that also changes %s, whoever approves it", async (path) => {
    await approve(await file(sheet, { [path]: "x\n" }));
    expect(await judge(sheet)).toMatchObject({ state: "invalid", reason: expect.stringContaining("other files") });
    expect(campaign.github.repository.git("rev-parse", "main")).toBe(start);
  });

  it("a row that was refused, one that is on the list and one of a person who left, however they are approved", async () => {
    await approve(await file(sheet), `refuse ${one.id} fake-name`);
    await judge(sheet);
    await file(withdrawalsOf(9, [three.id]));
    const copies = [one, two, three].map((row, number) => sheetOf(10 + number, [row]));
    for (const copy of copies) await approve(await file(copy, {}, `file sheet ${copy.sheet}\n`));
    for (const copy of copies) expect(await judge(copy)).toEqual({ sheet: copy.sheet, state: "unattested" });
    expect(await listed()).toEqual(ids(two));
  });

  it("an edited comment of a moderator: it blocks until they delete it", async () => {
    const { github } = campaign;
    const pull = await file(sheet);
    await mustAsk(github, moderator(0).token, "POST", `issues/${pull}/comments`, {
      body: `refuse ${one.id} fake-name`,
    });
    await approve(pull);
    const comment = github.state.comments[0]!.id;
    await mustAsk(github, serviceToken(), "PATCH", `issues/comments/${comment}`, { body: `keep ${one.id}` });
    expect(await judge(sheet)).toMatchObject({ state: "blocked" });
    await campaign.review(moderator(0), pull, "APPROVE", `Somebody has edited me.\nrefuse ${one.id} fake-name`);
    expect(await judge(sheet)).toMatchObject({ state: "blocked" });
    await mustAsk(github, moderator(0).token, "DELETE", `issues/comments/${comment}`);
    expect(await judge(sheet)).toMatchObject({ state: "accepted", accepted: 1, refused: 1 });
    expect(await listed()).toEqual(ids(two));
  });

  it("an edited comment on a row's line, but not one that GitHub published with its review", async () => {
    const { github } = campaign;
    const pull = await file(sheet);
    const where = { commit_id: campaign.proposal(pull).HEAD_SHA, path: sheetPath(sheet.sheet), side: "RIGHT" };
    const say = { ...where, line: NOTE_LINE, body: "refuse advert" };
    await mustAsk(github, moderator(0).token, "POST", `pulls/${pull}/comments`, say);
    await approve(pull);
    const [comment] = github.state.comments;
    const drafted = comment!.createdAt;
    // Drafted a while before the review was submitted, and touched once more while it was.
    Object.assign(comment!, { createdAt: new Date(Date.parse(drafted) - 600_000).toISOString() });
    const acts = async () => (await campaign.openPulls())[0]!.acts;
    expect(await acts()).toContainEqual(expect.objectContaining({ body: "refuse advert", row: sheet.rows[0]!.id }));
    edit(github.state, comment!, { kind: "user", account: campaign.organiser }, "fine");
    expect(await judge(sheet)).toMatchObject({ state: "blocked" });
  });

  it("the dismissal of a request for changes: it goes on blocking until its author reviews again", async () => {
    const { github } = campaign;
    const pull = await file(sheet);
    await campaign.review(moderator(0), pull, "REQUEST_CHANGES", "I know the first one; let me ask.");
    const blocking = github.state.pulls[0]!.reviews[0]!.id;
    const third = github.addAccount(`moderator-${github.state.accounts.length}`, "triage");
    const list = [...campaign.moderators, third].map(({ id }) => `  - ${id}\n`).join("");
    github.repository.commit("main", "a third", { ".github/moderators.yml": `approvals: 2\nmoderators:\n${list}` });
    for (const by of [moderator(1), third]) await campaign.review(by, pull, "APPROVE");
    const dismissal = `pulls/${pull}/reviews/${blocking}/dismissals`;
    await mustAsk(github, serviceToken(), "PUT", dismissal, { message: "outdated" });
    expect(await judge(sheet)).toMatchObject({ state: "blocked" });
    await campaign.review(moderator(0), pull, "APPROVE");
    expect(await judge(sheet)).toMatchObject({ state: "accepted" });
  });

  it("the dismissal of an approval that took a rejection back: the rejection stays taken back", async () => {
    const { github } = campaign;
    const pull = await file(sheet);
    for (const by of campaign.moderators)
      await mustAsk(github, by.token, "POST", `issues/${pull}/comments`, { body: "reject advert" });
    await approve(pull);
    for (const { id } of github.state.pulls[0]!.reviews)
      await mustAsk(github, serviceToken(), "PUT", `pulls/${pull}/reviews/${id}/dismissals`, { message: "x" });
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
  });
});

describe("with the form service's keys one can", () => {
  const sheet = sheetOf(1, [one, two]);

  it("attest invented people, who come no further than the moderators let them", async () => {
    const invented = attested({ ...one, name: "Nobody Atall" });
    const sheet = sheetOf(1, [invented]);
    const pull = await file(sheet);
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
    await approve(pull);
    expect(await judge(sheet)).toMatchObject({ state: "accepted" });
  });

  it("withdraw somebody, which the ledger shows", async () => {
    await approve(await file(sheet));
    await judge(sheet);
    await file(withdrawalsOf(2, [one.id]));
    await judge(withdrawalsOf(2, [one.id]));
    expect(await listed()).toEqual(ids(two));
    expect((await record()).entries.at(-1)).toMatch(/ withdraw /);
  });

  it("hold a sheet up: delete a moderator's comment with the refusal in it (GitHub lets `pull_requests: write` do so)", async () => {
    const { github } = campaign;
    const pull = await file(sheet);
    await mustAsk(github, moderator(0).token, "POST", `issues/${pull}/comments`, { body: `refuse ${one.id} advert` });
    await approve(pull, `refuse ${two.id} advert`);
    await mustAsk(github, serviceToken(), "DELETE", `issues/comments/${github.state.comments[0]!.id}`);
    expect(await judge(sheet)).toMatchObject({ state: "blocked", unclear: [expect.stringMatching(/^event-\d+$/)] });
    // Who approves does not know what is missing.
    await approve(pull);
    expect(await judge(sheet)).toMatchObject({ state: "blocked" });
    expect(await listed()).toEqual([]);
    expect(github.state.comments.at(-1)!.body).toContain("was deleted by somebody else");
  });

  it("hold a sheet up: close it, dismiss its approvals", async () => {
    const pull = await file(sheet);
    await approve(pull);
    const review = campaign.github.state.pulls[0]!.reviews[0]!.id;
    const dismissal = `pulls/${pull}/reviews/${review}/dismissals`;
    await mustAsk(campaign.github, serviceToken(), "PUT", dismissal, { message: "x" });
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
    await mustAsk(campaign.github, serviceToken(), "PATCH", `pulls/${pull}`, { state: "closed" });
    expect(await judge(sheet)).toBeUndefined();
  });
});

describe("with one moderator's account, our code refuses", () => {
  const sheet = sheetOf(1, [one, two]);

  it("to count it twice, for an approval or for a rejection", async () => {
    const pull = await file(sheet);
    for (let i = 0; i < 3; i++) await campaign.review(moderator(0), pull, "APPROVE");
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
    for (let i = 0; i < 3; i++) await campaign.review(moderator(0), pull, "COMMENT", "reject advert");
    expect(await judge(sheet)).toMatchObject({ state: "waiting" });
  });

  it("to take back what another moderator refused", async () => {
    const pull = await file(sheet);
    await approve(pull, `refuse ${one.id} duplicate`);
    await campaign.review(moderator(1), pull, "COMMENT", `keep ${one.id}`);
    await judge(sheet);
    expect(await listed()).toEqual(ids(two));
  });

  it("rows of its own from a fork, and rows that the form service never attested", async () => {
    const { github } = campaign;
    const forged = sheetOf(2, [{ ...three, name: "Somebody Else" }]);
    const headSha = await commitOf(sheet);
    const author = { id: moderator(0).id, login: moderator(0).login, type: "User" } as const;
    const head = sheetBranch(sheet.sheet);
    openPull(github.state, author, { headOwner: author.login, head, headSha, base: "main", title: "x" });
    await approve(await file(forged));
    for (const by of [moderator(1)]) await campaign.review(by, 1, "APPROVE");
    expect(await judge(sheet)).toBeUndefined();
    expect(await judge(forged)).toMatchObject({ state: "invalid", reason: expect.stringContaining("not attested") });
    expect(await listed()).toEqual([]);
  });
});

describe("with the accept App's key alone", () => {
  const sheet = sheetOf(1, [one, two]);
  const push = async (files: Record<string, string>) => {
    const { repository } = campaign.github;
    const to = await writeCommit(repository.path, {
      ...{ parents: [repository.git("rev-parse", "main")], files: new Map(Object.entries(files)), message: "x\n" },
      ...({ committer: "accept", day: "2026-11-24" } as const),
    });
    await campaign.github.push(campaign.github.tokenOf(campaign.acceptApp), [`${to}:refs/heads/main`]);
  };
  const accepted = async () => {
    await approve(await file(sheet));
    await judge(sheet);
    campaign.publish();
  };

  it("our code signs nothing after a row was put on the list", async () => {
    await accepted();
    const list = campaign.mainFile("signatures/accepted/000.md");
    const forged = list.replace(/\n$/, "\n| 9 | name | Nobody | en |  | 2026-11-23 | AAAA |\n");
    await push({ "signatures/accepted/000.md": forged });
    await expect(campaign.accept()).rejects.toThrow();
  });

  it("our code signs nothing after an attested entry was put on the ledger without the ledger's key", async () => {
    await accepted();
    const entry = formatEntry(acceptEntryOf(three, edition));
    await push({ "signatures/ledger/000.txt": `${campaign.mainFile("signatures/ledger/000.txt")}${entry}\n` });
    await expect(campaign.accept()).rejects.toThrow("not the one its checkpoint was signed for");
  });

  it("our code signs nothing after main was set back behind what the world has seen (the rules let the App pass)", async () => {
    await accepted();
    await campaign.github.push(campaign.github.tokenOf(campaign.acceptApp), [`+${start}:refs/heads/main`]);
    await expect(campaign.accept()).rejects.toThrow("shorter than the one the world has seen");
  });

  it("our code signs nothing after main names another ledger's key", async () => {
    const other = noteSigner("letter.example.org/ledger", fixedRandomness("another ledger")(32));
    const campaignFile = campaign.mainFile("content/campaign.yaml");
    await push({ "content/campaign.yaml": campaignFile.replace(vkey, formatVkey(other.verifier)) });
    await expect(campaign.accept()).rejects.toThrow("LEDGER_KEY is not the key");
  });

  it("another attestation key on main is found by everybody who verifies what was accepted before", async () => {
    await accepted();
    const other = Buffer.from(signingKey(fixedRandomness("another service")(32)).publicKey).toString("base64url");
    const campaignFile = campaign.mainFile("content/campaign.yaml");
    await push({ "content/campaign.yaml": campaignFile.replace(keys.attestation, other) });
    const site = siteOf(await record());
    site.set("keys.json", Buffer.from(JSON.stringify({ ...keys, attestation: other })));
    // `publish` does the same with what it has built, and deploys nothing.
    await expect(verifyPublished(readFrom(site), vkey)).rejects.toThrow(/attest/);
  });

  it("one can change code and moderators on main, which the history shows: rows that were attested come in unreviewed", async () => {
    const pull = await file(sheet);
    await campaign.review(moderator(0), pull, "APPROVE");
    const moderators = campaign.mainFile(".github/moderators.yml").replace("approvals: 2", "approvals: 1");
    await push({ ".github/moderators.yml": moderators });
    expect(await judge(sheet)).toMatchObject({ state: "accepted" });
    expect(campaign.github.repository.git("log", "--format=%H", "--", ".github/moderators.yml")).not.toBe("");
  });
});

describe("with the ledger key alone", () => {
  const [letter, batch] = [
    formatEntry({ kind: "letter", edition }),
    formatEntry({ kind: "batch", filed: 1, refused: 0, leftOut: 0 }),
  ];
  const honest = async () => {
    await approve(await file(sheetOf(1, [one, two])));
    await judge(sheetOf(1, []));
    return record();
  };

  it("our code finds an invented row in what it signs: no attestation", async () => {
    const { entries, rows, ...rest } = await honest();
    const row = { ...three, name: "Nobody Atall" };
    const forged = signed({
      ...rest,
      entries: [...entries, batch, formatEntry(acceptEntryOf(row, edition))],
      rows: [...rows, { ...row, index: entries.length + 1 }],
    });
    await expect(verifyPublished(readFrom(siteOf(forged)), vkey)).rejects.toThrow(/attest/);
  });

  it("our code finds a ledger that was cut or written anew: it does not go on from a checkpoint that somebody kept", async () => {
    const { entries, checkpoint } = await honest();
    const continues = (others: string[]) => () => assertContinues(rootsOf(others), checkpoint, ledger.verifier, false);
    expect(continues([...entries, batch])).not.toThrow();
    expect(continues(entries.slice(0, -1))).toThrow("shorter");
    expect(continues([...entries.slice(0, -1), batch, batch])).toThrow("another");
  });

  it("one can show a victim another ledger of attested rows, until checkpoints are compared", async () => {
    const other = signed({
      ...(await honest()),
      entries: [letter, batch, formatEntry(acceptEntryOf(one, edition))],
      rows: [{ ...one, index: 2 }],
    });
    expect(await verifyPublished(readFrom(siteOf(other)), vkey)).toMatchObject({ listed: 1 });
  });
});
