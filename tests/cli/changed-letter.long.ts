import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approve, codeIn, confirm, countOf, stateOf, submit, verified, waitForSheets } from "../journeys/signatory.ts";
import { people } from "../support/fixtures.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  runCommand,
  type Service,
  startService,
} from "../support/servers/service.ts";
import { root } from "../support/source.ts";

describe("a changed letter", () => {
  let dataDir: string;
  let service: Service;
  let project: string;
  let mailServer: MailServer;
  beforeAll(async () => {
    dataDir = makeDataDir();
    project = mkdtempSync(join(tmpdir(), "undersigned-project-"));
    for (const name of ["package.json", ".eleventy.js", "content", "scripts", "signatures"]) {
      cpSync(join(root, name), join(project, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    mailServer = await startMailServer();
  });
  afterAll(async () => {
    await service?.kill();
    removeDataDir(dataDir);
    await mailServer.stop();
    rmSync(project, { recursive: true });
  });

  it("stops the start until it is on the ledger, and nobody signs it unasked", { timeout: 120_000 }, async () => {
    const settings = { MAIL_URL: mailServer.url, FILE_EVERY: "200ms" };
    service = await startService({ dataDir, project, settings });
    const oldEditions = await editionsOf(service);
    expect(oldEditions).toHaveLength(1);
    const first = await signAs(service, mailServer, "sara");
    await approve(service, await waitForSheets(service, 1));
    await expect.poll(() => countOf(service.origin), { timeout: 20_000 }).toMatchObject({ listed: 1 });
    const second = await signAs(service, mailServer, "omid");
    await waitForSheets(service, 1);
    await service.stop();

    const letter = join(project, "content/en/letter.md");
    const oldText = readFileSync(letter, "utf8");
    writeFileSync(letter, oldText.replace(/\n\n(?=[A-Z])/, "\n\nOne more sentence. "));
    expect(readFileSync(letter, "utf8")).not.toBe(oldText);
    const refused = await runCommand("start", [], { DATA_DIR: dataDir, PORT: String(await freePort()) }, project);
    expect([refused.code, refused.stdout.includes("ready")]).toEqual([1, false]);
    expect(refused.stderr).toMatch(/^error: [^\n]*npm run edition[^\n]*\n$/);
    const logged = await runCommand("edition", [], { DATA_DIR: dataDir }, project);
    expect(logged.code, logged.stderr).toBe(0);

    service = await startService({ dataDir, project, settings });
    const editions = await editionsOf(service);
    expect(editions).toEqual([...oldEditions, expect.any(String)]);
    expect(logged.stdout).toContain(`old edition ${editions[0]}`);
    expect(logged.stdout).toContain(`new edition ${editions[1]}`);
    expect(await (await fetch(`${service.origin}/letter/${editions[0]}/en.md`)).text()).toBe(oldText);
    expect(await (await fetch(`${service.origin}/en/`)).text()).toContain("One more sentence.");
    expect(await stateOf(service.origin, first)).toBe("accepted");

    // Who was waiting has signed the old text; who comes now signs the new one.
    const third = await signAs(service, mailServer, "niamh");
    await approve(service, await waitForSheets(service, 2));
    await expect.poll(() => countOf(service.origin), { timeout: 20_000 }).toMatchObject({ listed: 3 });
    for (const code of [second, third]) await expect.poll(() => stateOf(service.origin, code)).toBe("accepted");
    expect(await acceptedEditions(service)).toEqual([editions[0], editions[0], editions[1]].sort());
    for (const place of [`${service.origin}/`, join(dataDir, "site")]) {
      expect(await verified(service, place)).toContain("ok: 3 accepted, 0 withdrawn, 3 listed, ");
    }
  });

  async function editionsOf({ origin }: Service): Promise<string[]> {
    const index = (await (await fetch(`${origin}/letter/editions.json`)).json()) as { edition: string }[];
    return index.map(({ edition }) => edition);
  }

  /** Of each accept on the published ledger the text that was signed. */
  async function acceptedEditions({ origin }: Service): Promise<string[]> {
    const { size } = (await countOf(origin)) as { size: number };
    const bundle = await (await fetch(`${origin}/ledger/tile/entries/000.p/${size}`)).text();
    return [...bundle.matchAll(/undersigned\/v1 accept (\S{43}) /g)].map(([, edition]) => edition ?? "").sort();
  }
});

async function signAs(service: Service, mailServer: MailServer, who: keyof typeof people): Promise<string> {
  const { lang, name, place, email } = people[who];
  const asked = await submit(service.origin, { lang, shown: "name", name, place, email });
  const code = await confirm(service.origin, asked, codeIn(await mailServer.waitForMail(email)));
  expect(code).toBeDefined();
  return code!;
}
