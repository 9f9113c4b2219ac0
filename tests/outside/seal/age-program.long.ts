import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openSeal } from "../../../scripts/outside/seal/seal.ts";
import { openIdentities } from "../../../scripts/outside/seal/unseal.ts";

// The folder of age and age-keygen, 1.3 or later: earlier ones know no hybrid keys.
const programs = process.env.AGE_PROGRAMS;
const folder = mkdtempSync(join(tmpdir(), "undersigned-age-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (name: string, args: string[], input: Uint8Array = new Uint8Array()) =>
  execFileSync(join(programs!, name), args, { input, stdio: ["pipe", "pipe", "pipe"] });

it.skipIf(programs === undefined)("opens what the age program sealed, and seals what it opens", async () => {
  const files = ["one.key", "two.key"].map((name) => join(folder, name));
  const recipients = files.map((file) => {
    writeFileSync(file, run("age-keygen", ["-pq"]));
    return /public key: (age1pq1\S+)/.exec(readFileSync(file, "utf8"))![1]!;
  });
  const plain = Buffer.from("{}".padEnd(2048));
  const ours = await openSeal(recipients)(plain);
  for (const file of files) expect(run("age", ["-d", "-i", file], ours)).toEqual(plain);
  const theirs = run(
    "age",
    recipients.flatMap((recipient) => ["-r", recipient]),
    plain,
  );
  for (const file of files) expect(Buffer.from((await (await openIdentities(file))(theirs))!)).toEqual(plain);
});
