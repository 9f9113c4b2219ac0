import type { Stage } from "./stage.ts";

/** The parts of a rehearsal, in the order in which they are gone through. */
export const PARTS = [
  "Filing",
  "Settings",
  "What GitHub refuses",
  "Hostile sheets",
  "Reviews",
  "Accept and publish",
  "Notices and requests",
  "From outside",
  "On one machine",
] as const;

/** One thing that is believed about GitHub, and how it is tried. */
export type Step = {
  /** names it in reports, answers and `--again` */
  readonly id: string;
  readonly part: (typeof PARTS)[number];
  /** `both`: the program prepares and compares, and people do in between what only people can */
  readonly who: "program" | "people" | "both";
  /** what is tried, for the table in `.github/rehearsal.md` */
  readonly tries: string;
  /** what must happen */
  readonly believed: string;
  /** what to do when something else happens */
  readonly otherwise: string;
  /** tries it and compares; people do by themselves, and say what they saw, what has no such function */
  readonly run?: (stage: Stage, ask: Ask) => Promise<Seen>;
};

/** What was seen, in a sentence of our own: numbers, ids and states, never a name. */
export type Seen = { readonly ok: boolean; readonly seen: string };

/** Asks people to do something; comes back when they have. */
export type Ask = (words: string, facts?: Facts) => Promise<void>;

/** What a program in place of people would have to know. */
export type Facts = { readonly pull?: number; readonly ids?: readonly string[] };

export type Question = Facts & {
  readonly step: string;
  /** `do`: something is to be done; `look`: something is to be seen too, and it is what is believed or something else */
  readonly kind: "do" | "look";
  readonly words: string;
};

/** What people answer: done (and as it is believed), something else was seen, or skipped and why. */
export type Answer = { readonly done: true } | { readonly seen: string } | { readonly skipped: string };

/** The people who rehearse: on the terminal, in a file, or a program in place of them. */
export type People = (question: Question) => Promise<Answer>;

/** What became of a step. `by hand`: it was not tried, and people said why. */
export type Outcome = {
  readonly id: string;
  readonly state: "ok" | "failed" | "skipped by hand";
  readonly seen: string;
};
