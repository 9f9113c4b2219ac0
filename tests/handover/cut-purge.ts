import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { assertIntact } from "../../scripts/accept/intact-record.ts";
import { pointTo } from "../../scripts/accept/local-site.ts";
import { readNotices } from "../../scripts/accept/notices.ts";
import { makeDatabase } from "../../scripts/form-service/store/campaign-database.ts";
import { storeToPurge } from "../../scripts/form-service/store/destruction.ts";
import { assertNoPurgeBegun, noteHandover, readHandoverNote } from "../../scripts/handover/handover-note.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import { purge } from "../../scripts/handover/purge.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { formatNotice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { entriesOf } from "../../scripts/letter/ledger/entry.ts";
import { noteBackups } from "../../scripts/outside/backup-list.ts";
import { noteCopy } from "../../scripts/outside/bag/copy-list.ts";
import { campaignRepository, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { finishReplacement } from "../../scripts/outside/git/replaced-repository.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { invent, keys, ledger, service } from "../letter/invented.ts";
import { openDyingWorld } from "../support/campaigns/dying-world.ts";
import { fillVault, makeHandoverCampaign, TAG } from "../support/campaigns/handover.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness } from "../support/fixtures.ts";

type Outcome = "refused" | "destroyed" | "cut";

/** A campaign that was handed over, and that a purge may be cut in as often as one likes, each time in a copy of its own. */
export type CutPurge = {
  /** the steps of a purge that nothing cuts */
  readonly steps: number;
  /**
   * Cuts a purge at each of these steps, one after the other, runs it again to its end, and checks what is left.
   *
   * @throws when anything is left that should be destroyed, or is lost that should stay
   */
  cutAt(...steps: readonly number[]): Promise<void>;
  remove(): void;
};

export async function openCutPurge(): Promise<CutPurge> {
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
  await makeDatabase(readSettings({ DATA_DIR: origin }), record, keys.attestation);
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
  const content = await readContent("content");
  const world = openDyingWorld();

  async function run(dataDir: string, told: string | undefined): Promise<Outcome> {
    try {
      const place = await openPlace(dataDir);
      const store = storeToPurge(place.settings);
      const stepped = { ...store, deleteEverything: () => world.step(store.deleteEverything) };
      const acknowledged = { receipt: told, deleted: undefined };
      const done = await purge(parseHandover(TAG), place, { told: acknowledged, store: stepped, random });
      return done.destroyed ? "destroyed" : "refused";
    } catch (cause) {
      if (world.steps() >= cutStep) return "cut";
      throw cause;
    }
  }

  async function openPlace(dataDir: string): Promise<HandoverPlace> {
    await finishReplacement(campaignRepository(dataDir));
    const accepting = await acceptor(dataDir);
    const { host } = accepting;
    const folder = join(dataDir, "site");
    const site = {
      folder,
      publish: async ({ commit }: { commit: string }) => {
        mkdirSync(join(dataDir, "builds", commit.slice(0, 12)), { recursive: true });
        await pointTo(folder, commit.slice(0, 12));
      },
    };
    const pepper = new Uint8Array(32);
    const own = { ledger, attestation: service, pepper, publicKeys: keys, demoCustodian: true };
    return {
      settings: readSettings({ DATA_DIR: dataDir }),
      content,
      keys,
      record: (await host.readMain()).record,
      repository: host.repository,
      local: { dataDir, host, keys: own, site, day, acceptor: accepting },
    };
  }

  let copies = 0;
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

  /** What somebody finds who looks after the cut: all of it, or the word that the purge is to be run again. */
  async function lookAtCut(dataDir: string, pepper: string): Promise<boolean> {
    const begun = (await readHandoverNote(dataDir, contactsBag))?.purge !== undefined;
    if (begun) await expect(assertNoPurgeBegun(dataDir)).rejects.toThrow(`run npm run purge -- --tag ${TAG} again`);
    else {
      await assertNoPurgeBegun(dataDir);
      expect(readFileSync(join(dataDir, "out/backup.age"), "utf8")).toBe("sealed");
      expect(readFileSync(join(dataDir, "keys/pepper.key"), "utf8")).toBe(pepper);
      expect(await storeToPurge(readSettings({ DATA_DIR: dataDir })).lost(people.map(({ row }) => row.id))).toEqual([]);
    }
    return begun;
  }

  async function assertEnded(dataDir: string, pepper: string): Promise<void> {
    const { record: after, commit } = await (await openHost(dataDir)).readMain();
    expect(after.entries.slice(0, main.entries.length)).toEqual(main.entries);
    expect(after.entries.slice(main.entries.length)).toEqual([`undersigned/v1 purge ${contactsBag}`]);
    expect(entriesOf("purge", after.entries)).toHaveLength(1);
    const path = campaignRepository(dataDir);
    assertIntact(after, ledger.verifier, (await readNotices(path, commit)).notices);
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
    const gone = /^(service\.db|mail\/|campaign\.git\.|builds\/before|handovers|copies|backups|out\/(?!backup\.age$))/;
    expect(files.filter((file) => gone.test(file))).toEqual([]);
    // Between its last overwriting and its removal a cut leaves nothing of the backup but zeros.
    if (existsSync(join(dataDir, "out/backup.age")))
      expect(readFileSync(join(dataDir, "out/backup.age"), "utf8")).toBe("\0".repeat(6));
  }

  const receipt = Buffer.from(contactsBag, "base64url").toString("hex");
  let cutStep = Number.POSITIVE_INFINITY;
  async function cutAt(...steps: readonly number[]): Promise<number> {
    const dataDir = await copy();
    const pepper = readFileSync(join(dataDir, "keys/pepper.key"), "utf8");
    let begun = false;
    for (const step of steps) {
      cutStep = step;
      world.cutAt(step);
      const came = await run(dataDir, begun ? undefined : receipt);
      world.cutAt();
      if (came === "cut") begun = await lookAtCut(dataDir, pepper);
    }
    cutStep = Number.POSITIVE_INFINITY;
    // Also where nothing is left to do: what was read to the organisers is not asked for twice.
    const done = steps.length > 0 && !begun && !existsSync(join(dataDir, "service.db"));
    expect(await run(dataDir, begun || done ? undefined : receipt)).toBe("destroyed");
    const taken = world.steps();
    await assertEnded(dataDir, pepper);
    rmSync(dataDir, { recursive: true, force: true });
    return taken;
  }

  const steps = await cutAt();
  return {
    steps,
    cutAt: async (...at) => void (await cutAt(...at)),
    remove() {
      world.restore();
      campaign.remove();
    },
  };
}
