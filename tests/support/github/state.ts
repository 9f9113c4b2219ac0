import type { Account, Actor, App } from "./account.ts";
import type { Objects } from "./git/objects.ts";
import type { Deployment, WorkflowRun } from "./pages.ts";
import type { Ruleset } from "./ruleset.ts";

export type Author = { readonly id: number; readonly login: string; readonly type: "User" | "Bot" };

export type Pull = {
  readonly id: number;
  readonly number: number;
  readonly author: Author;
  title: string;
  body: string | null;
  /** whose repository holds the head: the owner's own, or a fork */
  readonly headOwner: string;
  readonly head: string;
  headSha: string;
  base: string;
  baseSha: string;
  state: "open" | "closed";
  draft: boolean;
  merged: { readonly at: string; readonly by: Author; readonly commit: string } | undefined;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  readonly reviews: Review[];
  readonly timeline: TimelineEvent[];
};

/** What GraphQL calls timeline items, as far as accept asks for them. */
export type TimelineEvent =
  | {
      readonly kind: "COMMENT_DELETED_EVENT";
      readonly id: number;
      readonly at: string;
      readonly actor: Author;
      readonly author: Author;
    }
  | {
      readonly kind: "REVIEW_DISMISSED_EVENT";
      readonly id: number;
      readonly at: string;
      readonly actor: Author;
      readonly review: number;
      readonly previous: Review["state"];
    };

/** Who changed a text last, and when; REST does not tell. */
type Edited = { lastEditedAt?: string; editor?: Author };

export type Review = Edited & {
  readonly id: number;
  readonly author: Author;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  readonly commit: string;
  readonly submittedAt: string;
};

/** A comment below a pull request, or (with `line`) on a line of a file. */
export type Comment = Edited & {
  readonly id: number;
  readonly pull: number;
  readonly author: Author;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly line?: {
    readonly path: string;
    /** of a comment on several lines, of which `line` is the last */
    readonly startLine?: number;
    readonly line: number;
    readonly commit: string;
    readonly hunk: string;
    readonly review: number;
  };
};

export type CheckRun = {
  readonly id: number;
  readonly app: App | undefined;
  readonly name: string;
  readonly sha: string;
  status: string;
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
};

export type Status = {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly author: Author;
  readonly at: string;
};
export type Environment = {
  readonly id: number;
  readonly name: string;
  rules: Record<string, unknown>;
  branches: { id: number; name: string; type: string }[];
  secrets: string[];
};
export type Dispatch = {
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Record<string, unknown>;
  readonly by: Author;
};
export type Release = { readonly id: number; readonly tag: string; readonly author: Author; readonly at: string };
/** An event that GitHub would have sent to a webhook or started a workflow with. */
export type Event = {
  readonly name: string;
  readonly action: string;
  readonly by: Author;
  readonly pull?: Pull;
  readonly review?: Review;
  readonly before?: string;
  readonly dispatch?: Dispatch;
};

/** All that the stand-in remembers besides git's objects. One organisation, one repository. */
export type State = {
  readonly origin: () => string;
  readonly owner: { readonly id: number; readonly login: string };
  readonly repository: { readonly id: number; readonly name: string; private: boolean };
  readonly objects: Objects;
  /** milliseconds since 1970, handed in */
  readonly clock: () => number;
  readonly accounts: Account[];
  readonly apps: App[];
  readonly tokens: Map<string, { readonly actor: Actor; readonly expires: number }>;
  readonly pulls: Pull[];
  readonly comments: Comment[];
  readonly checks: CheckRun[];
  readonly statuses: Status[];
  readonly rulesets: Ruleset[];
  readonly environments: Environment[];
  readonly secrets: string[];
  readonly dispatches: Dispatch[];
  /** in the order in which they were started */
  readonly runs: WorkflowRun[];
  readonly deployments: Deployment[];
  readonly releases: Release[];
  readonly events: Event[];
  /** settings that are kept and given back as they were set: of the organisation, the repository, Actions, Pages */
  readonly settings: Map<string, Record<string, unknown>>;
  /** ids that are never given twice */
  readonly nextId: () => number;
  /** what GitHub has still to do: it moves heads, and marks pull requests as merged, some time after a push */
  readonly late: { on: boolean; readonly work: (() => void)[] };
  /** branches that the API does not know yet, and for how many requests more; `requests`: of the next ones */
  readonly fresh: { requests: number; refused: number; readonly left: Map<string, number> };
  /** main's commit before the last push, which the API gives for so many requests more; `requests`: after the next push */
  readonly stale: { requests: number; left: number; former: string };
};

/** The time now as GitHub writes it: whole seconds, UTC. */
export function timeOf(state: State): string {
  return new Date(state.clock()).toISOString().replace(/\.\d+Z$/, "Z");
}
