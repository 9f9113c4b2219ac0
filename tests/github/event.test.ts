import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mustAsk } from "../support/github/ask.ts";
import { payloadOf } from "../support/github/event.ts";
import { type GitHub, startGitHub } from "../support/github/github.ts";
import { root } from "../support/source.ts";

type Tree = Record<string, unknown>;
const { examples } = JSON.parse(readFileSync(join(root, "tests/support/github/events.json"), "utf8")) as {
  examples: Record<string, Tree | null>;
};

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
});
afterEach(() => github.close());

describe("the events of the stand-in", () => {
  it("have the form that GitHub describes, and every field of GitHub's own examples that workflows read", async () => {
    const workflow = "on: { workflow_dispatch: {} }\n";
    const main = github.repository.commit("main", "begin\n", { ".github/workflows/accept.yml": workflow });
    github.repository.git("branch", "proposal", main);
    const head = github.repository.commit("proposal", "propose\n", { "a.md": "a\n" });
    const organiser = github.addAccount("organiser", "admin");
    const moderator = github.addAccount("moderator", "triage");
    const asOrganiser = (method: string, path: string, body?: object) =>
      mustAsk(github, organiser.token, method, path, body);
    await asOrganiser("POST", "pulls", { head: "proposal", base: "main", title: "a" });
    const review = { event: "APPROVE", commit_id: head };
    const { id } = (await mustAsk(github, moderator.token, "POST", "pulls/1/reviews", review)) as { id: number };
    await asOrganiser("PUT", `pulls/1/reviews/${id}/dismissals`, { message: "not yet" });
    await asOrganiser("PATCH", "pulls/1", { title: "b" });
    await asOrganiser("PATCH", "pulls/1", { state: "closed" });
    await asOrganiser("PATCH", "pulls/1", { state: "open" });
    github.repository.git("branch", "next", head);
    const next = github.repository.commit("next", "more\n", { "b.md": "b\n" });
    await asOrganiser("PATCH", "git/refs/heads/proposal", { sha: next });
    await asOrganiser("POST", "actions/workflows/accept.yml/dispatches", { ref: "main", inputs: { reason: "now" } });
    const sent = github.state.events.map((event) => `${event.name} ${event.action}`.trim());
    expect(sent).toEqual([
      "pull_request opened",
      "pull_request_review submitted",
      "pull_request_review dismissed",
      "pull_request edited",
      "pull_request closed",
      "pull_request reopened",
      "pull_request synchronize",
      "workflow_dispatch",
    ]);
    for (const event of github.state.events) {
      const payload = payloadOf(github.state, event) as Tree;
      const example = examples[sent[github.state.events.indexOf(event)]!.replaceAll(/[_ ]/g, "-")];
      if (!example) continue;
      expect(missing(example, payload)).toEqual([]);
      expect(missing(example.pull_request, payload.pull_request)).toEqual([]);
      expect(missing(example.review, payload.review)).toEqual([]);
    }
  });
});

/** Fields of the example that the payload lacks, but for those of settings and of installed Apps. */
function missing(example: unknown, payload: unknown): string[] {
  const passed = new Set(["installation", "_links", "enterprise"]);
  return Object.keys((example ?? {}) as Tree).filter((name) => !passed.has(name) && !(name in (payload as Tree)));
}
