import { cpSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Invention, inventRow, inventSheet, inventWithdrawals } from "../../scripts/accept/invented-signatures.ts";
import { attest, attestLeave, attestSheet } from "../../scripts/letter/ledger/attestation.ts";
import { filingMessage } from "../../scripts/letter/review/filing-message.ts";
import { formatProposal } from "../../scripts/letter/review/proposal-body.ts";
import { loggedEdition } from "../../scripts/letter/signature/record.ts";
import { acceptEntryOf } from "../../scripts/letter/signature/row.ts";
import { formatSheet, type SignaturesSheet } from "../../scripts/letter/signature/sheet.ts";
import { showsName } from "../../scripts/letter/signature/shown.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { campaignRepository, type LocalGitHost, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { type Keys, openKeys } from "../../scripts/outside/seal/keys.ts";
import { acceptAll } from "../support/campaigns/accept-all.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { readLetterFile } from "../support/letters.ts";
import { runInside } from "../support/servers/inside.ts";
import { makeDataDir, type Outcome, removeDataDir, runCommand } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

const day = "2026-11-24";
let begun: string;
let dataDir: string;
let host: LocalGitHost;
let keys: Keys;
let invention: Invention;
let sheet: SignaturesSheet;

// A campaign with a sheet that waits takes git some thirty processes: each test has a copy of one.
beforeAll(async () => {
  begun = makeDataDir();
  dataDir = begun;
  keys = await openKeys(dataDir, parseCampaign(readLetterFile("iran", "campaign.yaml")));
  host = await openHost();
  const { main } = await acceptAll({
    host,
    signer: keys.ledger,
    attestationKey: keys.attestation.publicKey,
    day,
    live: async () => undefined,
  });
  invention = { edition: loggedEdition(main.record.entries)!, key: keys.attestation, day, random: fixedRandomness() };
  sheet = inventSheet(
    invention,
    Array.from({ length: 12 }, () => inventRow(invention)),
  );
  await file(sheet.sheet, formatSheet(sheet));
});
afterAll(() => removeDataDir(begun));

beforeEach(async () => {
  dataDir = makeDataDir();
  cpSync(begun, dataDir, { recursive: true });
  host = await openHost();
});
afterEach(() => removeDataDir(dataDir));

function openHost(): Promise<LocalGitHost> {
  return openLocalGitHost(campaignRepository(dataDir), { folder: root, day });
}

async function file(name: string, text: string): Promise<void> {
  await host.file({
    sheet: name,
    text,
    base: await host.head(),
    message: filingMessage(name, { quarantined: false, attestation: attestSheet(name, text, keys.attestation) }),
    day,
  });
}

const moderate = (...args: string[]): Promise<Outcome> => runCommand("moderate", args, { DATA_DIR: dataDir });
// What a process of its own would show is shown once for each subcommand.
const inside = (...args: string[]): Promise<Outcome> => runInside("moderate", args, { DATA_DIR: dataDir });
const lines = (text: string) => text.trimEnd().split("\n");

describe("moderate list", () => {
  it("says for programs exactly what waits", async () => {
    const { stdout, code } = await moderate("list", "--json");
    expect(code).toBe(0);
    const rows = sheet.rows.map(({ id, shown, name, lang, place, signed }) => ({
      id,
      shown,
      name,
      lang,
      place,
      signed,
    }));
    expect(JSON.parse(stdout)).toEqual([{ sheet: sheet.sheet, kind: "signatures", count: 12, state: "waiting", rows }]);
  });

  it("says for people what waits, and that nothing does", async () => {
    expect(lines((await inside("list")).stdout)[1]).toBe(`${sheet.sheet}  signatures  12    waiting`);
    await inside("approve", sheet.sheet);
    expect((await inside("list")).stdout).toBe("no sheet waits for review\n");
    expect((await inside("list", "--json")).stdout).toBe("[]\n");
  });

  it("names the rule that a bad sheet breaks, and shows nothing of it", async () => {
    openRepository(campaignRepository(dataDir)).git("update-ref", "refs/heads/pending/evil", "main");
    // U+009B begins a command to the terminal, U+202E turns its direction.
    openRepository(campaignRepository(dataDir)).git("update-ref", "refs/heads/pending/a\u009b\u202eb", "main");
    const { stdout } = await inside("list", "--json");
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ sheet: "a\u009b\u202eb" }));
    expect(JSON.parse(stdout)).toContainEqual({
      sheet: "evil",
      kind: "unknown",
      count: 0,
      state: "invalid",
      rows: [],
    });
    expect((await inside("list")).stdout).toContain("invalid: the branch is not named pending/");
  });
});

