import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { readNotices } from "../../scripts/accept/notices.ts";
import { faultIn } from "../../scripts/accept/record/intact-record.ts";
import { readKeptRecord } from "../../scripts/accept/record/kept-record.ts";
import { storeToPurge } from "../../scripts/form-service/store/destruction.ts";
import { assertNoPurgeBegun, noteHandover, readHandoverNote } from "../../scripts/handover/handover-note.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { formatNotice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { entriesOf } from "../../scripts/letter/ledger/entry.ts";
import { noteBackups } from "../../scripts/outside/backup-list.ts";
import { noteCopy } from "../../scripts/outside/bag/copy-list.ts";
import { campaignRepository, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { invent, ledger, service } from "../letter/invented.ts";
import { acceptAll } from "../support/campaigns/accept-all.ts";
import { fillVault, makeHandoverCampaign, TAG } from "../support/campaigns/handover.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness } from "../support/fixtures.ts";

/** A campaign that was handed over, in as many copies as one likes: a purge is cut in each. */
export type CampaignToPurge = Awaited<ReturnType<typeof makeCampaignToPurge>>;

export async function makeCampaignToPurge() {
  const random = fixedRandomness("a purge that is cut");
  const first = Buffer.from(random(2)).readUInt16BE();
  const people = [0, 1, 2].map((number) => invent(first + number, number < 2 ? "name" : undefined));
  const campaign = await makeHandoverCampaign(people);
  const { folder, dataDir: origin, repository } = campaign;
  const contactsBag = formatBase64url(random(32));
  const openHost = (dataDir: string) => openLocalGitHost(campaignRepository(dataDir), { folder, day });
  const acceptor = async (dataDir: string) => {
    const live = async () => undefined;
    return { host: await openHost(dataDir), signer: ledger, attestationKey: service.publicKey, day, live };
  };

  repository.git("tag", TAG, "main");
  const handed = { kind: "handover", tag: TAG, publicBag: formatBase64url(random(32)), contactsBag } as const;
  const { record } = await (await openHost(origin)).readMain();
  await fillVault(campaign, people);
  repository.commit("main", "say what was handed over", { [noticePath(handed)]: formatNotice(handed) });
  const main = (await acceptAll(await acceptor(origin))).main.record;
  await noteHandover(origin, { tag: TAG, contactsBag, size: record.entries.length, lost: 0 });
  const secrets = people.flatMap(({ contact, row }) => [contact.email, row.opening, row.name, row.id]).filter(Boolean);
  const secret = secrets.join("\n");
  for (const [path, text] of [
    ["mail/1.eml", secret],
    ["campaign.git.Ab12Cd/bundle", secret],
    ["builds/before/list.html", secret],
    ["out/backup.age", "sealed"],
    ["out/backup.age.left", secret],
    ["out/killed.age.part", secret],
    ["out/handover.tar", secret],
  ] as const) {
    mkdirSync(join(origin, path, ".."), { recursive: true });
    writeFileSync(join(origin, path), text);
  }
  const pepper = readFileSync(join(origin, "keys/pepper.key"), "utf8");
  let copies = 0;
  /** A data folder of its own. */
  async function copy(): Promise<string> {
    const dataDir = join(folder, `copy-${++copies}`);
    cpSync(origin, dataDir, { recursive: true, verbatimSymlinks: true });
    await noteBackups(
      dataDir,
      ["backup.age", "killed.age"].map((name) => ({ path: join(dataDir, "out", name), day: "2026-11-25" })),
    );
    await noteCopy(dataDir, { path: join(dataDir, "out/handover.tar"), tag: TAG, size: record.entries.length });
    return dataDir;
  }

  /** What somebody finds who looks after the cut: all of it, or the word that the purge is to be run again, and then true. */
  async function lookAtCut(dataDir: string): Promise<boolean> {
    const begun = (await readHandoverNote(dataDir, contactsBag))?.purge !== undefined;
    if (begun) await expect(assertNoPurgeBegun(dataDir)).rejects.toThrow(`run npm run purge -- --tag ${TAG} again`);
    else {
      await assertNoPurgeBegun(dataDir);
      // One that was cut after its end, and run again, has nothing to destroy any more.
      if (entriesOf("purge", (await (await openHost(dataDir)).readMain()).record.entries).length > 0) return false;
      expect(readFileSync(join(dataDir, "out/backup.age"), "utf8")).toBe("sealed");
      expect(readFileSync(join(dataDir, "keys/pepper.key"), "utf8")).toBe(pepper);
      expect(await storeToPurge(readSettings({ DATA_DIR: dataDir })).lost(people.map(({ row }) => row.id))).toEqual([]);
    }
    return begun;
  }

  /** Nothing is left that should be destroyed, and nothing lost that should stay. */
  async function assertEnded(dataDir: string): Promise<void> {
    const { record: after, commit } = await (await openHost(dataDir)).readMain();
    expect(after.entries.slice(0, main.entries.length)).toEqual(main.entries);
    expect(after.entries.slice(main.entries.length)).toEqual([`undersigned/v1 purge ${contactsBag}`]);
    expect(entriesOf("purge", after.entries)).toHaveLength(1);
    const path = campaignRepository(dataDir);
    const { notices } = await readNotices(path, commit);
    expect(faultIn(await readKeptRecord(path, commit), ledger.verifier, notices)).toBeUndefined();
    await assertNoPurgeBegun(dataDir);
    for (const name of ["ledger.key", "attestation.key"])
      expect(readFileSync(join(dataDir, "keys", name))).toEqual(readFileSync(join(origin, "keys", name)));
    expect(readFileSync(join(dataDir, "keys/pepper.key"), "utf8")).not.toBe(pepper);
    const left = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = left.map((entry) => relative(dataDir, join(entry.parentPath, entry.name)));
    const { git } = openRepository(path);
    expect(git("rev-list", "--count", "main")).toBe("2");
    expect(git("show", `${commit}:content/en/letter.md`)).toContain("Free them");
    const objects = git("cat-file", "--batch", "--batch-all-objects", "--unordered");
    for (const [place, text] of [
      ...files.map((file) => [file, readFileSync(join(dataDir, file), "latin1")] as const),
      ["an object", Buffer.from(objects).toString("latin1")] as const,
    ])
      for (const one of secrets) expect(text.includes(Buffer.from(one).toString("latin1")), place).toBe(false);
    const gone = /^(service\.db|mail\/|campaign\.git\.|builds\/before|handovers|copies|backups|out\/)/;
    // Between its last overwriting and its removal a cut leaves nothing of a backup but zeros.
    const isZeros = (file: string) => /^\0+$/.test(readFileSync(join(dataDir, file), "latin1"));
    expect(files.filter((file) => gone.test(file) && !(file.includes(".age") && isZeros(file)))).toEqual([]);
  }

  const receipt = Buffer.from(contactsBag, "base64url").toString("hex");
  return { folder, receipt, random, acceptor, copy, lookAtCut, assertEnded, remove: campaign.remove };
}
