import type { Setting } from "../../outside/github/setup/setting.ts";
import { surveyGitHub } from "../../outside/github/setup/survey.ts";
import type { Stage } from "./stage.ts";
import type { Step } from "./step.ts";

const RULES_ON_MAIN = "rules on main that accept does not pass";

/** What GitHub is set to, and what it costs. */
export const SETTINGS: readonly Step[] = [
  {
    ...{ id: "settings", part: "Settings", who: "program" },
    tries: "compare all settings, as `npm run setup:github` does",
    believed: "none is different from what it should be, and the plan offers all of them",
    otherwise:
      "`npm run setup:github -- --repo OWNER/REPO` shows each with what follows from it; `--apply` changes what a program can change",
    run: async (stage) => {
      const wrong = (await survey(stage)).filter(({ state }) => state !== "right" && state !== "unseen");
      return { ok: wrong.length === 0, seen: wrong.map(formatWrong).join("; ") || "all as they should be" };
    },
  },
  {
    ...{ id: "plan", part: "Settings", who: "program" },
    tries: "read the plan of the organisation with the owner’s token",
    believed: "GitHub shows it",
    otherwise:
      "see for yourself that it is Team or larger, or that the repository is public, and correct organising.md, step 5",
    run: async (stage) => {
      const { plan } = await surveyGitHub(stage.organiser, stage.isPublic);
      return { ok: plan !== "unknown", seen: `plan ${plan}` };
    },
  },
  {
    ...{ id: "rule-of-the-organisation", part: "Settings", who: "both" },
    tries: "require signed commits, or linear history, of main by a ruleset of the organisation",
    believed: "`npm run setup:github` is red before accept is, and names the rule; right again without it",
    otherwise:
      "GitHub does not show that rule to this token: look at the organisation’s rulesets by hand, before each campaign",
    run: async (stage, ask) => {
      const isRight = async () => (await survey(stage)).find(({ name }) => name === RULES_ON_MAIN)?.state === "right";
      await ask("organisation’s Settings → Repository → Rulesets: require signed commits of the default branch");
      const during = await isRight();
      await ask("delete that ruleset of the organisation again");
      const after = await isRight();
      const word = (right: boolean) => (right ? "right" : "red");
      return { ok: !during && after, seen: `${word(during)} with the rule, ${word(after)} without it` };
    },
  },
  {
    ...{ id: "budget", part: "Settings", who: "people" },
    tries: "set the organisation’s budget for Actions to 0 $, use up the free minutes if you can, start accept",
    believed:
      "accept does not begin, and a mail says so to an owner; after the budget is back it goes on, nothing lost",
    otherwise:
      "write down what GitHub did and whom it told: `organising.md`, “What it costs”, promises that somebody hears of it",
  },
  {
    ...{ id: "last-editor", part: "Settings", who: "people" },
    tries:
      "take the account that changed the line `cron` in accept.yml last out of the organisation, wait for two full hours",
    believed: "accept goes on every hour, as long as that account exists",
    otherwise: "an owner changes that line whenever somebody leaves: put it into `organising.md`",
  },
];

/** A setting that is different, with what to do; no account's name, for those of moderators must be in no report. */
function formatWrong({ name, state, should, otherwise, byHand }: Setting): string {
  const title = name.replace(/^moderator .* \((\d+)\)$/, "moderator $1");
  if (state === "not offered") return `${title}: not offered by this plan, so ${otherwise}`;
  const todo = byHand?.replace(/ \(now [^()]*\)/, "") ?? "npm run setup:github -- --repo OWNER/REPO --apply";
  return `${title}: should be ${should}, otherwise ${otherwise}; to do: ${todo}`;
}

async function survey({ organiser, isPublic }: Stage): Promise<Setting[]> {
  return (await surveyGitHub(organiser, isPublic)).groups.flatMap(({ settings }) => settings);
}
