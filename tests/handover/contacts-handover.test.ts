import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Vault } from "../../scripts/handover/contacts-bag.ts";
import {
  findPublicBag,
  formatHandedContacts,
  handOverContacts,
  warningsOf,
} from "../../scripts/handover/contacts-handover.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import { openHandover } from "../../scripts/handover/open-handover.ts";
import { type BagPages, readTagged, writePublicBag } from "../../scripts/handover/public-bag.ts";
import { makePublicBag } from "../../scripts/handover/public-bag-place.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { formatNotice } from "../../scripts/letter/handover/notice.ts";
import { formatContactRecord } from "../../scripts/letter/signature/contact.ts";
import type { Bag } from "../../scripts/outside/bag/found-bag.ts";
import { openBag } from "../../scripts/outside/bag/reader.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { demoRecipients } from "../../scripts/outside/seal/demo-custodian.ts";
import { openSeal } from "../../scripts/outside/seal/seal.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { invent, keys, sheetOf } from "../letter/invented.ts";
import { type HandoverCampaign, makeHandoverCampaign, noPages, TAG } from "../support/campaigns/handover.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { contentOf } from "../support/letters.ts";

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const people = Array.from({ length: 5 }, (_, i) => invent(i));
const handover = parseHandover(TAG);

