import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { parseSheet, sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { codeIn, confirm, stateOf, submit, withdraw } from "../journeys/signatory.ts";
import { keys, secrets } from "../letter/invented.ts";
import { askHost, hostsNamed, onionHost } from "../support/addresses.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { fixedRandomness, people } from "../support/fixtures.ts";
import { makeServiceHost, nameCustodians, type ServiceHost } from "../support/servers/github-service.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { makeDataDir, removeDataDir, runCommand, type Service } from "../support/servers/service.ts";
import { bringProject, projectVkey } from "../workflows/project.ts";

let campaign: WorkflowCampaign;
let host: ServiceHost;
let mailServer: MailServer;
let service: Service | undefined;
beforeAll(async () => {
  [campaign, mailServer] = await Promise.all([makeWorkflowCampaign(), startMailServer()]);
  await bringProject(campaign);
  await nameCustodians(campaign);
  campaign.site.content = new Map();
  host = await makeServiceHost(campaign, { MAIL_URL: mailServer.url, FILE_EVERY: "1s", FILE_AT_LEAST: "5" });
});
afterEach(async () => {
  await service?.kill();
  service = undefined;
});
afterAll(async () => {
  host?.remove();
  await mailServer?.stop();
  await campaign?.close();
});

/** Signs and gives the withdrawal code and the row's id. */
async function sign({ origin }: Service, who: keyof typeof people, shown: "name" | "initials", name?: string) {
  const { lang, place, email, name: own } = people[who];
  const asked = await submit(origin, { lang, shown, name: name ?? own, place, email });
  const code = (await confirm(origin, asked, codeIn(await mailServer.waitForMail(email)))) ?? "";
  return { code, id: idOf(openingOf(code)) };
}

const accept = async (more: Record<string, string> = {}) => {
  const { outcomes } = await campaign.accept(more);
  campaign.publish();
  return outcomes;
};

describe("npm start with GitHub", () => {
  it("says that nobody can sign before the letter is on the ledger, and goes on once it is", async () => {
    service = await host.start();
    expect(service.output()).toContain("nobody can sign before the workflow accept has run");
    const { lang, name, place, email } = people.sara;
    await expect(submit(service.origin, { lang, shown: "name", name, place, email })).rejects.toThrow("503");
    await accept({ FIRST: "true" });
    await expect
      .poll(() => submit(service!.origin, { lang, shown: "name", name, place, email }).catch(() => undefined), {
        timeout: 20_000,
        interval: 500,
      })
      .toBeDefined();
  });

  it("files a sheet of real confirmations, with a body for its readers, and learns what accept has settled", async () => {
    service = await host.start();
    const said = service.output();
    expect(said).toContain(`${campaign.github.origin}/${campaign.github.name}/pulls`);
    const signed = {
      niamh: await sign(service, "niamh", "name"),
      omid: await sign(service, "omid", "name"),
      jean: await sign(service, "jean", "name", "President of Everything"),
      ming: await sign(service, "ming", "initials"),
      thi: await sign(service, "thi", "name"),
    };
    const { state, repository } = campaign.github;
    await expect.poll(() => state.pulls.length, { timeout: 20_000, interval: 200 }).toBe(1);
    const [pull] = state.pulls;
    const sheet = parseSheet(repository.read(pull!.headSha, sheetPath(pull!.head.slice("pending/".length))).toString());
    expect(sheet.rows.map(({ id }) => id)).toEqual(
      Object.values(signed)
        .map(({ id }) => id)
        .sort(),
    );

    expect(pull!.title).toBe(`sheet ${sheet.sheet}: 5 signatures, to read`);
    const body = pull!.body ?? "";
    expect(body).toMatch(/^\*\*Reading sheet: 5 signatures, to read\*\*: 4 name, 1 initials, 0 hidden, 0 counted\./);
    expect(body).toContain("### 1 to look at\n");
    expect(body).toMatch(new RegExp(`^\\| \\d+ \\| \`${signed.jean.id}\` \\| public figure or office \\|$`, "m"));
    for (const { id } of [signed.omid, signed.ming]) expect(body).not.toContain(id);
    for (const { email, name } of Object.values(people)) {
      expect(body).not.toContain(email);
      expect(body).not.toContain(name);
    }
    expect(body).not.toContain("President of Everything");
    expect(await stateOf(service.origin, signed.niamh.code)).toBe("pending");

    const [first, second] = campaign.moderators;
    await campaign.review(first, pull!.number, "APPROVE");
    await campaign.review(second, pull!.number, "APPROVE", `refuse ${signed.jean.id} fake-name`);
    expect(await accept()).toMatchObject([{ state: "accepted", accepted: 4, refused: 1 }]);
    for (const { code } of [signed.niamh, signed.omid, signed.ming, signed.thi])
      await expect.poll(() => stateOf(service!.origin, code), { timeout: 20_000, interval: 500 }).toBe("accepted");
    expect(await stateOf(service.origin, signed.jean.code)).toBe("refused");
    expect(pull!.merged).toBeDefined();

    await withdraw(service.origin, signed.niamh.code);
    await expect.poll(() => state.pulls.length, { timeout: 20_000, interval: 200 }).toBe(2);
    expect(state.pulls[1]).toMatchObject({
      title: expect.stringMatching(/^sheet [0-9a-z]{26}: 1 withdrawal$/),
      body: expect.stringMatching(/^\*\*1 withdrawal\.\*\*/),
    });
    expect(state.pulls[1]!.body).not.toContain(signed.niamh.id);
    expect(await accept()).toMatchObject([{ state: "withdrawn", withdrawn: 1 }]);
    expect(await stateOf(service.origin, signed.niamh.code)).toBe("withdrawn");

    await checkHost(said);
  });

  /** Nothing that could accept lies on the machine, and nothing secret was printed. */
  async function checkHost(said: string) {
    expect(readdirSync(join(host.dataDir, "keys")).sort()).toEqual(["attestation.key", "pepper.key"]);
    expect(existsSync(join(host.dataDir, "demo-custodian"))).toBe(false);
    expect(existsSync(join(host.dataDir, "campaign.git"))).toBe(false);
    const output = said + service!.output();
    const pem = campaign.fileApp.privateKey.split("\n")[1] ?? "-";
    for (const secret of [pem, readFileSync(join(host.dataDir, "keys/pepper.key"), "utf8").trim(), "ghs_"])
      expect(output).not.toContain(secret);
    expect(output).not.toContain(formatBase64url(secrets.attestation));
  }

  it("links to the site from its pages, and serves none of it", async () => {
    service = await host.start();
    const { url } = campaign.site;
    const toSite = await fetch(`${service.origin}/`, { redirect: "manual" });
    expect(toSite.headers.get("location")).toMatch(new RegExp(`^${url}/(en|fa)/$`));
    const answer = await fetch(`${service.origin}/en/nowhere/`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain(`href="${url}/en/"`);
    expect((await fetch(`${service.origin}/ledger/checkpoint`)).status).toBe(404);
    expect((await fetch(`${service.origin}/inbox/`)).status).toBe(404);
    await service.stop();
  });

  it("is the whole site at an onion address, of main as accept left it, and leads nowhere else", async () => {
    service = await host.start();
    const onion = onionHost(fixedRandomness("github onion"));
    const ask = (path: string) => askHost(service!.origin, path, onion);
    const front = await ask("/");
    expect(front.headers.location).toMatch(/^\/(en|fa)\/$/);
    for (const path of [
      "/fa/",
      "/en/sign/",
      "/en/verify/",
      "/en/share/",
      "/fa/withdraw/",
      "/en/not-me/",
      "/en/feed.xml",
    ]) {
      const { status, text } = await ask(path);
      expect(status, path).toBe(200);
      const here = [campaign.site.url, service.origin].map((url) => new URL(url).host);
      expect(
        hostsNamed(text).filter((name) => here.includes(name)),
        path,
      ).toEqual([]);
    }
    const checkpoint = campaign.mainFile("signatures/ledger/checkpoint");
    expect((await ask("/ledger/checkpoint")).text).toBe(checkpoint);
    expect((await ask("/en/signatures/")).text).toContain(people.omid.name);
    expect((await ask("/en/signatures/")).text).not.toContain(people.niamh.name);
    expect((await fetch(`${service.origin}/ledger/checkpoint`)).status).toBe(404);
    await service.stop();
  });
});

describe("while GitHub is away", () => {
  afterEach(() => campaign.github.setFault());

  it("the service starts from main as it was read last, takes signatures, and files them later", async () => {
    const pulls = campaign.github.state.pulls.length;
    campaign.github.setFault(() => ({ cut: "before" }));
    service = await host.start({ FILE_AT_LEAST: "1" });
    expect(service.output()).toContain("goes on from main as it was read last");
    const { code } = await sign(service, "shirin", "name");
    expect(await stateOf(service.origin, code)).toBe("pending");
    campaign.github.setFault();
    await expect.poll(() => campaign.github.state.pulls.length, { timeout: 60_000, interval: 500 }).toBe(pulls + 1);
  });

  it("a first start says so in one line", async () => {
    campaign.github.setFault(() => ({ status: 503 }));
    const dataDir = makeDataDir();
    cpSync(join(host.dataDir, "keys"), join(dataDir, "keys"), { recursive: true });
    expect(await host.refusal("start", [], { DATA_DIR: dataDir })).toMatch(
      /^error: reading main: GitHub says 503 [^\n]+\n$/,
    );
    removeDataDir(dataDir);
  });
});

describe("with GitHub", () => {
  it.each([
    ["moderate", ["list"]],
    ["edition", []],
    ["seed", ["3"]],
  ])("%s says that this happens on GitHub, whatever else is set", async (command, args) => {
    const line = await host.refusal(command, args, { FILE_APP_KEY: "" });
    expect(line).toMatch(/^error: [^\n]*on GitHub[^\n]*moderating\.md\n$/);
    expect(existsSync(join(host.dataDir, "campaign.git"))).toBe(false);
  });
});

describe("npm run keys with GitHub", () => {
  it("prints the public keys, and makes no key of the ledger", async () => {
    const { stdout, code } = await runCommand("keys", [], host.settings, host.project);
    expect(code).toBe(0);
    expect(stdout).toBe(`ledger_vkey: ${projectVkey}\nattestation_key: ${keys.attestation}\n`);
    expect(existsSync(join(host.dataDir, "keys/ledger.key"))).toBe(false);
  });
});

describe("npm start with GitHub refuses, in one line,", () => {
  afterEach(() => host.pull());
  const change = (path: string, from: string | RegExp, to: string) => {
    const file = join(host.project, path);
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(from);
    writeFileSync(file, text.replace(from, to));
  };
  const refused = async (more?: Record<string, string>) => {
    const line = await host.refusal("start", [], more);
    expect(line).toMatch(/^error: [^\n]+\n$/);
    return line;
  };

  it("another letter than the ledger's", async () => {
    change("content/en/letter.md", /\n\n(?=[A-Z])/, "\n\nOne more sentence. ");
    expect(await refused()).toContain("is not the edition on the ledger");
  });

  it("a main that is older than what the site shows", async () => {
    const { repository } = campaign.github;
    const head = repository.git("rev-parse", "main");
    repository.git("update-ref", "refs/heads/main", "refs/heads/main^1");
    try {
      expect(await refused()).toMatch(
        /main has \d+ entries, and the published site knows \d+: .* have an organiser bring/,
      );
    } finally {
      repository.git("update-ref", "refs/heads/main", head);
    }
  });

  it("to make a database while main has signatures", async () => {
    const path = join(host.dataDir, "other.db");
    expect(await refused({ DATABASE_URL: `sqlite:${path}` })).toContain("--new-database");
    expect(existsSync(path)).toBe(false);
  });

  it("other custodians than main's, or none", async () => {
    change("content/campaign.yaml", /age: \[(age1pq1\w+), (age1pq1\w+)\]/, "age: [$2, $1]");
    expect(await refused()).toContain("names other keys than on main");
    change("content/campaign.yaml", /age: \[.*\]/, "age: []");
    expect(await refused()).toContain("recipient.age");
  });

  it("keys that do not fit", async () => {
    change("content/campaign.yaml", /\nattestation_key: .*/, "");
    expect(await refused()).toContain("names no attestation_key: write there");
  });

  it("captured mail where others can reach it", async () => {
    expect(await refused({ MAIL_URL: "", SERVICE_URL: "https://sign.example.org" })).toContain(
      "MAIL_URL: write smtp://",
    );
  });

  it("an App that GitHub does not know, without repeating its key", async () => {
    const line = await refused({ FILE_APP_ID: "999" });
    expect(line).toMatch(/GitHub says 40\d/);
    expect(line).not.toMatch(/BEGIN|eyJ/);
  });
});

describe("a running service with GitHub", () => {
  it("tells moderators of a burst from one mail domain, and the organisers of a newer letter", async () => {
    const before = campaign.github.state.pulls.length;
    service = await host.start({ FILE_AT_LEAST: "11" });
    const { origin } = service;
    for (let i = 0; i < 11; i++) {
      const email = `person${i}@burst.example`;
      const asked = await submit(origin, {
        lang: "en",
        shown: "name",
        name: `Sara Azadi ${"i".repeat(i)}`,
        place: "",
        email,
      });
      expect(await confirm(origin, asked, codeIn(await mailServer.waitForMail(email)))).toBeDefined();
    }
    await expect.poll(() => campaign.github.state.pulls.length, { timeout: 30_000, interval: 200 }).toBe(before + 1);
    const body = campaign.github.state.pulls.at(-1)!.body ?? "";
    expect(body.match(/ burst from one mail domain \|/g)).toHaveLength(11);
    expect(body).not.toContain("burst.example");

    const letter = campaign.mainFile("content/en/letter.md").replace(/\n\n(?=[A-Z])/, "\n\nOne more sentence. ");
    campaign.github.repository.commit("main", "organisers: the letter", { "content/en/letter.md": letter });
    expect(service.output()).not.toContain("another edition");
    await accept();
    await expect.poll(() => service!.output(), { timeout: 20_000 }).toContain("another edition of the letter");
  });
});
