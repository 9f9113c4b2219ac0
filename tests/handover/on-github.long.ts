import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, type Store, TABLES, type Tables } from "../../scripts/form-service/store/schema.ts";
import { noticePath, parseNotice } from "../../scripts/letter/handover/notice.ts";
import { demoRecipients } from "../../scripts/outside/seal/demo-custodian.ts";
import { openSeal } from "../../scripts/outside/seal/seal.ts";
import { type Invented, invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { addToVault, TAG } from "../support/campaigns/handover.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { compiled } from "../support/compiled.ts";
import { makeServiceHost, nameCustodians, type ServiceHost } from "../support/servers/github-service.ts";
import { type PostgresServer, startPostgres } from "../support/servers/postgres.ts";
import { runCommand } from "../support/servers/service.ts";
import { root } from "../support/source.ts";
import { bringProject } from "../workflows/project.ts";

describe("handover and purge with GitHub and PostgreSQL", () => {
  let campaign: WorkflowCampaign;
  let server: PostgresServer;
  let host: ServiceHost;
  let store: Store;
  let edition: string;
  let out: string;
  let people: Invented[];
  let late: Invented;
  let leaver: Invented;
  beforeAll(async () => {
    [campaign, server] = await Promise.all([makeWorkflowCampaign(), startPostgres()]);
    edition = await bringProject(campaign);
    await nameCustodians(campaign);
    campaign.site.content = new Map();
    const DATABASE_URL = await server.newDatabase();
    host = await makeServiceHost(campaign, { DATABASE_URL, MAIL_URL: "smtp://127.0.0.1:1" });
    out = join(host.dataDir, "out");
    mkdirSync(out);
    await accept({ FIRST: "true" });
    people = [0, 1, 2, 3].map((number) => invent(number, undefined, edition));
    leaver = people[0]!;
    late = invent(9, "name", edition);
    await pass(1, people);
    store = await openStore({ kind: "postgres", url: DATABASE_URL });
    const seal = openSeal(await demoRecipients(join(host.dataDir, "custodians")));
    await addToVault(store, seal, [...people, late]);
  });
  afterAll(async () => {
    await store?.close();
    host?.remove();
    await server?.stop();
    await campaign?.close();
  });

  const accept = async (more: Record<string, string> = {}) => {
    await campaign.accept(more);
    campaign.publish();
  };
  const pass = async (number: number, signing: readonly Invented[]) => {
    const pull = await campaign.fileSheet(
      sheetOf(
        number,
        signing.map(({ row }) => row),
        edition,
      ),
    );
    for (const moderator of campaign.moderators) await campaign.review(moderator, pull, "APPROVE");
    await accept();
  };
  /** Runs a command on the service's machine, with main as it is now checked out. */
  const run = (command: string, ...args: string[]) => {
    host.pull();
    return runCommand(command, ["--tag", TAG, ...args], host.settings, host.project);
  };
  /** A notice goes to main by a pull request, which organisers merge. */
  const log = async (file: string) => {
    const text = readFileSync(file, "utf8");
    campaign.github.repository.commit("main", "a reviewed notice", { [noticePath(parseNotice(text))]: text });
    await accept();
  };
  let sha256: string;

  it("hands over what stands at the organisers' tag, from the mirror and the shared vault", async () => {
    campaign.github.repository.git("tag", TAG, "main");
    await pass(2, [late]);
    expect(await run("handover", "--out", out)).toMatchObject({ code: 0 });
    const ended = await run("handover:contacts", "--out", out, "--json");
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const written = JSON.parse(ended.stdout);
    expect(written).toMatchObject({ records: people.length, later: 1, lost: 0, logged: false });
    sha256 = Buffer.from(written.digest, "base64url").toString("hex");
    expect((await run("purge", "--receipt", sha256)).stderr).toContain("the ledger has no handover");
    await log(written.notice);
    const [bag, contacts] = ["handover", "contacts"].map((name) => join(out, `${name}-2026-12-01.tar`));
    const identity = join(host.dataDir, "custodians/custodian-2.key");
    const opened = join(host.dataDir, "opened");
    const args = ["--bag", bag!, "--contacts", contacts!, "--identity", identity, "--out", opened, "--json"];
    const found = await runCommand("handover:open", args, {}, host.project);
    expect(JSON.parse(found.stdout)).toMatchObject({ right: people.length, notRight: 0 });
    // That folder is the recipient's.
    rmSync(opened, { recursive: true });
  });

  it("destroys nothing while somebody who came after the tag is in no bag", async () => {
    expect((await run("purge", "--receipt", sha256)).stderr).toContain("1 signatures were accepted after the tag");
    expect(await store.query.selectFrom("vault").select("id").execute()).toHaveLength(people.length + 1);
    await campaign.fileSheet(withdrawalsOf(3, [late.row.id]));
    await accept();
  });

  it("makes nothing more of a tag from which somebody has left, by hand or by the workflow, and drops its release", async () => {
    const { state } = campaign.github;
    const author = { id: campaign.organiser.id, login: "github-actions[bot]", type: "Bot" } as const;
    state.releases.push({ id: state.nextId(), tag: TAG, author, at: "2026-12-01T00:00:00Z" });
    await campaign.fileSheet(withdrawalsOf(4, [leaver.row.id]));
    await accept();
    expect(state.releases).toEqual([]);
    const left = `error: 1 person has left since ${TAG}: make a new tag, of another day, and hand that over\n`;
    for (const command of ["handover", "handover:contacts"])
      expect(await run(command, "--out", out)).toMatchObject({ code: 1, stderr: expect.stringContaining(left) });
    // The clone's own copy is known to nobody; both bags that the service's machine has had in hand are gone.
    expect(readdirSync(out).sort()).toEqual(["handover-2026-12-01.left", "handover-2026-12-01.md"]);
    const action = { BAG_DIR: join(host.dataDir, "bag"), GITHUB_REF: `refs/tags/${TAG}` };
    const workflow = await runScript("actions/handover", action, host.project);
    expect(workflow).toMatchObject({ code: 1, output: expect.stringContaining(`1 person has left since ${TAG}`) });
  });

  it("destroys every row and the pepper, and makes what a repository without a past begins with", async () => {
    const pepper = readFileSync(join(host.dataDir, "keys/pepper.key"), "utf8");
    expect((await run("purge", "--receipt", sha256)).stderr).toContain("ask the recipient how many it has deleted");
    const ended = await run("purge", "--receipt", sha256, "--deleted", "1");
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain("not yet on the ledger");
    for (const table of Object.keys(TABLES) as (keyof Tables)[])
      expect(await store.query.selectFrom(table).selectAll().execute(), table).toEqual([]);
    expect(existsSync(join(host.dataDir, "mirror.git"))).toBe(false);
    expect(readFileSync(join(host.dataDir, "keys/pepper.key"), "utf8")).not.toBe(pepper);

    const fresh = join(host.dataDir, "fresh/repository");
    await log(join(fresh, "signatures/notices/purge-2026-12-01.md"));
    expect(await run("purge")).toMatchObject({ code: 0 });
    // It can publish, with all that main has: its fonts as they are.
    const font = "content/assets/fonts/source-serif-400-names.woff2";
    expect(readFileSync(join(fresh, font)).equals(readFileSync(join(host.project, font)))).toBe(true);
    expect(existsSync(join(fresh, "scripts/actions/publish.ts"))).toBe(true);
    const ledger = readFileSync(join(fresh, "signatures/ledger/000.txt"), "utf8");
    expect(ledger).toMatch(/ handover [\s\S]* purge \S+\n$/);
    // Only the counts stay: accept has taken the list down, in a commit of its own.
    expect(existsSync(join(fresh, "signatures/accepted/000.md"))).toBe(false);
    expect(campaign.github.repository.list("main").some((path) => /accepted\/.*\.md$/.test(path))).toBe(false);
    for (const { row, contact } of [...people, late])
      for (const text of [row.opening, contact.email]) expect(filesWith(host.dataDir, text)).toEqual([]);
  });
});

/** Runs the script of a workflow. */
function runScript(
  script: string,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<{ code: number; output: string }> {
  const env = { ...compiled, PATH: process.env.PATH, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, `scripts/${script}.ts`)], { env, cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
  });
}

function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}
