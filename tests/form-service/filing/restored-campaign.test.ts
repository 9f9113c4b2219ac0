import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { findLeftLists, restoreService } from "../../../scripts/form-service/filing/restored-service.ts";
import { readBackup, readBackupKey } from "../../../scripts/form-service/store/backup-contents.ts";
import { carryLeft } from "../../../scripts/form-service/store/left-list.ts";
import { withStore } from "../../../scripts/form-service/store/schema.ts";
import { makeBackupKey, writeBackup } from "../../../scripts/form-service/store/written-backup.ts";
import { openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { invent, secrets, sheetOf } from "../../letter/invented.ts";
import { acceptAll } from "../../support/campaigns/accept-all.ts";
import { day, makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";
import { fixedClock, fixedRandomness } from "../../support/fixtures.ts";

// On one machine the repository comes from the backup too, and is older than main as it was published.

let campaign: TestCampaign;
afterEach(() => campaign.remove());

it("takes those who left off the list of a repository from the backup, before anything is published again", async () => {
  campaign = await makeCampaign();
  const [leaver, stays] = [invent(0), invent(1)];
  await campaign.pass(sheetOf(0, [leaver.row, stays.row]));
  const settings = readSettings({ DATA_DIR: campaign.folder });
  mkdirSync(join(campaign.folder, "keys"));
  for (const [name, secret] of [
    ["attestation", secrets.attestation],
    ["pepper", secrets.attestation],
  ] as const)
    writeFileSync(join(campaign.folder, `keys/${name}.key`), `${Buffer.from(secret).toString("base64url")}\n`);
  const settled = { state: "accepted", day: null, edition: null, row: null, sheet: null } as const;
  await withStore(settings.database, (store) =>
    store.change(async (query) => {
      for (const { row } of [leaver, stays]) {
        await query
          .insertInto("signature")
          .values({ ...settled, id: row.id })
          .execute();
        await query
          .insertInto("vault")
          .values({ id: row.id, sealed: Buffer.from("sealed") })
          .execute();
      }
    }),
  );
  const [path, keyFile] = [join(campaign.folder, "backup.age"), join(campaign.folder, "backup.key")];
  await writeBackup(settings, path, await makeBackupKey(keyFile), day);
  await withStore(settings.database, async (store) => {
    await store.change((query) => query.insertInto("departed").values({ id: leaver.row.id, day }).execute());
    expect(await carryLeft(store.query, campaign.folder, day)).toEqual([]);
  });

  const dataDir = join(campaign.folder, "another-machine");
  mkdirSync(dataDir);
  const backup = { path, identity: await readBackupKey(keyFile) };
  const [clock, random] = [fixedClock(`${day}T12:00:00Z`), fixedRandomness("restored")];
  const lists = await findLeftLists(path, [dataDir]);
  await restoreService(backup, await readBackup(backup), lists, {
    settings: readSettings({ DATA_DIR: dataDir }),
    clock,
    random,
  });
  const host = await openLocalGitHost(join(dataDir, "campaign.git"), { folder: campaign.folder, day });
  expect((await host.readMain()).record.rows).toHaveLength(2);
  const { main } = await acceptAll({ ...campaign.acceptor, host });
  expect(main.record.rows.map(({ opening }) => opening)).toEqual([stays.row.opening]);
  await withStore(readSettings({ DATA_DIR: dataDir }).database, async ({ query }) => {
    expect(await query.selectFrom("vault").select("id").execute()).toEqual([{ id: stays.row.id }]);
  });
  rmSync(dataDir, { recursive: true, force: true });
});
