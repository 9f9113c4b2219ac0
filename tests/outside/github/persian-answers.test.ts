import { expect, inject, it } from "vitest";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import {
  formatAnswer,
  formatBlocked,
  formatCopies,
  formatInvalid,
  formatUnattested,
} from "../../../scripts/outside/github/answer.ts";
import { invent, sheetOf, withdrawalsOf } from "../../letter/invented.ts";
import { slipsIn } from "../../site/persian.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

const random = fixedRandomness(`answers ${inject("seed")}`);
const sheet = sheetOf(
  1,
  [1, 2, 3].map((number) => invent(number, "name").row),
);
const [first, second] = sheet.rows.map(({ id }) => id) as [string, string];
const settlement = { approvedBy: [], refused: [[first, "duplicate"]], leftOut: [second], size: 9, root: "x" } as const;

/** What accept writes to moderators, with what its Persian must say. */
const ANSWERS: readonly [what: string, answer: string, says: string][] = [
  ["an accepted sheet", formatAnswer(sheet, settlement, new Set([second])), "۱ امضا از ۳ در فهرست آمده است"],
  [
    "withdrawals",
    formatAnswer(withdrawalsOf(5, [first]), { ...settlement, refused: [], leftOut: [] }, new Set()),
    "۱ امضا از ۱ از فهرست برداشته شد",
  ],
  ["a sheet that breaks a rule", formatInvalid("a reason"), "پذیرفته نشد"],
  ["a sheet that nobody attested", formatUnattested(), "گواهی نکرده است"],
  ["rows on another sheet", formatCopies(new Map([[first, [formatCrockford128(random(16))]]])), "برگهٔ باز دیگری"],
  ["a review that asks to wait", formatBlocked([]), "در انتظار"],
  ["a comment that cannot be read", formatBlocked(["https://a.test/#event-1"]), "دستور خوانایی نیست"],
];

it.each(ANSWERS)("a moderator who reads Persian is told of %s, as a careful editor would", (_, answer, says) => {
  const parts = [...answer.matchAll(/<div dir="rtl" lang="fa">\n\n([\s\S]*?)\n\n<\/div>/g)].map(([, part]) => part!);
  expect(parts.join("\n")).toContain(says);
  const words = parts.map((part) => part.replace(/`[^`]*`/g, "x").replace(/\*\*/g, ""));
  expect(words.flatMap(slipsIn)).toEqual([]);
});
