import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { suppress } from "../../scripts/form-service/signing/suppression.ts";
import { keyedAddress } from "../../scripts/form-service/store/address.ts";
import { claimDatabase } from "../../scripts/form-service/store/campaign-database.ts";
import { openStore } from "../../scripts/form-service/store/schema.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { compiled } from "../support/compiled.ts";
import { people } from "../support/fixtures.ts";
import { makeDataDir, removeDataDir } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

it("takes the address from standard input alone, says nothing of it, and lets mail through again", async () => {
  const dataDir = makeDataDir();
  const run = (input: string, ...args: string[]) =>
    spawnSync(process.execPath, ["scripts/cli/allow-mail.ts", ...args], {
      ...{ cwd: root, input, encoding: "utf8" },
      env: { ...compiled, PATH: process.env.PATH, DATA_DIR: dataDir },
    });
  expect(run(people.sara.email).stderr).toContain("no form service has run in this data folder yet");

  const pepper = new Uint8Array(32).fill(7);
  mkdirSync(join(dataDir, "keys"));
  for (const name of ["pepper", "attestation"])
    writeFileSync(join(dataDir, `keys/${name}.key`), `${Buffer.from(pepper).toString("base64url")}\n`);
  const store = await openStore({ kind: "sqlite", path: join(dataDir, "service.db") });
  const attestation = Buffer.from(signingKey(pepper).publicKey).toString("base64url");
  await claimDatabase(store, { entries: [] }, { attestation, isNew: false });
  await store.change((query) => suppress(query, keyedAddress(pepper, people.sara.email), "2026-11-20"));

  expect(run("", people.sara.email)).toMatchObject({ status: 1 });
  expect(run("nobody\n")).toMatchObject({ status: 1, stdout: "" });
  const [first, second] = [run(`${people.sara.email}\n`), run(`${people.sara.email}\n`)];
  expect([first.status, first.stdout]).toEqual([0, "codes may be mailed there again\n"]);
  expect(second.stdout).toContain("nothing stood in the way");
  expect(first.stdout + first.stderr).not.toContain("sara");
  expect(await store.query.selectFrom("suppressed").selectAll().execute()).toEqual([]);
  await store.close();
  removeDataDir(dataDir);
});
