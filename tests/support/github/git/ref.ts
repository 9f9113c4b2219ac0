import { type Actor, authorOf } from "../account.ts";
import { Refusal } from "../refusal.ts";
import { type Move, violations } from "../ruleset.ts";
import { type Pull, type State, timeOf } from "../state.ts";
import type { GitOptions } from "./objects.ts";

/** What forbids a move: rulesets, and the permission that workflow files need; as one text, undefined when it may be. */
export function forbids(
  state: State,
  actor: Actor,
  move: Move,
  options: GitOptions & { pull?: Pull } = {},
): string | undefined {
  const broken = violations(state, actor, move, options);
  if (broken.length > 0) return `Repository rule violations found\n\n${broken.join("\n")}\n`;
  if (actor.kind !== "installation" || actor.permissions.workflows === "write" || move.to === undefined)
    return undefined;
  const [workflow] = changedWorkflows(state, move, options);
  return workflow === undefined
    ? undefined
    : `refusing to allow a GitHub App to create or update workflow \`${workflow}\` without \`workflows\` permission`;
}

/** Moves a ref through the API. @throws Refusal 422 where a rule forbids it */
export function moveRef(state: State, actor: Actor, move: Move, options: { force?: boolean; pull?: Pull } = {}): void {
  const { ref, from, to } = move;
  if (from !== undefined && to !== undefined && options.force !== true && !state.objects.isAncestor(from, to)) {
    throw new Refusal(422, "Update is not a fast forward");
  }
  const reason = forbids(state, actor, move, options.pull ? { pull: options.pull } : {});
  if (reason?.startsWith("refusing")) throw new Refusal(403, "Resource not accessible by integration");
  if (reason !== undefined) throw new Refusal(options.pull ? 405 : 422, reason);
  const zero = "0".repeat(40);
  state.objects.git(to === undefined ? ["update-ref", "-d", ref, from!] : ["update-ref", ref, to, from ?? zero]);
  settlePulls(state, actor, [move]);
}

/** What moved refs do to pull requests: a new head, merged by any push that made the head reachable, closed without a head. */
export function settlePulls(state: State, actor: Actor, moves: readonly Move[]): void {
  if (state.late.on) return void state.late.work.push(() => settle(state, actor, moves));
  settle(state, actor, moves);
}

function settle(state: State, actor: Actor, moves: readonly Move[]): void {
  const by = authorOf(actor);
  for (const { ref, from, to } of moves) {
    const branch = ref.replace(/^refs\/heads\//, "");
    // Git is asked once for all pull requests, however many are open.
    let reachable: ReadonlySet<string> | undefined;
    const reaches = (commit: string, tip: string) => {
      reachable ??= state.objects.reachable(tip);
      return reachable.has(commit);
    };
    for (const pull of state.pulls.filter((one) => one.state === "open")) {
      if (pull.head === branch && pull.headOwner === state.owner.login) {
        if (to === undefined) close(state, actor, pull);
        else if (pull.headSha !== to) {
          pull.headSha = to;
          pull.updatedAt = timeOf(state);
          state.objects.setRef(`refs/pull/${pull.number}/head`, to);
          state.events.push({
            name: "pull_request",
            action: "synchronize",
            by,
            pull,
            ...(from ? { before: from } : {}),
          });
        }
      }
      if (pull.base === branch && to !== undefined && reaches(pull.headSha, to)) {
        pull.merged = { at: timeOf(state), by, commit: to };
        close(state, actor, pull);
      } else if (pull.base === branch && to !== undefined) pull.baseSha = to;
    }
  }
}

/** Closes a pull request. */
export function close(state: State, actor: Actor, pull: Pull): void {
  pull.state = "closed";
  pull.updatedAt = timeOf(state);
  pull.closedAt = pull.updatedAt;
  state.events.push({ name: "pull_request", action: "closed", by: authorOf(actor), pull });
}

function changedWorkflows(state: State, { from, to }: Move, options: GitOptions): string[] {
  const main = state.objects.resolve("refs/heads/main", "commit");
  // A new branch is compared with main as it is now, also one on an older commit of main: vercel/next.js#94596.
  if (from === undefined && main !== undefined)
    return state.objects
      .git(["diff-tree", "-r", "--name-only", main, to!, "--", ".github/workflows"], options)
      .split("\n")
      .filter(Boolean);
  // A merge counts by what it has from no parent.
  const range = from === undefined ? [to!] : [to!, `^${from}`];
  return state.objects
    .git(["log", "--format=", "--name-only", "-c", "--root", "--no-renames", ...range], options)
    .split("\n")
    .filter((path) => path.startsWith(".github/workflows/"));
}
