import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type LiveSite, startLiveSite } from "../support/servers/live-site.ts";
import { root } from "../support/source.ts";

/** What the workflow runs after it deployed, to the letter. */
const step = (
  parse(readFileSync(join(root, ".github/workflows/publish.yml"), "utf8")).jobs.deploy.steps as {
    name: string;
    run: string;
  }[]
).find(({ name }) => name === "See that the site shows it")!.run;

describe("a publication ends", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-live-"));
  const waits = join(folder, "waits");
  const checkpoint = randomBytes(64);
  let site: LiveSite;
  beforeAll(async () => {
    site = await startLiveSite();
    // Nobody waits here; each wait leaves a line.
    writeFileSync(join(folder, "sleep"), `#!/bin/sh\necho "$1" >>"${waits}"\n`, { mode: 0o755 });
  });
  afterAll(async () => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = () =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = {
        PATH: `${folder}:${process.env.PATH}`,
        SITE_URL: `${site.url}/`,
        CHECKPOINT: createHash("sha256").update(checkpoint).digest("hex"),
        GITHUB_RUN_ID: "1",
        GITHUB_RUN_ATTEMPT: "1",
      };
      // As GitHub runs a step whose shell is not named.
      execFile("bash", ["-e", "-c", step], { cwd: folder, env }, (error, stdout) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout }),
      );
    });
  const show = (bytes: Buffer) => {
    site.content = new Map([["ledger/checkpoint", bytes as unknown as string]]);
  };

  it("when the site shows the checkpoint that was built", async () => {
    show(checkpoint);
    expect(await run()).toEqual({ code: 0, output: "the site shows the checkpoint of this run\n" });
  });

  it("in a failure that says what to do, when the site shows another for a quarter of an hour", async () => {
    // One program in place of curl, which would be started as often.
    writeFileSync(join(folder, "curl"), "#!/bin/sh\necho old\n", { mode: 0o755 });
    rmSync(waits, { force: true });
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toMatch(/^::error::.* start accept by hand with “again” ticked/);
    const waited = readFileSync(waits, "utf8").trim().split("\n").map(Number);
    expect(waited.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThanOrEqual(15 * 60);
    rmSync(join(folder, "curl"));
  });

  it("in a failure too, when there is no site", async () => {
    writeFileSync(join(folder, "curl"), "#!/bin/sh\nexit 22\n", { mode: 0o755 });
    expect((await run()).code).toBe(1);
    rmSync(join(folder, "curl"));
  });
});
