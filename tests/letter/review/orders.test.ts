import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { decide, type Moderators, type ReviewAct } from "../../../scripts/letter/review/moderation.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";

type Case = { body: string; onRow?: boolean; verb?: "refuse" | "keep"; code?: string };
const read = (file: string) =>
  JSON.parse(readFileSync(join(root, "tests/vectors/orders", `${file}.json`), "utf8")) as Case[];

const random = fixedRandomness(`orders ${inject("seed")}`);
const [id, other, elsewhere, sheet] = [0, 1, 2, 3].map(() => formatCrockford128(random(16))) as [
  string,
  string,
  string,
  string,
];
const digits = (zero: number) => id.replace(/\d/g, (digit) => String.fromCharCode(zero + Number(digit)));

function fill(text: string): string {
  return text
    .replaceAll("{id}", id)
    .replaceAll("{ID}", id.toUpperCase())
    .replaceAll("{groups}", id.match(/.{1,4}/g)!.join("-"))
    .replaceAll("{persian}", digits(0x06f0))
    .replaceAll("{arabic}", digits(0x0660))
    .replaceAll("{letters}", id.replaceAll("0", "O").replaceAll("1", "l"))
    .replaceAll("{slip}", id.slice(0, 10) + (id[10] === "7" ? "5" : "7") + id.slice(11))
    .replace(/\{cut:(\d+)\}/g, (_, length) => id.slice(0, Number(length)))
    .replace(/\{tail:(\d+)\}/g, (_, length) => id.slice(Number(length)))
    .replaceAll("{other}", other)
    .replaceAll("{elsewhere}", elsewhere)
    .replaceAll("{sheet}", sheet);
}

const moderators: Moderators = { approvals: 2, ids: new Set([11, 22, 33]) };
const commit = "c".repeat(40);
const approve = (by: number, body = ""): ReviewAct => ({ by, state: "approved", commit, body });
const judge = (...acts: ReviewAct[]) => decide(moderators, commit, [id, other], acts, sheet);
const said = (by: number, { body, onRow }: Case): ReviewAct => ({
  ...{ by, state: "commented", commit: "", body: fill(body), place: "here" },
  ...(onRow ? { row: id } : {}),
});

describe(`what a listed moderator writes (seed ${inject("seed")})`, () => {
  it.each(read("held"))("holds the sheet back: $body", (one) => {
    const held = judge(approve(11), approve(22), said(33, one));
    expect([held.state, held.unclear]).toEqual(["blocked", ["here"]]);
    // No matter who wrote it, in which order, and in a review too.
    expect(judge(said(11, one), approve(11), approve(22)).state).toBe("blocked");
    expect(judge({ ...said(11, one), state: "approved", commit }, approve(22), approve(33)).state).toBe("blocked");
    // But nobody who is not listed.
    expect(judge(approve(11), approve(22), said(44, one)).state).toBe("approved");
  });

  it.each(read("read"))("is an order: $body", (one) => {
    const before = one.verb === "keep" ? [said(33, { body: "refuse {id} advert" })] : [];
    const { state, unclear, refused } = judge(...before, said(33, one), approve(11), approve(22));
    expect([state, unclear]).toEqual(["approved", []]);
    expect([...refused]).toEqual(one.verb === "keep" ? [] : [[id, one.code]]);
  });

  it.each(read("talk"))("is talk: $body", (one) => {
    expect(judge(approve(11), approve(22), said(33, one))).toMatchObject({ state: "approved", refused: new Map() });
  });

  it("takes back the refusal of an id that was never on the sheet", () => {
    const slip = said(33, { body: "refuse {elsewhere} advert" });
    expect(judge(slip, said(33, { body: "keep {elsewhere}" }), approve(11), approve(22)).state).toBe("approved");
    expect(judge(slip, said(11, { body: "keep {elsewhere}" }), approve(11), approve(22)).state).toBe("blocked");
  });

  it("names no row by chance", () => {
    const ids = Array.from({ length: 1000 }, () => formatCrockford128(random(16)));
    const words = readFileSync(join(root, "README.md"), "utf8");
    const acts = [approve(11), approve(22), said(33, { body: words.replace(/^.*(refus|reject).*$/gm, "") })];
    expect(decide(moderators, commit, ids, acts, sheet).state).toBe("approved");
  });
});
