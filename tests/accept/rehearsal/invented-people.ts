import type { Answer, People, Question } from "../../../scripts/accept/rehearsal/step.ts";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import type { Account } from "../../support/github/account.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { edit, erase } from "../../support/github/git/rewriting.ts";
import type { Pull, State } from "../../support/github/state.ts";
import type { ThrowAway } from "./throw-away-campaign.ts";

/** What moderators and organisers of the stand-in do when they are asked: for each step, one act a question. */
export function inventedPeople(campaign: ThrowAway): People {
  const { github, organiser, moderators } = campaign;
  const [first, second] = moderators;
  const asked = new Map<string, number>();
  const pullOf = ({ pull }: Question): Pull => github.state.pulls.find(({ number }) => number === pull)!;
  const say = (by: Account, question: Question, body: string) =>
    mustAsk(github, by.token, "POST", `issues/${question.pull}/comments`, { body });
  const onLine = (by: Account, question: Question, body: string, id: string, start?: string) => {
    const { head, headSha } = pullOf(question);
    const path = sheetPath(head.replace("pending/", ""));
    const lines = github.repository.read(headSha, path).toString("utf8").split("\n");
    const lineOf = (row: string) => lines.findIndex((line) => line.startsWith(`| ${row} `)) + 1;
    const from = start === undefined ? {} : { start_line: lineOf(start), start_side: "RIGHT" };
    const at = { commit_id: headSha, path, line: lineOf(id), side: "RIGHT", ...from };
    return mustAsk(github, by.token, "POST", `pulls/${question.pull}/comments`, { body, ...at });
  };
  const approve = (by: Account, question: Question, body = "") => campaign.review(by, question.pull!, "APPROVE", body);
  const both = async (question: Question) => {
    for (const by of moderators) await approve(by, question);
  };
  const veto = async (question: Question) => {
    await say(first, question, `refuse ${question.ids![0]} advert`);
    await both(question);
  };
  const actor = { kind: "user", account: organiser } as const;
  const move = (question: Question, state: string) =>
    mustAsk(github, first.token, "PATCH", `pulls/${question.pull}`, { state });
  const ruleset = signedCommits(github.state);
  const acts: Readonly<Record<string, readonly ((question: Question) => unknown)[]>> = {
    "workflow-changed": [
      () => github.repository.commit("main", "organisers: ci", { ".github/workflows/ci.yml": "# changed\non: push\n" }),
    ],
    "rule-of-the-organisation": [
      () => github.state.rulesets.push(ruleset),
      () => github.state.rulesets.splice(github.state.rulesets.indexOf(ruleset), 1),
    ],
    "other-files": [both],
    "forged-row": [both],
    "unattested-sheet": [both],
    "two-reviews": [
      async (question) => {
        await approve(first, question, `refuse ${question.ids![0]} offensive`);
        await onLine(second, question, "refuse fake-name", question.ids![1]!);
        await approve(second, question);
      },
    ],
    misspelled: [
      async (question) => {
        await say(first, question, `refuse ${question.ids![0]} advrt`);
        await both(question);
      },
      async (question) => {
        const comment = github.state.comments.find((one) => one.pull === question.pull && one.body.includes("advrt"))!;
        erase(github.state, comment, { kind: "user", account: first });
        await say(first, question, `refuse ${question.ids![0]} advert`);
      },
    ],
    "edited-veto": [veto],
    "deleted-veto": [veto],
    "deleted-line-veto": [
      async (question) => {
        await onLine(first, question, "refuse advert", question.ids![0]!);
        await both(question);
        const comment = github.state.comments.find((one) => one.pull === question.pull && one.line)!;
        erase(github.state, comment, actor);
      },
    ],
    "edited-review": [
      async (question) => {
        await approve(first, question, `refuse ${question.ids![0]} advert`);
        await approve(second, question);
        edit(github.state, pullOf(question).reviews[0]!, actor, "fine");
      },
    ],
    dismissed: [
      async (question) => {
        await approve(second, question);
        await campaign.review(first, question.pull!, "REQUEST_CHANGES", "wait");
        const { id } = pullOf(question).reviews.at(-1)!;
        const path = `pulls/${question.pull}/reviews/${id}/dismissals`;
        await mustAsk(github, organiser.token, "PUT", path, { message: "no" });
      },
      (question) => approve(first, question),
    ],
    reactions: [
      async (question) => {
        await say(first, question, "looks good");
        await both(question);
      },
    ],
    "three-rows": [
      async (question) => {
        const ids = question.ids!;
        await onLine(first, question, "refuse advert", ids[2]!, ids[0]!);
        await both(question);
      },
    ],
    "largest-sheet": [
      async (question) => {
        await onLine(first, question, "refuse advert", question.ids![0]!);
        await both(question);
      },
    ],
    "closed-and-reopened": [
      async (question) => {
        await both(question);
        await move(question, "closed");
      },
      (question) => move(question, "open"),
    ],
  };
  return async (question): Promise<Answer> => {
    if (question.kind === "look") return { skipped: "nobody is here" };
    const count = asked.get(question.step) ?? 0;
    asked.set(question.step, count + 1);
    const act = acts[question.step]?.[count];
    if (act === undefined) throw new Error(`nobody knows what to do for ${question.step}: ${question.words}`);
    github.advance(1000);
    await act(question);
    github.advance(1000);
    return { done: true };
  };
}

/** What an organisation may require of every repository, and accept does not pass. */
export function signedCommits(state: State): State["rulesets"][number] {
  return {
    ...{ id: state.nextId(), name: "company policy", target: "branch", enforcement: "active", bypass_actors: [] },
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [{ type: "required_signatures" }],
    ...{ ofOrganisation: true, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" },
  };
}
