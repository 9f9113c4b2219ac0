import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../scripts/letter/bytes/hash.ts";
import { COSIGNER_KEY, formatVkey, noteVerifier } from "../../../scripts/letter/ledger/note.ts";
import { isQuorumMet, parseWitnessPolicy } from "../../../scripts/letter/ledger/witness-policy.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { vkey } from "../invented.ts";

const keyOf = (number: number, name = `w${number}.example.net`) =>
  formatVkey(noteVerifier(name, fixedRandomness(`witness ${number}`)(32), COSIGNER_KEY), COSIGNER_KEY);
const three = ["X", "Y", "Z"].map((name, i) => `witness ${name} ${keyOf(i + 1)}\n`).join("");
const met = (text: string, ...names: string[]) => isQuorumMet(parseWitnessPolicy(text), new Set(names));

describe("a witness policy", () => {
  it("of this campaign names no witness and asks for none", () => {
    const policy = parseWitnessPolicy(readFileSync(join(root, "content/witness-policy"), "utf8"));
    expect([policy.witnesses, policy.quorum, isQuorumMet(policy, new Set())]).toEqual([[], "none", true]);
  });

  it("has comments, blanks and tabs, logs and witnesses with an address or without", () => {
    const text = ` # one\n\n\tlog  ${vkey}\nlog ${keyLog()} https://log.example/\nwitness W ${keyOf(1)}\thttps://w.example/a/ \nquorum W`;
    const { logs, witnesses, quorum } = parseWitnessPolicy(text);
    expect([logs.length, witnesses[0]?.url, quorum]).toEqual([2, "https://w.example/a", "W"]);
  });

  it("counts any, all or a number, in groups of groups", () => {
    expect([met(`${three}quorum Y\n`, "X"), met(`${three}quorum Y\n`, "Y")]).toEqual([false, true]);
    const two = `${three}group G 2 X Y Z\nquorum G\n`;
    expect([met(two, "X"), met(two, "X", "Z"), met(two, "X", "Y", "Z")]).toEqual([false, true, true]);
    const nested = `${three}group A any X Y\ngroup B all A Z\nquorum B\n`;
    expect([met(nested, "X", "Y"), met(nested, "Z"), met(nested, "Y", "Z")]).toEqual([false, false, true]);
    expect(met(`${three}quorum none\n`)).toBe(true);
  });

  it("passes over logs and witnesses whose algorithm is not known here, such as ML-DSA-44, and never counts them", () => {
    const post = (name: string, type = 0x06) => {
      const key = Buffer.concat([Uint8Array.of(type), fixedRandomness(name)(1312)]);
      return `${name}+${Buffer.from(sha256(name, "\n", key).subarray(0, 4)).toString("hex")}+${key.toString("base64")}`;
    };
    const lines = `log ${vkey}\nlog ${post("pq.example/log")}\n${three}witness PQ ${post("pq.example")} https://pq.example/\n`;
    const either = `${lines}group G any X PQ\nquorum G\n`;
    const { logs, witnesses } = parseWitnessPolicy(either);
    expect([logs.length, witnesses.map(({ name }) => name)]).toEqual([1, ["X", "Y", "Z"]]);
    expect([met(either, "X"), met(either, "Y")]).toEqual([true, false]);
    expect(met(`${lines}group G all X PQ\nquorum G\n`, "X")).toBe(false);
    expect(met(`${lines}quorum PQ\n`, "X", "Y", "Z")).toBe(false);
    // Its name is taken, and its id must fit, as for any other.
    expect(() => parseWitnessPolicy(`${lines}witness PQ ${keyOf(4)}\nquorum X\n`)).toThrow("taken");
    expect(() => parseWitnessPolicy(`${lines.replace("pq.example+", "qp.example+")}quorum X\n`)).toThrow(
      "verifier key",
    );
  });

  it.each([
    ["no quorum", three, "no quorum"],
    ["two", "quorum none\nquorum none\n", "line 2 .* one quorum"],
    ["a quorum of nobody", "quorum X\n", "line 1 .* not defined"],
    ["a quorum defined below", `quorum X\n${three}`, "line 1 .* not defined"],
    ["a name twice", `${three}witness X ${keyOf(4)}\nquorum X\n`, "line 4 .* taken"],
    ["the name none", `witness none ${keyOf(4)}\nquorum none\n`, "taken"],
    ["a key twice under two names", `${three}witness V ${keyOf(1, "v.example")}\nquorum X\n`, "key is there twice"],
    ["a log twice", `log ${vkey}\nlog ${vkey}\nquorum none\n`, "key is there twice"],
    ["a note's key for a witness", `witness X ${vkey}\nquorum X\n`, "verifier key"],
    ["a witness's key for a log", `log ${keyOf(1)}\nquorum none\n`, "verifier key"],
    ["a member twice in one group", `${three}group G any X X\nquorum G\n`, "member of one group"],
    ["a member of two groups", `${three}group G any X\ngroup H any X\nquorum G\n`, "member of one group"],
    ["none as a member", `${three}group G any none\nquorum G\n`, "not defined"],
    ["a group of itself", `${three}group G any G\nquorum G\n`, "not defined"],
    ["an empty group", "group G all\nquorum G\n", "a number of its members"],
    ["a threshold above its members", `${three}group G 3 X Y\nquorum G\n`, "a number of its members"],
    ["a threshold of zero", `${three}group G 0 X Y\nquorum G\n`, "a number of its members"],
    ["an address of a file", `witness X ${keyOf(1)} file:///etc/passwd\nquorum X\n`, "https"],
    ["an unknown word", "mirror X\nquorum none\n", "begins with"],
    ["a carriage return", "quorum none\r\n", "control characters"],
  ])("is refused with %s", (_what, text, message) => {
    expect(() => parseWitnessPolicy(text)).toThrow(new RegExp(message));
  });
});

function keyLog(): string {
  return formatVkey(noteVerifier("other.example/log", fixedRandomness("a log")(32)));
}
