import { describe, expect, it } from "vitest";
import { openLedgerCheck } from "../../../scripts/letter/ledger/check.ts";
import { formatEntry } from "../../../scripts/letter/ledger/entry.ts";
import { acceptEntryOf } from "../../../scripts/letter/signature/row.ts";
import { edition, invent } from "../invented.ts";

const letter = formatEntry({ kind: "letter", edition });
const batch = (filed: number, refused = 0, leftOut = 0) => formatEntry({ kind: "batch", filed, refused, leftOut });
const acceptOf = (number: number) => acceptEntryOf(invent(number).row, edition);
const accept = (number: number) => formatEntry(acceptOf(number));
const withdraw = (index: number) => formatEntry({ kind: "withdraw", index });

function check(...lines: string[]) {
  const ledger = openLedgerCheck(({ attestation }) => attestation !== invent(13).row.attestation);
  for (const line of lines) ledger.add(line);
  return ledger.finish();
}

describe("the rules between the entries of a ledger", () => {
  it("hold for what acceptance writes", () => {
    const facts = check(letter, batch(4, 1, 1), accept(0), accept(1), batch(2, 2), withdraw(3), batch(1), accept(2));
    expect([...facts.accepts.keys()]).toEqual([2, 3, 7]);
    expect([...facts.withdrawn]).toEqual([3]);
    expect(facts.accepts.get(2)).toEqual({ edition, publicCommitment: acceptOf(0).publicCommitment });
    expect(check().editions).toEqual([]);
  });

  it("say which edition is the current one", () => {
    const next = formatEntry({ kind: "letter", edition: "A".repeat(43) });
    expect(check(letter, next).editions).toEqual([edition, "A".repeat(43)]);
    expect(check(letter, next, letter).editions).toEqual(["A".repeat(43), edition]);
  });

  const [a, b] = [acceptOf(0), acceptOf(1)];
  const later = formatEntry({ kind: "letter", edition: "A".repeat(43) });
  it.each([
    ["an accept outside a batch", [letter, accept(0)], "an accept is outside its batch"],
    [
      "an accept behind the end of its batch",
      [letter, batch(1), accept(0), accept(1)],
      "an accept is outside its batch",
    ],
    ["a batch whose rows were all refused, with an accept", [letter, batch(1, 1), accept(0)], "outside its batch"],
    ["a batch whose rows were left out, with an accept", [letter, batch(1, 0, 1), accept(0)], "outside its batch"],
    ["another batch inside a batch", [letter, batch(2), accept(0), batch(1)], "the batch before it lacks 1 accepts"],
    ["a withdrawal inside a batch", [letter, batch(2), accept(0), withdraw(2)], "the batch before it lacks 1 accepts"],
    ["a letter inside a batch", [letter, batch(1), later], "the batch before it lacks 1 accepts"],
    ["an end inside a batch", [letter, batch(2), accept(0)], "the ledger ends 1 accepts before the end"],
    ["a batch that refuses more than it has", [letter, batch(1, 1, 1)], "refuses more than was filed"],
    ["an edition that was never logged", [batch(1), accept(0)], "the edition was not on the ledger before"],
    [
      "an edition that is logged later",
      [later, batch(1), accept(0), letter],
      "the edition was not on the ledger before",
    ],
    ["a wrong attestation", [letter, batch(1), accept(13)], "the attestation is wrong"],
    ["the same accept twice", [letter, batch(2), accept(0), accept(0)], "is on the ledger twice"],
    [
      "a public commitment twice",
      [letter, batch(2), accept(0), formatEntry({ ...b, publicCommitment: a.publicCommitment })],
      "is on the ledger twice",
    ],
    [
      "a contact commitment twice",
      [letter, batch(2), accept(0), formatEntry({ ...b, contactCommitment: a.contactCommitment })],
      "is on the ledger twice",
    ],
    [
      "one commitment as both",
      [letter, batch(1), formatEntry({ ...a, contactCommitment: a.publicCommitment })],
      "is on the ledger twice",
    ],
    ["the withdrawal of what is no accept", [letter, batch(1), accept(0), withdraw(1)], "names no earlier accept"],
    ["the withdrawal of itself", [letter, withdraw(1)], "names no earlier accept"],
    ["the withdrawal of what comes later", [letter, withdraw(3), batch(1), accept(0)], "names no earlier accept"],
    ["the same withdrawal twice", [letter, batch(1), accept(0), withdraw(2), withdraw(2)], "withdrawn twice"],
    ["what is no entry", [`${letter} `], "not an entry of the ledger"],
  ])("refuse %s", (_what, lines, reason) => {
    expect(() => check(...lines)).toThrow(reason);
  });
});