describe("moderate show", () => {
  it("shows the rows with something to read, names isolated, and the others and no name of hidden people with --all", async () => {
    const { stdout } = await moderate("show", sheet.sheet.slice(0, 6));
    const whole = await moderate("show", sheet.sheet, "--all");
    const unseen = sheet.rows.filter(({ shown }) => !showsName(shown));
    for (const { id, shown, name } of sheet.rows) {
      const find = (text: string) => lines(text).find((one) => one.startsWith(id));
      if (showsName(shown)) expect(find(stdout)).toContain(`\u2068${name}\u2069`);
      else expect([find(stdout), find(whole.stdout)]).toEqual([undefined, `${id}  ${shown}`]);
    }
    expect(unseen.length).toBeGreaterThan(0);
    expect(stdout).toContain(
      `${unseen.length} hidden or counted rows show nothing that could be reviewed: --all prints them`,
    );
    expect(stdout).not.toContain("\u001b");
  });

  it("shows first which rows the pull request on GitHub would flag, and why", async () => {
    const named = () => {
      const fields = { shown: "name", name: "Ingrid Nowak", lang: "en", place: "Perth", signed: day } as const;
      const row = { ...inventRow(invention), ...fields, attestation: "" };
      return { ...row, attestation: attest(acceptEntryOf(row, sheet.edition), keys.attestation) };
    };
    const listed = inventSheet(invention, [named()]);
    await file(listed.sheet, formatSheet(listed));
    await inside("approve", listed.sheet);
    const row = named();
    const other = inventSheet(invention, [row, inventRow(invention)]);
    await file(other.sheet, formatSheet(other));
    const { stdout } = await inside("show", other.sheet);
    const { body } = formatProposal(other, { listed: (await host.readMain()).record.rows, bursts: new Set() });
    expect(body).toContain(`\`${row.id}\` | same name and place as on the list`);
    expect(lines(stdout)[2]).toMatch(/^look first: \d; hints of a program/);
    const line = lines(stdout).findIndex((one) => one.startsWith(row.id));
    expect(lines(stdout)[line]).toMatch(/ same name and place as on the list$/);
    const others = lines(stdout).findIndex((one) => one.startsWith("the others: "));
    expect(others === -1 || line < others).toBe(true);
  });

  it("shows first which rows are on another open sheet too, on both, and the list marks both", async () => {
    const [shared] = sheet.rows as [(typeof sheet.rows)[0]];
    const twin = inventSheet(invention, [shared, inventRow(invention)]);
    await file(twin.sheet, formatSheet(twin));
    for (const [one, other] of [
      [sheet, twin],
      [twin, sheet],
    ] as const) {
      const { stdout } = await inside("show", one.sheet);
      expect(lines(stdout)[2]).toMatch(/^look first: /);
      expect(lines(stdout).find((line) => line.startsWith(shared.id))).toMatch(
        new RegExp(`also on the open sheet ${other.sheet}$`),
      );
    }
    const { stdout } = await inside("list");
    expect(
      lines(stdout)
        .slice(1)
        .map((line) => line.endsWith("look first")),
    ).toEqual([true, true]);
    // Refused as a duplicate it is decided on the other, and refused for any other reason on both.
    await inside("approve", twin.sheet, "--refuse", `${shared.id}:duplicate`);
    expect((await inside("approve", sheet.sheet)).stdout).toContain(
      "accepted 12, refused 0, left out as withdrawn 0\n",
    );
  });

  it("shows which rows are settled already, and leaves them out", async () => {
    await inside("approve", sheet.sheet);
    const again = inventSheet(invention, [sheet.rows[0]!, inventRow(invention)]);
    await file(again.sheet, formatSheet(again));
    const { stdout } = await inside("show", again.sheet);
    const line = lines(stdout).find((one) => one.startsWith(sheet.rows[0]!.id));
    expect(line).toMatch(/left out: the ledger has this signature already$/);
    expect((await inside("approve", again.sheet)).stdout).toContain(
      "accepted 1, refused 0, left out as withdrawn 0, left out as decided elsewhere 1\n",
    );
  });

  it("passes over a sheet that the form service has not attested, says what to do, and takes no approval of it", async () => {
    const copy = inventSheet(invention, sheet.rows);
    await host.file({ sheet: copy.sheet, text: formatSheet(copy), base: await host.head(), message: "file\n", day });
    const { stdout } = await inside("list");
    expect(stdout).toContain("unattested: the form service has not attested it. Close it:");
    expect(lines(stdout).filter((line) => line.includes("look first"))).toEqual([]);
    expect((await inside("approve", copy.sheet)).stderr).toContain("the sheet is passed over");
    expect((await inside("approve", sheet.sheet)).stdout).toContain(
      "accepted 12, refused 0, left out as withdrawn 0\n",
    );
  });
});

