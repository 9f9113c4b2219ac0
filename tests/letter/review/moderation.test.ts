import { describe, expect, it } from "vitest";
import { decide, type Moderators, type ReviewAct } from "../../../scripts/letter/review/moderation.ts";
import { REFUSAL_CODES } from "../../../scripts/letter/review/order.ts";

const moderators: Moderators = { approvals: 2, ids: new Set([11, 22, 33]) };
const commit = "c".repeat(40);
const older = "b".repeat(40);
const [row, other] = ["79e76wrznkwmmc3frcxdfe2080", "ns6knm8p7s9ydsapqfcr3zd2h4"] as const;

const judge = (...acts: ReviewAct[]) => decide(moderators, commit, [row, other], acts);
const approve = (by: number, body = "", of = commit): ReviewAct => ({ by, state: "approved", commit: of, body });
const block = (by: number, of = commit): ReviewAct => ({ by, state: "changes-requested", commit: of, body: "" });
const dismissed = (by: number): ReviewAct => ({ by, state: "dismissed", commit, body: "" });
const review = (by: number, body: string): ReviewAct => ({ by, state: "commented", commit, body });
const comment = (by: number, body: string): ReviewAct => ({ by, state: "commented", commit: "", body });
const onRow = (by: number, body: string, id: string = row): ReviewAct => ({
  by,
  state: "commented",
  commit,
  body,
  row: id,
});

describe("the decision on a sheet", () => {
  it("waits until enough listed moderators have approved", () => {
    expect(judge().state).toBe("waiting");
    expect(judge(approve(11)).state).toBe("waiting");
    expect(judge(approve(22), approve(11))).toMatchObject({ state: "approved", approvedBy: [11, 22] });
  });

  it("counts a moderator once, however often they approve", () => {
    expect(judge(approve(11), approve(11), approve(11))).toMatchObject({ state: "waiting", approvedBy: [11] });
  });

  it("counts nothing of anyone who is not listed", () => {
    expect(judge(approve(11), approve(99)).state).toBe("waiting");
    expect(judge(approve(11), approve(22), block(99)).state).toBe("approved");
    expect(judge(approve(11), approve(22), comment(99, `refuse ${row} advert`)).refused.size).toBe(0);
    expect(judge(comment(99, "reject advert"), comment(98, "reject advert")).state).toBe("waiting");
    expect(
      judge(approve(11), approve(22), comment(11, `refuse ${row} advert`), comment(99, `keep ${row}`)).refused.size,
    ).toBe(1);
  });

  it("does not count an approval older than the last push", () => {
    expect(judge(approve(11), approve(22, "", older)).state).toBe("waiting");
    expect(judge(approve(11, "", ""), approve(22)).state).toBe("waiting");
  });

  it("counts the last review of a moderator", () => {
    expect(judge(approve(11), approve(22), block(22)).state).toBe("blocked");
    expect(judge(block(22), approve(11), approve(22)).state).toBe("approved");
    expect(judge(approve(11), approve(22), dismissed(22)).state).toBe("waiting");
    expect(judge(approve(11), approve(22), approve(22, "", older)).state).toBe("waiting");
    expect(judge(block(22, older), approve(11), approve(33)).state).toBe("blocked");
    expect(judge(block(22), dismissed(22), approve(11), approve(33)).state).toBe("approved");
  });

  it("keeps an approval when its moderator only adds a remark", () => {
    expect(judge(approve(11), approve(22), review(22, "a pity"), comment(22, "thanks")).state).toBe("approved");
  });

  it("blocks as long as one listed moderator requests changes", () => {
    expect(judge(approve(11), approve(22), block(33)).state).toBe("blocked");
  });

  it("needs one approval even when the settings say none", () => {
    expect(decide({ ...moderators, approvals: 0 }, commit, [row], []).state).toBe("waiting");
    expect(decide({ ...moderators, approvals: 1 }, commit, [row], [approve(11)]).state).toBe("approved");
  });
});

