import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startTimestampServer, type TimestampServer } from "../support/servers/timestamp-server.ts";
import { root } from "../support/source.ts";

const here = (program: string) => {
  try {
    return execFileSync(program, [program === "curl" ? "--version" : "version"], { stdio: "pipe" }).length > 0;
  } catch {
    return false;
  }
};

/** What the workflow runs, to the letter. */
const step = (
  parse(readFileSync(join(root, ".github/workflows/handover.yml"), "utf8")).jobs.release.steps as {
    name: string;
    run: string;
  }[]
).find(({ name }) => name === "Stamp it with the time of a server")!.run;

describe.skipIf(!here("openssl") || !here("curl"))("the time stamp of a release (needs openssl and curl)", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-timestamp-"));
  const bag = join(folder, "bag/handover-2026-12-01.tar");
  let server: TimestampServer;
  beforeAll(async () => {
    mkdirSync(join(folder, "bag"));
    writeFileSync(bag, createHash("sha512").update("a bag").digest());
    server = await startTimestampServer(join(folder, "server"));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const stamp = () =>
    new Promise<number>((resolve) => {
      rmSync(`${bag}.tsr`, { force: true });
      // As GitHub runs a step whose shell is not named.
      const env = { PATH: process.env.PATH, TIMESTAMP_URL: server.url };
      execFile("bash", ["-e", "-c", step], { cwd: folder, env }, (error) =>
        resolve(error === null ? 0 : Number(error.code)),
      );
    });
  /** As .github/handing-over.md says it. */
  const verify = () =>
    execFileSync("openssl", ["ts", "-verify", "-in", `${bag}.tsr`, "-data", bag, "-CAfile", server.certificate], {
      stdio: "pipe",
    }).toString();

  it("lies beside the bag, and says of these very bytes that they were there", async () => {
    server.answer("query");
    expect(await stamp()).toBe(0);
    expect(verify()).toContain("Verification: OK");
    expect(readdirSync(join(folder, "bag"))).toEqual(["handover-2026-12-01.tar", "handover-2026-12-01.tar.tsr"]);
    const before = readFileSync(bag);
    writeFileSync(bag, Buffer.concat([before, Buffer.of(0)]));
    expect(verify).toThrow("mismatch");
    writeFileSync(bag, before);
  });

  it.each(["another", "nonsense"] as const)("is not published when the server answers with %s", async (what) => {
    server.answer(what);
    expect(await stamp()).not.toBe(0);
  });
});