describe("moderate approve", () => {
  it("puts the rows on the list at once, but for those it refuses", async () => {
    const [one, two] = sheet.rows as [(typeof sheet.rows)[0], (typeof sheet.rows)[0]];
    const refuse = ["--refuse", `${one.id}:fake-name`, "--refuse", `${two.id.slice(0, 10)}:advert`];
    const { stdout, stderr, code } = await moderate("approve", sheet.sheet.slice(0, 8), ...refuse);
    expect(stderr).toMatch(/^campaign \S+; DATA_DIR [^\n]+\n$/);
    expect(code).toBe(0);
    const main = await host.readMain();
    expect(lines(stdout)).toEqual([
      "accepted 10, refused 2, left out as withdrawn 0",
      "the list has 10 signatures",
      expect.stringMatching(/^checkpoint 12 [A-Za-z0-9+/]{43}=$/),
    ]);
    expect(main.record.rows).toHaveLength(10);
    expect([...main.settled.refused]).toEqual([
      [one.id, "fake-name"],
      [two.id, "advert"],
    ]);
  });

  it.each([
    ["no sheet", ["approve", "zzzz"], /no open sheet has an id that begins so/],
    ["an unknown code", ["approve", "SHEET", "--refuse", "ROW:ugly"], /a refusal needs a code: fake-name, duplicate/],
    ["a row that is not on the sheet", ["approve", "SHEET", "--refuse", "zzzz:advert"], /no row has an id/],
    ["a refusal without code", ["approve", "SHEET", "--refuse", "ROW"], /write a refusal as ID:CODE/],
    ["an empty id", ["approve", "SHEET", "--refuse", ":advert"], /rows have an id that begins so/],
    [
      "two sheets",
      ["approve", "SHEET", "SHEET"],
      /^error: approve takes one sheet: approve the others.*usage: npm run/,
    ],
    ["a code without --refuse", ["approve", "SHEET", "advert"], /^error: approve takes no code: reject SHEET CODE/],
    ["a row without --refuse", ["approve", "SHEET", "ROW:advert"], /^error: write --refuse before each ID:CODE/],
    ["no sheet to approve", ["approve"], /^error: approve needs a sheet: npm run moderate -- list/],
    ["an option of another command", ["approve", "SHEET", "--all"], /^error: --all belongs to show, not to approve/],
    ["an unknown command", ["bless", "SHEET"], /^error: there is no command “bless”; usage: npm run moderate/],
    ["no command", [], /usage: npm run moderate/],
    ["reject without code", ["reject", "SHEET"], /^error: reject needs a code after the sheet: fake-name/],
    ["an unknown option", ["approve", "SHEET", "--force"], /usage: npm run moderate/],
  ])("answers %s in one line and changes nothing", async (_what, args, reason) => {
    const head = await host.head();
    const typed = args.map((arg) => arg.replace("SHEET", sheet.sheet).replace("ROW", sheet.rows[0]!.id));
    const { stdout, stderr, code } = await inside(...typed);
    expect(stdout).toBe("");
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toMatch(reason);
    expect(code).toBe(1);
    expect(await host.head()).toBe(head);
    expect((await host.openSheets())[0]?.acts).toEqual([]);
  });

  it("says with --dry-run what would happen, and records nothing", async () => {
    const refuse = ["--refuse", `${sheet.rows[0]!.id}:fake-name`];
    const dry = await inside("approve", sheet.sheet, ...refuse, "--dry-run");
    expect(dry).toMatchObject({ stdout: "would accept 11, refuse 1, leave out as withdrawn 0\n", stderr: "", code: 0 });
    const reject = await inside("reject", sheet.sheet, "advert", "--dry-run");
    expect(reject.stdout).toBe("would accept 0, refuse 12, leave out as withdrawn 0\n");
    expect((await host.openSheets()).map(({ acts }) => acts)).toEqual([[]]);
    const { stdout } = await inside("approve", sheet.sheet, ...refuse, "--yes");
    expect(stdout).toContain("accepted 11, refused 1, left out as withdrawn 0\n");
  });

  it("does not record an approval of a sheet that breaks a rule", async () => {
    const [row] = sheet.rows;
    const forged = { ...sheet, sheet: inventSheet(invention, []).sheet, rows: [{ ...row!, contact: "A".repeat(43) }] };
    await file(forged.sheet, formatSheet(forged));
    const { stderr, code } = await moderate("approve", forged.sheet);
    expect(stderr).toMatch(/^error: the sheet is invalid: row 1: the row is not attested/);
    expect(code).toBe(1);
  });
});