describe("the refusal of a row", () => {
  it("is a line in a review, in a comment, or on the row itself", () => {
    for (const act of [
      review(11, `refuse ${row} fake-name`),
      comment(11, `I know him.\nrefuse ${row} fake-name\nSorry.`),
      approve(11, `  Refuse   ${row.toUpperCase()} FAKE-NAME  `),
      comment(11, `refuse ${row} fake-name\r\nkeep ${other}\r\n`),
      onRow(11, "refuse fake-name"),
      onRow(11, `refuse ${row} fake-name`, other),
    ])
      expect(judge(act).refused).toEqual(new Map([[row, "fake-name"]]));
  });

  it("has one of the codes", () => {
    for (const code of REFUSAL_CODES) expect(judge(comment(11, `refuse ${row} ${code}`)).refused.get(row)).toBe(code);
    for (const body of [
      `refuse ${row}`,
      `refuse ${row} ugly`,
      `refuse ${row} advert please`,
      "refuse advert",
      `> refuse ${row} advert`,
      `do not refuse ${row} advert`,
    ])
      expect([body, judge(comment(11, body)).refused.size]).toEqual([body, 0]);
  });

  it("may be written as people write", () => {
    const persian = row.replace(/\d/g, (digit) => String.fromCharCode(0x06f0 + Number(digit)));
    for (const body of [
      `refuse ${persian} fake-name`,
      `refuse\u00a0${row}\u00a0fake-name`,
      `\u200frefuse \u2066${row}\u2069 fake-name\u200e`,
      `- refuse \`${row}\` fake-name.`,
      `1. **refuse ${row}** fake‑name`,
      `refuse: ${row} Fake name!`,
      `"refuse ${row} fake-name"`,
      `see above\rrefuse ${row} fake-name\u2028done`,
      `\`\`\`\nrefuse ${row} fake-name\n\`\`\``,
    ])
      expect([body, judge(comment(11, body)).refused.get(row)]).toEqual([body, "fake-name"]);
    expect(judge(onRow(11, "Refuse: not a person")).refused.get(row)).toBe("not-a-person");
  });

  it("that cannot be read blocks as long as it stands there, whoever approves, its author too", () => {
    for (const body of [
      ...["refuse", "refuse advert", `refuse ${row}`, `refuse ${row} ugly`, `refuse ${row.slice(1)} advert`],
      ...[
        `refuse ${row} advert please`,
        `refuse ${row} ${other} advert`,
        `Refuse ${row} - advert`,
        "refuse the first one",
        `please refuse ${row} advert`,
        `/refuse ${row} advert`,
        `Refused: ${row}`,
        `~~refuse ${row} advert~~`,
        `\u0433\u0435fuse ${row} advert`,
        `${row} fake name`,
        `- ${row}: not a person!`,
      ],
    ]) {
      const held = judge({ ...approve(11, body), place: "here" }, approve(22), approve(33));
      expect([body, held.state, held.unclear]).toEqual([body, "blocked", ["here"]]);
      expect(judge(approve(11), approve(22), comment(11, body)).state).toBe("blocked");
      // Comments on rows come first, the approval last: the moderator who slipped does not know it yet.
      expect(judge(comment(11, body), approve(22), block(11), approve(11)).state).toBe("blocked");
      expect(judge(approve(11), approve(22), comment(44, body)).state).toBe("approved");
    }
    for (const body of ["fake-name", "Fake name.", "please refuse", "this was refused already"])
      expect([body, judge(onRow(11, body), approve(11), approve(22)).state]).toEqual([body, "blocked"]);
  });

  it("is not seen in what people write to each other", () => {
    for (const body of [
      ...["> refuse this one", `> refuse ${row} advert`, "I refuse nothing.", "no duplicate, no advert"],
      ...["keep it", "The codes are on the page.", "**Accepted.** Refused: 1"],
    ])
      expect([body, judge(approve(11, body), approve(22)).state]).toEqual([body, "approved"]);
    expect(judge(onRow(11, "I know her, she is real."), approve(11), approve(22)).state).toBe("approved");
  });

  it("in words that were changed counts nothing, and blocks as long as they stand there", () => {
    const changed: ReviewAct = { by: 11, state: "edited", commit: "", body: "", place: "issuecomment-1" };
    expect(judge(changed, approve(11), approve(22))).toMatchObject({ state: "blocked", unclear: ["issuecomment-1"] });
    expect(judge({ ...changed, by: 44 }, approve(11), approve(22)).state).toBe("approved");
  });

  it("holds for rows of this sheet only, and one of another row holds the sheet back", () => {
    const stray = judge(comment(11, "refuse s194y5aget01nesa8d6wbyfkrr advert"), approve(22), approve(33));
    expect([stray.refused.size, stray.state]).toEqual([0, "blocked"]);
  });

  it("adds up over all moderators", () => {
    const decision = judge(approve(11, `refuse ${row} advert`), approve(22), comment(33, `refuse ${other} offensive`));
    expect(decision.state).toBe("approved");
    expect([...decision.refused].sort()).toEqual([
      [row, "advert"],
      [other, "offensive"],
    ]);
  });

  it("is taken back by who made it, and by nobody else", () => {
    expect(judge(comment(11, `refuse ${row} advert`), comment(11, `keep ${row}`)).refused.size).toBe(0);
    expect(judge(onRow(11, "refuse advert"), onRow(11, "keep")).refused.size).toBe(0);
    expect(judge(comment(11, `refuse ${row} advert`), comment(22, `keep ${row}`)).refused.size).toBe(1);
    expect(judge(comment(11, `keep ${row}`), comment(11, `refuse ${row} advert`)).refused.size).toBe(1);
  });

  it("outlives the review that it stood in: the row was seen", () => {
    expect(judge(review(11, `refuse ${row} advert`), dismissed(11)).refused.size).toBe(1);
  });

  it("has the code of the moderator with the lowest id, whatever the order", () => {
    const acts = [comment(22, `refuse ${row} advert`), comment(11, `refuse ${row} duplicate`)];
    expect(judge(...acts).refused.get(row)).toBe("duplicate");
    expect(judge(...acts.toReversed()).refused.get(row)).toBe("duplicate");
  });
});