describe("handing over the contacts of a campaign on GitHub", () => {
  let campaign: HandoverCampaign;
  let place: HandoverPlace;
  let out: string;
  let bag: Bag;
  let sealed: ReadonlyMap<string, Uint8Array>;
  const readPlace = async (): Promise<HandoverPlace> => {
    const repository = campaign.repository.path;
    const { record } = await (await openLocalGitHost(repository, { folder: campaign.folder, day })).readMain();
    const settings = readSettings({ DATA_DIR: campaign.dataDir });
    return {
      settings,
      content: await readContent(await contentOf("iran")),
      keys,
      record,
      repository,
      local: undefined,
    };
  };
  /** A vault without the records of some people, some of whom have withdrawn. */
  const vaultWithout = (lost: readonly string[], withdrawn: readonly string[] = []): Vault => ({
    async *sealedRecords(ids) {
      for (const id of ids) if (!lost.includes(id) && !withdrawn.includes(id)) yield [id, sealed.get(id)!];
    },
    withoutRecord: async (ids) => ({
      lost: ids.filter((id) => lost.includes(id)),
      withdrawn: ids.filter((id) => withdrawn.includes(id)),
    }),
  });
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(people);
    campaign.repository.git("tag", TAG, "main");
    place = await readPlace();
    out = join(campaign.folder, "out");
    const tagged = await readTagged(place.repository, handover);
    const { file } = await writePublicBag(handover, tagged, keys, out, () => {}, noPages);
    bag = await openBag(file);
    const seal = openSeal(await demoRecipients(join(campaign.dataDir, "demo-custodian")));
    const records = people.map(async ({ contact }) => [contact.id, await seal(formatContactRecord(contact))] as const);
    sealed = new Map(await Promise.all(records));
  });
  afterAll(async () => {
    await bag.close();
    campaign.remove();
  });

  it("finds the public bag in the folder, and asks for its download where it is missing", async () => {
    expect(await findPublicBag(handover, place, out)).toBe(join(out, "handover-2026-12-01.tar"));
    await expect(findPublicBag(handover, place, campaign.folder)).rejects.toThrow("download it from the release");
  });

  it("is refused while a withdrawal is under way, and with the vault of another campaign", async () => {
    const id = people[0]!.row.id;
    await expect(handOverContacts(handover, place, { bag, out, vault: vaultWithout([], [id]) })).rejects.toThrow(
      "1 withdrawals are on their way to the ledger",
    );
    const none = vaultWithout(people.map(({ row }) => row.id));
    await expect(handOverContacts(handover, place, { bag, out, vault: none })).rejects.toThrow(
      "is it the one of the form service",
    );
  });

  it("is refused with the public bag of another tag", async () => {
    const other = parseHandover("handover/2026-12-09");
    await expect(handOverContacts(other, place, { bag, out, vault: vaultWithout([]) })).rejects.toThrow(
      "the public bag in DIR is of another tag",
    );
  });

  it("writes the records that there are, says whose is missing, and leaves the notice for review", async () => {
    const handed = await handOverContacts(handover, place, { bag, out, vault: vaultWithout([people[0]!.row.id]) });
    expect(handed).toMatchObject({ records: 4, withdrawn: 0, lost: 1, later: 0, logged: false });
    const [publicBag, contactsBag] = [bag.digest, handed.digest];
    const notice = { kind: "handover", tag: TAG, publicBag, contactsBag } as const;
    expect(readFileSync(handed.notice, "utf8")).toBe(formatNotice(notice));
    expect(formatHandedContacts(handover, handed).split("\n")).toEqual([
      join(out, "contacts-2026-12-01.tar"),
      "4 sealed records",
      `sha256 ${Buffer.from(handed.digest, "base64url").toString("hex")}`,
      `digest ${handed.digest}`,
      `for review: ${handed.notice} belongs in signatures/notices/handover-2026-12-01.md`,
    ]);
    expect(warningsOf(handed)).toEqual([expect.stringMatching(/^of 1 signatures this database has no contact record/)]);
  });

  it("is opened by its custodian, whose report names the missing person", async () => {
    const paths = { bag: join(out, "handover-2026-12-01.tar"), contacts: join(out, "contacts-2026-12-01.tar") };
    const identity = join(campaign.dataDir, "demo-custodian", "custodian-1.key");
    const opened = join(campaign.folder, "opened");
    const steps: string[] = [];
    const progress = (what: string) => {
      steps.push(what);
      return () => {};
    };
    const { counts, report } = await openHandover({ ...paths, identity, out: opened }, systemClock, progress);
    expect(counts).toMatchObject({ right: 4, left: [], notRight: 1, publicBag: bag.digest });
    expect(report).toBe(readFileSync(join(opened, "report-en.txt"), "utf8"));
    expect(readdirSync(opened).sort()).toEqual([
      "READ-ME-FIRST-en.txt",
      "READ-ME-FIRST-fa.txt",
      "counted.csv",
      "files.txt",
      "handover-2026-12-01.left",
      "import.csv",
      "report-en.txt",
      "report-fa.txt",
      "signatories.csv",
      "signatories.xlsx",
      "totals-public.csv",
      "totals.csv",
    ]);
    expect(steps).toEqual(["reading the public bag", "reading the contacts bag", "opening the records"]);
  });

  it("warns of signatures that were accepted after the tag", async () => {
    await campaign.pass(sheetOf(2, [invent(40).row]));
    place = await readPlace();
    const handed = await handOverContacts(handover, place, { bag, out, vault: vaultWithout([]) });
    expect(handed).toMatchObject({ records: 5, lost: 0, later: 1 });
    expect(warningsOf(handed)).toEqual([expect.stringMatching(/^1 signatures were accepted after the tag/)]);
  });

  it("keeps the public bag that was handed over when its tag is moved, or it would become another one", async () => {
    const file = join(out, "handover-2026-12-01.tar");
    const before = readFileSync(file);
    const from = { repository: campaign.repository.path, keys, dataDir: campaign.dataDir };
    const again = (pages: BagPages) => makePublicBag(handover, { ...from, pages }, out, () => {});
    expect(await again(noPages)).toMatchObject({ digest: bag.digest });
    const noted = readFileSync(join(campaign.dataDir, "copies.json"));
    await expect(again(() => inTurn([["page.txt", "another"]]))).rejects.toThrow(
      "another bag than handover/2026-12-01",
    );
    campaign.repository.git("tag", "--force", TAG, "main");
    await expect(again(noPages)).rejects.toThrow("the tag was moved");
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readFileSync(join(campaign.dataDir, "copies.json"))).toEqual(noted);
    expect(readdirSync(out).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
