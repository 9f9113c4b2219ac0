import type { Moderators } from "../../../letter/review/moderation.ts";
import type { Budget } from "../costs.ts";
import type { Organisation } from "../organisation.ts";
import type { People } from "../people.ts";
import { type Setting, setting, unseen } from "./setting.ts";

/** What costs money, and who hears that something stopped. */
export type Costs = {
  readonly organisation: Organisation;
  readonly isPrivate: boolean;
  readonly moderators: Moderators;
  readonly people: People;
  /** undefined if GitHub does not show them */
  readonly budgets: readonly Budget[] | undefined;
  /** the account that changed the workflow accept last; undefined if GitHub knows none */
  readonly editor: string | undefined;
};

const BILLING = "organisation’s Settings → Billing and licensing";
const STOPS = "accept, publish and validate stop without a word once the plan’s minutes of the month are used up";

/** Compares what has to be paid for; what GitHub shows to no program is listed for people. See `.github/organising.md`. */
export function costSettings(costs: Costs): Setting[] {
  const { isPrivate } = costs;
  return [
    planSetting(costs),
    ...(isPrivate ? [seatsSetting(costs), budgetSetting(costs), ...PAYMENT] : []),
    editorSetting(costs),
  ];
}

function planSetting({ organisation: { plan }, isPrivate }: Costs): Setting {
  const otherwise = "a private repository has no rules for main and no place for its keys";
  const byHand = `${BILLING} → Licensing: take Team, which costs 4 $ a month for each seat`;
  const should = isPrivate ? "team or larger" : "any";
  if (plan === undefined) return unseen("plan", should, otherwise, byHand);
  return setting("plan", { is: plan, should, right: !isPrivate || plan !== "free", otherwise, byHand });
}

/** Everyone who was invited has a seat already; who is still to be invited needs one. */
function seatsSetting({ organisation: { seats, owners }, moderators, people }: Costs): Setting {
  const otherwise = "GitHub refuses to invite a moderator";
  const byHand = `${BILLING} → Licensing: one seat for each owner and moderator, also while the invitation waits`;
  const seated = new Set([...people.collaborators, ...people.invited].map(({ id }) => id));
  const isOwner = (id: number) => owners.includes(people.names.get(id) ?? "");
  const missing = [...moderators.ids].filter((id) => !seated.has(id) && !isOwner(id)).length;
  const should = missing === 0 ? "enough" : `${missing} or more free`;
  if (seats === undefined) return unseen("seats", should, otherwise, byHand);
  const right = seats.all - seats.taken >= missing;
  return setting("seats", { is: `${seats.taken} of ${seats.all} taken`, should, right, otherwise, byHand });
}

function budgetSetting({ budgets }: Costs): Setting {
  const where = `${BILLING} → Budgets and alerts`;
  const [name, should] = ["budget for Actions", "above 0 $, with a mail to both owners before it is used up"];
  if (budgets === undefined || budgets.length === 0) return unseen(name, should, STOPS, where);
  const dollars = Math.min(...budgets.map((one) => one.dollars));
  return setting(name, { is: `${dollars} $`, should, right: dollars > 0, otherwise: STOPS, byHand: where });
}

const PAYMENT = [
  unseen(
    "means of payment",
    "valid, with no invoice overdue",
    `${STOPS}, and an unpaid Team plan becomes a free one, without rules and environments`,
    `${BILLING} → Payment information; a card names a person`,
  ),
  unseen(
    "what was used this month",
    "well below 3,000 minutes and 2 GB of artifacts, or within the budget",
    STOPS,
    `${BILLING} → Usage`,
  ),
];

/** GitHub runs a schedule in the name of the account that changed it last, and tells only that account when a run fails. */
function editorSetting({ organisation: { owners }, editor }: Costs): Setting {
  const name = "last editor of accept’s schedule";
  const should = "one of the owners";
  const otherwise = "nobody hears that accept failed, and its schedule ends with that account";
  const byHand = "an owner changes the line cron in .github/workflows/accept.yml by a pull request";
  if (editor === undefined) return unseen(name, should, otherwise, byHand);
  return setting(name, { is: editor, should, right: owners.includes(editor), otherwise, byHand });
}
