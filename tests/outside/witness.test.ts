import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint, signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { COSIGNER_KEY, noteSigner, parseVkey } from "../../scripts/letter/ledger/note.ts";
import { leafHash, treeRoot } from "../../scripts/letter/ledger/tree.ts";
import { askWitness } from "../../scripts/outside/witness.ts";
import { ledger } from "../letter/invented.ts";
import { fixedClock, fixedRandomness, hours } from "../support/fixtures.ts";
import { WitnessStub } from "../support/servers/witness.ts";

const leaves = Array.from({ length: 300 }, (_, i) => leafHash(`entry ${i}`));
const others = [leafHash("another"), ...leaves.slice(1)];
const clock = fixedClock();
const noteOf = (all = leaves, signer = ledger) =>
  signCheckpoint({ origin: signer.verifier.name, size: all.length, root: treeRoot(all) }, signer);

let stub: WitnessStub;
beforeEach(async () => {
  stub = await new WitnessStub("witness.example.net/w1", [ledger.verifier], clock.now).start();
});
afterEach(() => stub.stop());

const ask = (all = leaves, note = noteOf(all), vkey = stub.vkey) =>
  askWitness({ name: "w1", cosigner: parseVkey(vkey, COSIGNER_KEY), url: stub.url }, note, all, clock);

describe("asking a witness", () => {
  it("gives a cosignature with which the checkpoint still opens as before", async () => {
    const { line, time } = await ask();
    expect(time).toBe(clock.now().getTime() / 1000);
    expect(stub.asked).toBe(1);
    expect(openCheckpoint(noteOf() + line, ledger.verifier).size).toBe(300);
  });

  it.each([1, 2, 127, 128, 255, 256, 257, 299, 300])("proves how the ledger grew since size %i", async (size) => {
    await ask(leaves.slice(0, size));
    const { line } = await ask();
    // One that says which size it knows, one with the proof from there.
    expect([stub.asked, stub.latest.get(ledger.verifier.name)?.size]).toEqual([3, 300]);
    expect(line).toMatch(/^— witness\.example\.net\/w1 /);
  });

  it("asks again when somebody else was quicker, and gives up on a size that never stands still", async () => {
    await ask(leaves.slice(0, 10));
    let races = 1;
    stub.bend = (answer, request) => {
      if (request.startsWith("old 10\n") && races-- > 0) return { status: 409, type: "text/x.tlog.size", body: "10\n" };
      return answer;
    };
    expect((await ask()).line).toContain("w1");
    stub.bend = () => ({ status: 409, type: "text/x.tlog.size", body: `${stub.asked}\n` });
    await expect(ask()).rejects.toThrow("changes with every answer");
    expect(stub.asked).toBeLessThan(12);
  });

  it("says that two ledgers are about when the witness saw another of this size, or another beginning", async () => {
    await ask(others);
    await expect(ask()).rejects.toThrow("this size with another root");
    await expect(ask([...leaves, leafHash("more")])).rejects.toThrow("not the beginning of this ledger");
  });

  it("says that this copy is old, or cut, when the witness saw a longer one", async () => {
    await ask();
    await expect(ask(leaves.slice(0, 200))).rejects.toThrow("cosigned 300 entries, here are 200");
  });

  it("says what to do when the witness does not know the ledger or its key", async () => {
    const stranger = noteSigner("elsewhere.example.org/ledger", fixedRandomness("stranger")(32));
    await expect(ask(leaves, noteOf(leaves, stranger))).rejects.toThrow("add the origin");
    const rotated = noteSigner(ledger.verifier.name, fixedRandomness("rotated")(32));
    await expect(ask(leaves, noteOf(leaves, rotated))).rejects.toThrow("does not know the key");
  });

  it("takes no cosignature of another checkpoint, another key, another type, or from the future", async () => {
    const shorter = noteOf(leaves.slice(0, 9));
    stub.bend = () => ({ status: 200, body: stub.cosign(shorter.slice(0, shorter.lastIndexOf("\n\n") + 1)) });
    await expect(ask()).rejects.toThrow("the cosignature is wrong");
    const impostor = new WitnessStub("witness.example.net/w2", []);
    stub.latest.clear();
    stub.bend = (answer) => answer;
    await expect(ask(leaves, noteOf(), impostor.vkey)).rejects.toThrow("not signed by the expected key");
    // As a key that signs notes it is another key: its id differs, and with it what is signed.
    expect(() => parseVkey(stub.vkey)).toThrow("verifier key");
    // A good cosignature, but of a text that begins with the checkpoint and goes on.
    stub.bend = () => ({ status: 200, body: `\nmore\n\n${stub.cosign(`${noteOf()}\nmore\n`)}` });
    await expect(ask()).rejects.toThrow("not lines of signatures");
    stub.latest.clear();
    clock.advance(hours(2));
    stub.bend = (answer) => {
      clock.advance(-hours(2));
      return answer;
    };
    await expect(ask()).rejects.toThrow("from the future");
  });

  it("passes over lines of keys that it does not know, and keeps none of them", async () => {
    const other = new WitnessStub("witness.example.net/w2", []);
    stub.bend = ({ body = "", ...answer }, request) => {
      const text = request.slice(request.indexOf("\n\n") + 2).split("\n\n")[0];
      return { ...answer, body: other.cosign(`${text}\n`) + body };
    };
    expect((await ask()).line.split("\n").length).toBe(2);
  });

  it.each([
    ["nothing", { status: 200, body: "" }, "not lines of signatures"],
    ["a page", { status: 200, body: "<h1>Welcome</h1>\n" }, "not lines of signatures"],
    ["a line that is none", { status: 200, body: "— x y\n" }, "malformed"],
    ["endless lines", { status: 200, body: "— x AAAAAAAA\n".repeat(9000) }, "more than 65536 bytes"],
    ["a size that is none", { status: 409, type: "text/x.tlog.size", body: "-1\n" }, "malformed"],
    ["trouble", { status: 503 }, "status 503"],
    ["too many", { status: 429 }, "try later"],
  ])("survives an answer with %s", async (_what, answer, message) => {
    stub.bend = () => answer;
    await expect(ask()).rejects.toThrow(message);
  });

  it("says that a witness cannot be reached, or cannot be asked", async () => {
    const cosigner = parseVkey(stub.vkey, COSIGNER_KEY);
    const { url } = stub;
    stub.stop();
    await expect(askWitness({ name: "w1", cosigner, url }, noteOf(), leaves, clock)).rejects.toThrow("be reached");
    await expect(askWitness({ name: "w1", cosigner }, noteOf(), leaves, clock)).rejects.toThrow("no address");
  });
});
