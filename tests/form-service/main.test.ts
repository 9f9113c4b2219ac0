import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { startFormService } from "../../scripts/form-service/main.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { openLog } from "../../scripts/outside/log.ts";
import { systemRandom } from "../../scripts/outside/random.ts";
import { demoRecipients } from "../../scripts/outside/seal/demo-custodian.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { siteContext } from "../../scripts/site/views/context.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { people } from "../support/fixtures.ts";
import { contentOf } from "../support/letters.ts";
import { standInGitHost } from "./git-host.ts";
import { formOf } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "undersigned-listening-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("listens, files by itself, and sends what it has taken before it stops", async () => {
  const content = await readContent(await contentOf("iran"));
  const settings = readSettings({ DATA_DIR: folder, PORT: "0", FILE_EVERY: "50ms", METRICS_PORT: "0" });
  const attestation = signingKey(systemRandom(32));
  const keys = { ledger: "", attestation: "", recipients: await demoRecipients(join(folder, "demo-custodian")) };
  const gitHost = standInGitHost(content.letterTexts, attestation.publicKey);
  const site = siteContext({ content, settings, keys, at: "service" });
  const log = openLog(systemClock, { write: () => {} });
  mkdirSync(join(folder, "site"));
  const service = await startFormService({
    settings,
    keys: { attestation, pepper: systemRandom(32), publicKeys: keys },
    gitHost,
    site: () => site,
    siteFolder: join(folder, "site"),
    clock: systemClock,
    random: systemRandom,
    log,
  });
  const origin = `http://127.0.0.1:${service.port}`;
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${origin}${path}`, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });

  const answer = await post("/en/sign/", formOf(people.sara));
  expect(answer.status).toBe(303);
  let code: string | undefined;
  while (code === undefined) {
    code = /<p[^>]*>([0-9A-HJKMNP-TV-Z]{8})<\/p>/.exec(await (await fetch(`${origin}/inbox/`)).text())?.[1];
  }
  const s = new URL(answer.headers.get("location")!, origin).searchParams.get("s")!;
  expect((await post("/en/confirm/", { s, code })).status).toBe(200);
  await service.fileNow();
  expect(gitHost.open.size).toBe(1);
  const numbers = await (await fetch(`http://127.0.0.1:${service.metricsPort}/metrics`)).text();
  expect(numbers).toMatch(/^undersigned_rounds_total\{round="filing",outcome="done"\} \d+$/m);
  expect(numbers).toMatch(/^undersigned_sheets\{state="filed"\} 1$/m);
  await service.close();
  await expect(fetch(origin)).rejects.toThrow();
});
