import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assertPublishedKnown, withRestoredMain } from "../../../scripts/form-service/filing/restored-main.ts";
import {
  formatAnnouncement,
  formatRestoration,
  restore,
} from "../../../scripts/form-service/filing/restored-service.ts";
import { withdraw } from "../../../scripts/form-service/signing/withdrawal.ts";
import { openBackup, type ReadBackup } from "../../../scripts/form-service/store/backup-contents.ts";
import { claimDatabase } from "../../../scripts/form-service/store/campaign-database.ts";
import type { LeftList } from "../../../scripts/form-service/store/left-list.ts";
import { assertRoomFor } from "../../../scripts/form-service/store/restored-backup.ts";
import { withStore } from "../../../scripts/form-service/store/schema.ts";
import { makeBackupKey, writeBackup } from "../../../scripts/form-service/store/written-backup.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { dayAfter } from "../../../scripts/letter/bytes/day.ts";
import { formatNotice, noticePath } from "../../../scripts/letter/handover/notice.ts";
import { publishedFiles } from "../../../scripts/letter/published/files.ts";
import type { CampaignRecord } from "../../../scripts/letter/signature/record.ts";
import { editionOf } from "../../../scripts/letter/text/edition.ts";
import type { Clock } from "../../../scripts/outside/clock.ts";
import { LOCAL_MODERATOR, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import type { Random } from "../../../scripts/outside/random.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { invent, keys, letterText, secrets, service, sheetOf, texts, withdrawalsOf } from "../../letter/invented.ts";
import { acceptAll } from "../../support/campaigns/accept-all.ts";
import { day, makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";
import { openRepository } from "../../support/campaigns/repository.ts";
import { fixedClock, fixedRandomness } from "../../support/fixtures.ts";

// On one machine main comes out of the backup too, and the world has seen more.

const [stays, leaves, waits, late, never] = [invent(0), invent(1), invent(2), invent(3), invent(4)] as const;
const waiting = sheetOf(1, [waits.row]);
const changed = new Map([...texts.keys()].map((lang) => [lang, letterText("Free them all", "We ask again.")]));
const bags = { publicBag: formatBase64url(service.publicKey), contactsBag: formatBase64url(secrets.ledger) };
const [handover, purge] = [
  { kind: "handover", tag: `handover/${day}`, ...bags },
  { kind: "purge", tag: `handover/${day}`, contactsBag: bags.contactsBag },
] as const;
const clock = fixedClock(`${day}T12:00:00Z`);

let campaign: TestCampaign;
let backup: ReadBackup;
let dataDir: string;
/** What was published, by what had happened last; the folder of each site has the same name. */
const published = new Map<string, CampaignRecord>();
const site = (name: string) => join(campaign.folder, "sites", name);

async function publish(name: string, host = campaign.host): Promise<void> {
  const { record } = await host.readMain();
  published.set(name, record);
  write(name, record);
}

function write(name: string, record: CampaignRecord): void {
  for (const [path, content] of publishedFiles(record, keys)) {
    mkdirSync(dirname(join(site(name), path)), { recursive: true });
    writeFileSync(join(site(name), path), content);
  }
}

beforeAll(async () => {
  campaign = await makeCampaign();
  const settings = readSettings({ DATA_DIR: campaign.folder });
  await publish("before");
  await campaign.pass(sheetOf(0, [stays.row, leaves.row]));
  await campaign.file(waiting);
  mkdirSync(join(campaign.folder, "keys"));
  for (const [name, secret] of Object.entries({ ...secrets, pepper: secrets.attestation }))
    writeFileSync(join(campaign.folder, `keys/${name}.key`), `${formatBase64url(secret)}\n`);
  await withStore(settings.database, (store) =>
    store.change(async (query) => {
      const form = { s_hash: "form", sealed: Buffer.from("sealed"), tries: 0, day } as const;
      await query.insertInto("submission").values(form).execute();
      for (const { id } of [stays.row, leaves.row]) {
        await query.insertInto("signature").values({ id, state: "accepted" }).execute();
        await query
          .insertInto("vault")
          .values({ id, sealed: Buffer.from("sealed") })
          .execute();
      }
    }),
  );
  const [path, keyFile] = [join(campaign.folder, "backup.age"), join(campaign.folder, "backup.key")];
  await writeBackup(settings, path, await makeBackupKey(keyFile), day);
  backup = await openBackup(path, keyFile);
  // After the backup somebody withdraws, and two are accepted, one of them from the sheet that waited.
  await campaign.file(withdrawalsOf(2, [leaves.row.id]));
  await campaign.review(waiting.sheet, {});
  await campaign.pass(sheetOf(3, [late.row]));
  await publish("accepted");
  const letter = new Map([...changed].map(([lang, text]) => [`content/${lang}/letter.md`, text]));
  await campaign.host.commitText(letter, day);
  await campaign.accept();
  await publish("letter");
  for (const notice of [handover, purge]) {
    await campaign.host.commitText(new Map([[noticePath(notice), formatNotice(notice)]]), day);
    await campaign.accept();
    await publish(notice.kind);
  }
  const fork = await makeCampaign();
  await fork.pass(sheetOf(7, [never.row, late.row, waits.row]));
  await publish("fork", fork.host);
  fork.remove();
});
afterAll(() => campaign.remove());
beforeEach(() => {
  dataDir = mkdtempSync(join(campaign.folder, "machine-"));
});

type Asked = {
  named?: string;
  isSaid?: boolean;
  byDatabase?: boolean;
  lists?: LeftList[];
  random?: Random;
  clock?: Clock;
};

/** Does as `npm run restore -- --yes`, and returns what it says and what came of it. */
async function bringBack({ named, isSaid = false, byDatabase = false, lists = [], ...means }: Asked) {
  const [settings, from] = [readSettings({ DATA_DIR: dataDir }), byDatabase ? undefined : backup];
  return withRestoredMain(settings, from, { named, dataDirs: [dataDir] }, async (main) => {
    assertPublishedKnown(main, { named, isSaid });
    const how = { settings, clock, random: fixedRandomness("restored"), ...means };
    return { said: formatRestoration(from, [], main), ...(await restore(from, lists, how, main)) };
  });
}

const reopen = () => openLocalGitHost(join(dataDir, "campaign.git"), { folder: campaign.folder, day });
const accept = async () => acceptAll({ ...campaign.acceptor, host: await reopen() });
const readMain = async () => (await reopen()).readMain();

describe("a backup whose main is older than what was published", () => {
  it("goes on from the published ledger: who left stays away, who was accepted is there, once", async () => {
    const { said, unreachable } = await bringBack({ named: site("accepted") });
    const { rows, entries, checkpoint } = published.get("accepted")!;
    expect((await readMain()).record).toMatchObject({ rows, entries, checkpoint });
    expect(said).toContain("2 were accepted and 1 withdrew");
    expect(unreachable).toBe(2);
    // The sheet that waits in the backup was accepted since: it must not be in the way, nor count anybody twice.
    const host = await reopen();
    const [open] = await host.openSheets();
    const act = { by: LOCAL_MODERATOR, state: "approved", commit: open!.commit, body: "" } as const;
    await host.review(waiting.sheet, act, day);
    const { main, outcomes } = await accept();
    expect(outcomes).toEqual([expect.objectContaining({ sheet: waiting.sheet, accepted: 0 })]);
    expect(main.record.rows).toEqual(rows);
    expect(main.record.entries.slice(0, entries.length)).toEqual(entries);
  });

  it("lets those withdraw by their code of whom it knows only the published row", async () => {
    await bringBack({ named: site("accepted") });
    const main = await readMain();
    await withStore(readSettings({ DATA_DIR: dataDir }).database, async (store) => {
      const carried = { lastBackup: async () => day, carryLeft: async () => {}, isOnOpenSheet: () => false };
      const deps = { store, clock, attestation: service, pepper: secrets.attestation, ...carried, main: () => main };
      expect(await withdraw(deps, late.withdrawalCode)).toBe(true);
      expect(await withdraw(deps, never.withdrawalCode)).toBe(false);
    });
  });

  it("is noted in the database, so that no start goes on from less", async () => {
    await bringBack({ named: site("accepted") });
    const entries = published.get("accepted")!.entries.slice(0, -1);
    await withStore(readSettings({ DATA_DIR: dataDir }).database, async (store) => {
      const claimed = claimDatabase(store, { entries }, { attestation: keys.attestation, isNew: false });
      await expect(claimed).rejects.toThrow(`this database has seen ${entries.length + 1}`);
    });
  });

  it("takes over the letter too, or an older text would come onto the ledger again", async () => {
    const { said } = await bringBack({ named: site("handover") });
    expect(said).toContain("a handover since then has lost its tag");
    const { main, edition } = await accept();
    expect(edition).toBeUndefined();
    expect(main.record.entries).toEqual(published.get("handover")!.entries);
    expect([...main.record.editions.keys()]).toContain(editionOf(changed));
  });

  it("goes on from its own main where it is said that nothing was published", async () => {
    const { said } = await bringBack({ isSaid: true });
    expect(said).toContain("no published site was found");
    expect((await readMain()).record.rows).toHaveLength(2);
  });

  it("says how to go on when it is cut after the rows, and then does the rest", async () => {
    const lists = [{ day, ids: new Set([stays.row.id]) }];
    const random = () => {
      throw new Error("no randomness");
    };
    const cut = bringBack({ named: site("accepted"), lists, random });
    await expect(cut).rejects.toThrow(/no randomness\. Mend that, and before npm start .* --by-database /);
    await expect(assertRoomFor({ files: new Map() }, readSettings({ DATA_DIR: dataDir }))).rejects.toThrow(
      "--by-database",
    );
    // The list of who left lies in the data folder by then, and the database has their withdrawals.
    expect(readFileSync(join(dataDir, "left.txt"), "utf8")).toContain(stays.row.id);
    await bringBack({ byDatabase: true, named: site("accepted") });
    const { main } = await accept();
    expect(main.record.rows.map(({ opening }) => opening)).not.toContain(stays.row.opening);
  });

  it("says that no form is taken for an hour after a longer time without a service, and what to do", async () => {
    const { doubt } = await bringBack({ isSaid: true });
    expect(doubt).toBeUndefined();
    rmSync(dataDir, { recursive: true });
    mkdirSync(dataDir);
    const later = fixedClock(`${dayAfter(day, 3)}T12:00:00Z`);
    const done = await bringBack({ isSaid: true, clock: later });
    expect(formatAnnouncement(day, dayAfter(day, 3), done)).toMatch(
      /\nno form is taken for the first hour, [^\n]* npm run doctor -- --clock-is-right$/,
    );
  });

  it.each([
    ["nobody says what was published", undefined, "--site URL|DIR|FILE"],
    ["only a checkpoint is there that is longer", "accepted/ledger/checkpoint", "has 4 entries, and 9 were published"],
    ["the site is of a ledger that went another way", "fork", "contradict each other"],
    ["the site is older than the backup", "before", "it is an older copy"],
    ["there was a purge since", "purge", "has a purge since"],
  ])("is refused when %s, and nothing is made", async (_when, name, message) => {
    await expect(bringBack({ ...(name && { named: site(name) }) })).rejects.toThrow(message);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([
    ["a row is missing", "list/000.md", () => undefined, "list/000.md: the row of the accepted entry"],
    ["a row was changed", "list/000.md", (text: string) => text.replace("2026-11-23", "2026-11-22"), "does not open"],
    ["an entry was changed", "ledger/tile/entries/000.p/9", (text: string) => text.replace("batch 1", "batch 2"), ""],
    ["the text was changed", `letter/${editionOf(texts)}/en.md`, (text: string) => `${text} `, "it was changed"],
  ])("is refused when %s on the site, and nothing is made", async (_what, path, spoil, message) => {
    write("spoilt", published.get("accepted")!);
    const file = join(site("spoilt"), path);
    const spoilt = spoil(readFileSync(file, "latin1"));
    rmSync(file);
    if (spoilt !== undefined) writeFileSync(file, spoilt, "latin1");
    await expect(bringBack({ named: site("spoilt") })).rejects.toThrow(message);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

it("a main that was put back with its disk goes on from the site, and the database tells that it is older", async () => {
  await bringBack({ named: site("accepted") });
  const { git } = openRepository(join(dataDir, "campaign.git"));
  const back = () => git("update-ref", "refs/heads/main", "refs/heads/main^1");
  back();
  await expect(bringBack({ byDatabase: true, isSaid: true })).rejects.toThrow("has 4 entries, and 9 were published");
  const { said } = await bringBack({ byDatabase: true, named: site("letter") });
  expect(said).toContain("2 were accepted and 1 withdrew");
  expect((await readMain()).record.entries).toEqual(published.get("letter")!.entries);
  // The same with the site in the data folder, which nobody has to name.
  back();
  cpSync(site("letter"), join(dataDir, "site"), { recursive: true });
  await bringBack({ byDatabase: true });
  expect((await readMain()).record.entries).toEqual(published.get("letter")!.entries);
});

it("a main that a killed erasure has left beside its place is there", async () => {
  await bringBack({ named: site("accepted") });
  const own = join(dataDir, "campaign.git");
  cpSync(own, `${own}.fresh`, { recursive: true });
  renameSync(own, `${own}.old`);
  const { said } = await bringBack({ byDatabase: true, named: site("accepted") });
  expect(said).toContain("nothing is missing");
  expect((await readMain()).record.rows).toEqual(published.get("accepted")!.rows);
});
