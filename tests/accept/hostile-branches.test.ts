import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatSheet, sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { attested, attestedMessage, invent, messageFor, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { makeCampaign, outcomeOf, type TestCampaign } from "../support/campaigns/local-campaign.ts";

// One campaign for all: no matter what these branches hold, main must not move.
let campaign: TestCampaign;
let head: string;
const accepted = sheetOf(100, [invent(100, "name").row, invent(101, "name").row, invent(102, "name").row]);
const sheet = sheetOf(1, [invent(1, "name").row, invent(2, "hidden").row]);
const text = formatSheet(sheet);
const path = sheetPath(sheet.sheet);

beforeAll(async () => {
  campaign = await makeCampaign();
  await campaign.pass(accepted, `refuse ${invent(102).row.id} fake-name`);
  await campaign.pass(withdrawalsOf(101, [invent(101).row.id]));
  head = await campaign.host.head();
});
afterAll(() => campaign.remove());

/** A branch as anyone who can push makes it: the tree of main with these lines of `git update-index --index-info`. */
function push(branch: string, lines: string[], parents = [head], tree = head, message?: string): string {
  const index = join(campaign.folder, "index");
  const git = (input: string, ...args: string[]) =>
    execFileSync("git", ["--git-dir", campaign.repository.path, ...args], {
      input,
      env: { ...process.env, GIT_INDEX_FILE: index, GIT_CONFIG_GLOBAL: "/dev/null" },
      encoding: "utf8",
    }).trim();
  git("", "read-tree", tree);
  git(lines.map((line) => `${line}\n`).join(""), "update-index", "--add", "--index-info");
  const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
  const made = git("", "write-tree");
  const words = message === undefined ? attestedIn(branch.replace("pending/", ""), made) : message;
  const commit = git(words, ...identity, "commit-tree", made, ...parents.flatMap((id) => ["-p", id]));
  campaign.repository.git("update-ref", `refs/heads/${branch}`, commit);
  return commit;
}

/** What only the form service can write: most of these branches must be refused even if its key were in wrong hands. */
function attestedIn(name: string, tree: string): string {
  try {
    return messageFor(name, `${campaign.repository.git("cat-file", "-p", `${tree}:${sheetPath(name)}`)}\n`);
  } catch {
    return "x";
  }
}

/** A branch by somebody who can push and has not the form service's key. */
const pushAlone = (name: string, content: string, message = "x") =>
  push(`pending/${name}`, [file(sheetPath(name), content)], [head], head, message);

function blob(content: string | Uint8Array): string {
  const args = ["--git-dir", campaign.repository.path, "hash-object", "-w", "--stdin"];
  return execFileSync("git", args, { input: content, encoding: "utf8" }).trim();
}

const file = (at: string, content: string | Uint8Array, mode = "100644") => `${mode} ${blob(content)}\t${at}`;
const branch = `pending/${sheet.sheet}`;

const recipes: [what: string, reason: RegExp | "unattested", make: () => void, name?: string][] = [
  ["with an extra file", /changes other files/, () => push(branch, [file(path, text), file("x.txt", "x")])],
  [
    "that edits the ledger beside",
    /changes other files/,
    () => push(branch, [file(path, text), file("signatures/ledger/000.txt", "x\n")]),
  ],
  [
    "that edits the ledger and files nothing",
    /changes other files/,
    () => push(branch, [file("signatures/ledger/000.txt", "x\n")]),
  ],
  [
    "that changes the moderators",
    /changes other files/,
    () => push(branch, [file(path, text), file(".github/moderators.yml", "approvals: 1\nmoderators:\n  - 666\n")]),
  ],
  [
    "that brings attributes along",
    /changes other files/,
    () => push(branch, [file(path, text), file(".gitattributes", "* filter=evil diff=evil\n")]),
  ],
  ["that changes nothing", /changes other files/, () => push(branch, [])],
  ["whose sheet is a symlink", /not a regular file/, () => push(branch, [file(path, "/etc/passwd", "120000")])],
  ["whose sheet is a submodule", /not a regular file/, () => push(branch, [`160000 ${head}\t${path}`])],
  ["whose sheet is executable", /not a regular file/, () => push(branch, [file(path, text, "100755")])],
  [
    "whose file has another name than the branch",
    /changes other files/,
    () => push(branch, [file(sheetPath(sheetOf(2, []).sheet), text)]),
  ],
  [
    "whose file differs in case",
    /changes other files/,
    () => push(branch, [file(path.replace("pending", "Pending"), text)]),
  ],
  [
    "whose front matter names another sheet",
    /names another sheet than the branch/,
    () => push(branch, [file(path, formatSheet({ ...sheet, sheet: sheetOf(2, []).sheet }))]),
  ],
  [
    "in a folder of its own",
    /not named pending\//,
    () => push(`pending/x/${sheet.sheet}`, [file(path, text)]),
    `x/${sheet.sheet}`,
  ],
  [
    "with commands in its name",
    /not named pending\//,
    () => push("pending/$(id>ran)`id>ran`;&|", [file(path, text)]),
    "$(id>ran)`id>ran`;&|",
  ],
  ["with a name that is an option", /not named pending\//, () => push("pending/--help", [file(path, text)]), "--help"],
  [
    "of two commits",
    /not one commit on top of a commit of main/,
    () => push(branch, [file(path, text)], [push("other", [file("x.txt", "x")])]),
  ],
  ["without a parent", /exactly one parent/, () => push(branch, [file(path, text)], [])],
  [
    "that is a merge",
    /exactly one parent/,
    () => push(branch, [file(path, text)], [head, campaign.repository.git("rev-parse", "main~1")]),
  ],
  [
    "on top of a reviewed commit beside main",
    /not one commit on top of a commit of main/,
    () => push(branch, [file(path, text)], [campaign.repository.git("rev-parse", "main^2")]),
  ],
  ["of a sheet of one megabyte", /at most 400,000 bytes/, () => push(branch, [file(path, "x".repeat(1 << 20))])],
  ["that is not UTF-8", /not UTF-8/, () => push(branch, [file(path, Buffer.from([...Buffer.from(text), 0xff]))])],
  [
    "of ten thousand files",
    /changes other files/,
    () => {
      const empty = blob("");
      push(branch, [file(path, text), ...Array.from({ length: 10_000 }, (_, i) => `100644 ${empty}\tx/${i}`)]);
    },
  ],
  [
    "that files an accepted sheet again",
    /settled before/,
    () => push(`pending/${accepted.sheet}`, [file(sheetPath(accepted.sheet), formatSheet(accepted))]),
    accepted.sheet,
  ],
  [
    "that copies an accepted row",
    "unattested",
    () => pushAlone(sheet.sheet, formatSheet(sheetOf(1, [invent(100, "name").row]))),
  ],
  [
    "that copies the row of a person who left",
    "unattested",
    () => pushAlone(sheet.sheet, formatSheet(sheetOf(1, [invent(101, "name").row]))),
  ],
  [
    "that copies a refused row",
    "unattested",
    () => pushAlone(sheet.sheet, formatSheet(sheetOf(1, [invent(102, "name").row]))),
  ],
  ["that copies rows that wait", "unattested", () => pushAlone(sheet.sheet, text)],
  [
    "that carries the attestation of another sheet",
    "unattested",
    () => pushAlone(sheet.sheet, text, attestedMessage(accepted)),
  ],
  [
    "that carries the attestation of the same id with other bytes",
    "unattested",
    () => pushAlone(sheet.sheet, formatSheet(sheetOf(1, [invent(1, "name").row])), attestedMessage(sheet)),
  ],
  [
    "whose attestation is not in the last line",
    "unattested",
    () => pushAlone(sheet.sheet, text, `${attestedMessage(sheet)}\nx\n`),
  ],
  [
    "of withdrawals that nobody attested as a sheet",
    "unattested",
    () => pushAlone(sheet.sheet, formatSheet(withdrawalsOf(1, [invent(100).row.id]))),
  ],
  [
    "that moves a good attestation to another edition",
    /edition of the sheet is not on the ledger/,
    () => push(branch, [file(path, formatSheet({ ...sheet, edition: Buffer.alloc(32).toString("base64url") }))]),
  ],
  [
    "that shows a hidden person",
    /row \d: the row is not attested/,
    () => {
      const shown = { ...sheet.rows.find((row) => row.shown === "hidden")!, shown: "name" as const };
      const named = { ...shown, name: "Maryam Azadi", lang: "en", signed: "2026-11-23" };
      const rows = sheet.rows.map((row) => (row.id === named.id ? named : row));
      push(branch, [file(path, formatSheet({ ...sheet, rows }))]);
    },
  ],
  [
    "whose rows share one contact record",
    /the sheet has this signature twice/,
    () => {
      const [one, two] = sheet.rows as [(typeof sheet.rows)[0], (typeof sheet.rows)[0]];
      push(branch, [file(path, formatSheet({ ...sheet, rows: [one, attested({ ...two, contact: one.contact })] }))]);
    },
  ],
];

describe("a branch", () => {
  it.each(recipes)(
    "%s is refused with its reason, and runs nothing",
    async (_what, reason, make, name = sheet.sheet) => {
      make();
      const ref = `refs/heads/pending/${name}`;
      const commit = campaign.repository.git("rev-parse", ref);
      await campaign.host.review(sheet.sheet, { by: 1, state: "approved", commit, body: "" }, "2026-11-24");
      try {
        const report = await campaign.accept();
        const outcome = outcomeOf(report, name);
        if (reason === "unattested") expect(outcome).toEqual({ sheet: name, state: "unattested" });
        else expect(outcome).toMatchObject({ state: "invalid", reason: expect.stringMatching(reason) });
        expect(JSON.stringify(outcome)).not.toMatch(/Azadi|کیانی|example\.org/);
        expect(await campaign.host.head()).toBe(head);
        expect(campaign.repository.git("rev-parse", ref)).toBe(commit);
        expect(existsSync("ran")).toBe(false);
      } finally {
        for (const name of campaign.repository.branches()) {
          if (name !== "main") campaign.repository.git("update-ref", "-d", `refs/heads/${name}`);
        }
      }
    },
  );

  it("that is right is accepted when it was approved as the others were", async () => {
    await campaign.pass(sheet);
    expect((await campaign.host.readMain()).settled.sheets.has(sheet.sheet)).toBe(true);
  });
});
