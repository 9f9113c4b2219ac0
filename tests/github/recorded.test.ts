import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Account } from "../support/github/account.ts";
import { askAs } from "../support/github/ask.ts";
import { type GitHub, startGitHub } from "../support/github/github.ts";
import type { Recorded } from "../support/github/recorded/extract.ts";
import { differences, hasField, shapeOf } from "../support/github/recorded/shape.ts";
import { root } from "../support/source.ts";

const file = join(root, "tests/support/github/recorded/answers.json");
const { answers } = JSON.parse(readFileSync(file, "utf8")) as { answers: Recorded[] };
const recordedOf = (operation: string, status: number) =>
  answers.filter((one) => one.operation === operation && one.status === status);

let github: GitHub;
let organiser: Account;
let main: string;
beforeEach(async () => {
  github = await startGitHub();
  main = github.repository.commit("main", "begin\n", { "README.md": "hello\n" });
  organiser = github.addAccount("organiser", "admin");
  github.addAccount("moderator", "triage");
});
afterEach(() => github.close());

const REPO = "/repos/{owner}/{repo}";
type Case = {
  readonly operation: string;
  readonly status: number;
  readonly ask: () => readonly [method: string, path: string, body?: object];
  /** the fields that our code reads */
  readonly read: readonly string[];
};
const status = { state: "success", context: "a", description: "b" };
const cases: readonly Case[] = [
  {
    ...{ operation: `GET ${REPO}`, status: 200, ask: () => ["GET", ""] },
    read: ["id", "full_name", "private", "default_branch", "owner.id", "owner.login", "owner.type", "has_wiki"],
  },
  {
    ...{ operation: `PATCH ${REPO}`, status: 200, ask: () => ["PATCH", "", { has_wiki: false }] },
    read: ["full_name", "allow_squash_merge"],
  },
  {
    ...{ operation: `GET ${REPO}/collaborators`, status: 200, ask: () => ["GET", "collaborators"] },
    read: ["[].id", "[].login", "[].permissions.push", "[].permissions.admin"],
  },
  {
    ...{ operation: `POST ${REPO}/git/refs`, status: 201 },
    ...{
      ask: () => ["POST", "git/refs", { ref: "refs/heads/a", sha: main }],
      read: ["ref", "object.sha", "object.type"],
    },
  },
  {
    ...{ operation: `POST ${REPO}/statuses/{sha}`, status: 201, ask: () => ["POST", `statuses/${main}`, status] },
    read: ["state", "context"],
  },
  {
    ...{ operation: `GET ${REPO}/commits/{ref}/status`, status: 200, ask: () => ["GET", "commits/main/status"] },
    read: ["state", "statuses", "total_count"],
  },
  {
    ...{ operation: `GET ${REPO}/branches/{branch}/protection`, status: 404 },
    ...{ ask: () => ["GET", "branches/main/protection"], read: ["message", "documentation_url"] },
  },
];

describe("what GitHub has answered, and the stand-in answers", () => {
  it.each(cases)("$operation: $status has the same types, and every field that is read", async (one) => {
    const [method, path, body] = one.ask();
    const { status, body: answered } = await askAs(github, organiser.token, method, path, body);
    const ours = shapeOf(answered);
    const theirs = recordedOf(one.operation, one.status);
    expect(status).toBe(one.status);
    expect(theirs).not.toEqual([]);
    for (const { answer } of theirs) {
      expect(differences(ours, answer)).toEqual([]);
      for (const field of one.read)
        expect([field, hasField(ours, field), hasField(answer, field)]).toEqual([field, true, true]);
    }
  });

  it("links a list's pages by the repository's id, in GitHub's order, and tags answers strongly", async () => {
    for (let i = 0; i < 13; i++) github.repository.git("update-ref", `refs/heads/b${i}`, main);
    const [, second] = answers.filter(({ link }) => link !== undefined);
    const { headers } = await askAs(github, organiser.token, "GET", "branches?per_page=3&page=2");
    const form = (link = "") => link.replace(/https?:\/\/[^/]+\/repositories\/\d+\/\w+/g, "PAGE");
    expect(form(headers.get("link") ?? "")).toBe(form(second!.link));
    const [first] = (headers.get("link") ?? "").split(/[<>]/).slice(1);
    const followed = await fetch(first!, { headers: { authorization: `Bearer ${organiser.token}` } });
    expect(followed.status).toBe(200);
    for (const { etag } of answers.filter((one) => one.etag)) expect(etag).toMatch(/^"\w+"$/);
    expect(headers.get("etag")).toMatch(/^"\w+"$/);
  });
});