describe("the rejection of a sheet", () => {
  it("needs as many moderators as an approval", () => {
    expect(judge(comment(11, "reject advert")).state).toBe("waiting");
    expect(judge(comment(11, "reject advert"), comment(11, "reject advert")).state).toBe("waiting");
    expect(judge(comment(22, "reject advert"), comment(11, "reject duplicate"))).toEqual({
      state: "rejected",
      approvedBy: [11, 22],
      refused: new Map([
        [row, "duplicate"],
        [other, "duplicate"],
      ]),
      named: new Set(),
      unclear: [],
    });
  });

  it("keeps the code of a row that was refused by itself", () => {
    const decision = judge(comment(11, `reject advert\nrefuse ${row} fake-name`), comment(22, "reject advert"));
    expect(decision.named).toEqual(new Set([row]));
    expect(decision.refused).toEqual(
      new Map([
        [row, "fake-name"],
        [other, "advert"],
      ]),
    );
  });

  it("outweighs approvals and requests for changes", () => {
    const acts = [comment(11, "reject advert"), comment(22, "reject advert"), block(33)];
    expect(judge(...acts).state).toBe("rejected");
    expect(
      decide({ ...moderators, approvals: 1 }, commit, [row], [approve(11), comment(22, "reject advert")]).state,
    ).toBe("rejected");
  });

  it("is taken back by a later approval", () => {
    const rejecting = [comment(11, "reject advert"), comment(22, "reject advert")];
    expect(judge(...rejecting, approve(11)).state).toBe("waiting");
    // And does not come back when somebody takes that approval away.
    expect(judge(...rejecting, dismissed(11)).state).toBe("waiting");
  });

  it("has a code and nothing else on its line", () => {
    for (const body of ["reject", "reject ugly", "reject advert now", "please reject advert"])
      expect(judge(comment(11, body), comment(22, body)).state).toBe("blocked");
    expect(judge(comment(11, "> reject advert"), comment(22, "> reject advert")).state).toBe("waiting");
  });
});