describe("moderate reject", () => {
  it("refuses every row", async () => {
    const { stdout } = await moderate("reject", sheet.sheet, "not-a-person");
    expect(lines(stdout).slice(0, 2)).toEqual([
      "accepted 0, refused 12, left out as withdrawn 0",
      "the list has 0 signatures",
    ]);
  });
});

describe("moderate refile", () => {
  it("takes a damaged sheet away, and none that can be decided", async () => {
    expect((await moderate("refile", sheet.sheet)).stderr).toMatch(/^error: this sheet can be decided/);
    expect((await moderate("refile", "zzzz")).stderr).toMatch(
      /^error: no open sheet has an id that begins so: what was on/,
    );
    const repository = openRepository(campaignRepository(dataDir));
    repository.commit("x", "review\n", { "act.json": "{" });
    repository.git("update-ref", `refs/reviews/${sheet.sheet}`, "x");
    expect((await moderate("list")).stdout).toContain("invalid: a review of this sheet cannot be read");
    expect((await moderate("refile", sheet.sheet.slice(0, 8))).stdout).toContain("are filed again under another id");
    expect((await moderate("list")).stdout).toBe("no sheet waits for review\n");
  });
});

describe("moderate", () => {
  it("applies withdrawals that wait, and says that they need no review", async () => {
    const id = sheet.rows[3]!.id;
    const [name, text] = inventWithdrawals(invention, [{ id, attestation: attestLeave(id, keys.attestation) }]);
    await file(name, text);
    expect((await inside("approve", name)).stderr).toMatch(/a sheet of withdrawals needs no review/);
    expect((await inside("approve", sheet.sheet)).stdout).toContain("accepted 11, refused 0, left out as withdrawn 1");
  });

  it("helps", async () => {
    const { stdout, code } = await moderate("--help");
    expect(stdout).toMatch(/^usage: npm run moderate -- list/);
    expect(code).toBe(0);
  });

  it("says what to do where there is no campaign", async () => {
    const empty = makeDataDir();
    const { stderr, code } = await runCommand("moderate", ["list"], { DATA_DIR: empty });
    removeDataDir(empty);
    expect(stderr).toMatch(/^error: no campaign in this data folder yet: run npm start/);
    expect(code).toBe(1);
  });
});
