import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { openCosignature } from "../../scripts/letter/ledger/cosignature.ts";
import { COSIGNER_KEY, parseVkey } from "../../scripts/letter/ledger/note.ts";
import { inventedCampaign, ledger, siteOf, vkey } from "../letter/invented.ts";
import { WitnessStub } from "../support/servers/witness.ts";
import { root } from "../support/source.ts";

const { record } = inventedCampaign(2, 4).main;
const size = record.entries.length;
let folder: string;
let stubs: WitnessStub[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-witness-"));
  for (const [path, bytes] of siteOf(record)) {
    mkdirSync(dirname(join(folder, "site", path)), { recursive: true });
    writeFileSync(join(folder, "site", path), bytes);
  }
  const start = (name: string) => new WitnessStub(`${name}.example.net`, [ledger.verifier]).start();
  stubs = await Promise.all(["one", "two", "three"].map(start));
});
afterAll(() => {
  for (const stub of stubs) stub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const out = () => join(folder, "cosigned");
function witness(policy?: string, ...more: string[]): Promise<{ code: number; out: string; err: string }> {
  writeFileSync(join(folder, "policy"), policy ?? "");
  const args = [join(folder, "site"), ...(policy === undefined ? [] : ["--policy", join(folder, "policy")]), ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, "scripts/cli/witness.ts"), ...args], { cwd: root }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}
const policyOf = (quorum: string) =>
  `log ${vkey}\n${stubs.map(({ vkey, url }, i) => `witness W${i + 1} ${vkey} ${url}/\n`).join("")}group two 2 W1 W2 W3\nquorum ${quorum}\n`;

it("asks nobody with the policy of this campaign", async () => {
  expect(await witness()).toEqual({
    code: 0,
    out: `quorum met (none): no witness is asked, since the policy names none, tree size ${size}\n`,
    err: "",
  });
});

it("writes the checkpoint with the cosignatures of those who answered, when they are enough", async () => {
  // One is down, and the site stays as it was.
  stubs[1]!.stop();
  const before = readFileSync(join(folder, "site/ledger/checkpoint"), "utf8");
  const done = await witness(policyOf("two"), "--out", out());
  expect(done).toEqual({
    code: 0,
    out: `W2: it cannot be reached, or sends its callers elsewhere\nquorum met (two): 2 of 3 cosigned, tree size ${size}\n`,
    err: "",
  });
  const note = readFileSync(out(), "utf8");
  expect(note.startsWith(before)).toBe(true);
  expect(openCheckpoint(note, ledger.verifier).size).toBe(size);
  for (const { vkey } of [stubs[0]!, stubs[2]!])
    expect(openCosignature(note, parseVkey(vkey, COSIGNER_KEY), new Date()).time).toBeGreaterThan(0);
  expect(readFileSync(join(folder, "site/ledger/checkpoint"), "utf8")).toBe(before);
  rmSync(out());
});

it("fails, and writes nothing, when too few cosigned or one of them lies", async () => {
  stubs[0]!.bend = () => ({ status: 200, body: stubs[0]!.cosign("another text\n") });
  const { code, out: said } = await witness(policyOf("two"), "--out", out());
  expect([code, said.trimEnd().split("\n").at(-1), existsSync(out())]).toEqual([
    1,
    `quorum not met (two): 1 of 3 cosigned, tree size ${size}`,
    false,
  ]);
  expect(said).toContain("W1: the cosignature is wrong");
});

it("asks for no cosignature of a ledger that the policy does not name, or that is not what it says", async () => {
  const asked = stubs.map((stub) => stub.asked);
  const other = policyOf("two").replace(
    /^log .*/,
    "log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  );
  expect((await witness(other)).err).toBe("error: the key of this ledger is not one of the policy's logs\n");
  const path = join(folder, "site/ledger/tile/entries", `000.p/${size}`);
  const bundle = readFileSync(path);
  writeFileSync(path, bundle.with(-1, bundle.at(-1)! ^ 1));
  expect((await witness(policyOf("two"))).err).toMatch(/^error: ledger\/tile\/entries.*|^error: ledger\/tile\/0/);
  writeFileSync(path, bundle);
  expect(stubs.map((stub) => stub.asked)).toEqual(asked);
});
