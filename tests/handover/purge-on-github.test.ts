import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import { assertReceipt, type PurgedStore, purge } from "../../scripts/handover/purge.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { formatNotice, type Notice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { invent, keys, ledger, service, sheetOf } from "../letter/invented.ts";
import { type HandoverCampaign, makeHandoverCampaign, TAG } from "../support/campaigns/handover.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { fixedRandomness } from "../support/fixtures.ts";

const random = fixedRandomness("a contacts bag and a pepper");
const [publicBag, contactsBag] = [formatBase64url(random(32)), formatBase64url(random(32))];
const hex = Buffer.from(contactsBag, "base64url").toString("hex");
const handedOver: Notice = { kind: "handover", tag: TAG, publicBag, contactsBag };

describe("a purge beside a campaign on GitHub", () => {
  let campaign: HandoverCampaign;
  let deletions = 0;
  const path = (name: string) => join(campaign.dataDir, name);
  const storeWith = (undecided: number): PurgedStore => ({
    countUndecided: async () => undecided,
    deleteEverything: async () => void deletions++,
  });
  const openHost = () => openLocalGitHost(campaign.repository.path, { folder: campaign.folder, day });
  const run = async (receipt: string | undefined, undecided = 0) => {
    const { record } = await (await openHost()).readMain();
    const settings = readSettings({ DATA_DIR: campaign.dataDir });
    const content = await readContent("content");
    const place: HandoverPlace = {
      settings,
      content,
      keys,
      record,
      repository: campaign.repository.path,
      local: undefined,
    };
    return purge(parseHandover(TAG), place, { receipt, store: storeWith(undecided), random });
  };
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(Array.from({ length: 3 }, (_, i) => invent(i)));
    campaign.repository.git("tag", TAG, "main");
    mkdirSync(path("mail"));
    writeFileSync(path("mail/1.eml"), "To: somebody@example.org");
    writeFileSync(path("service.db"), "rows");
  });
  afterAll(() => campaign.remove());

  it("is refused before the ledger names the handover, also when its notice is on main", async () => {
    const host = await openHost();
    await expect(run(hex)).rejects.toThrow(`the ledger has no handover of ${TAG}`);
    await host.commitText(new Map([[noticePath(handedOver), formatNotice(handedOver)]]), day);
    await expect(run(hex)).rejects.toThrow(`the ledger has no handover of ${TAG}`);
    await acceptAll({ host, signer: ledger, attestationKey: service.publicKey, day, live: async () => undefined });
  });

  it("is refused while confirmed signatures are undecided", async () => {
    await expect(run(hex, 2)).rejects.toThrow("2 confirmed signatures are undecided");
  });

  it("destroys nothing without the digest of the bag that the recipient has", async () => {
    const { destroyed, report } = await run(undefined);
    expect(destroyed).toBe(false);
    expect(report).toMatch(/^nothing was destroyed\.\n\nwould be destroyed:\n- every row of the database/);
    expect(report).toContain(path("service.db"));
    await expect(run(publicBag)).rejects.toThrow("the recipient has another bag");
    expect(deletions).toBe(0);
    expect(existsSync(path("mail/1.eml"))).toBe(true);
  });

  it("destroys what people left here, and leaves a notice for review beside the record", async () => {
    const pepper = readFileSync(path("keys/pepper.key"), "utf8");
    const { destroyed, report } = await run(contactsBag);
    expect(destroyed).toBe(true);
    expect(deletions).toBe(1);
    for (const name of ["mail/1.eml", "service.db"]) expect(existsSync(path(name)), name).toBe(false);
    expect(readFileSync(path("keys/pepper.key"), "utf8")).not.toBe(pepper);
    const notice: Notice = { kind: "purge", tag: TAG, contactsBag };
    const file = path(`fresh/repository/${noticePath(notice)}`);
    expect(readFileSync(file, "utf8")).toBe(formatNotice(notice));
    expect(report).toContain(`not yet on the ledger: put ${file} into ${noticePath(notice)}`);
    expect(existsSync(path("fresh/repository/signatures/ledger/checkpoint"))).toBe(true);
  });

  it("is refused when somebody signed after the tag", async () => {
    await campaign.pass(sheetOf(2, [invent(40).row]));
    await expect(run(hex)).rejects.toThrow("1 signatures were accepted after the tag");
  });
});

describe("a receipt", () => {
  it.each([contactsBag, hex, `sha256 ${hex}`, `SHA256: ${hex.toUpperCase()}`, ` ${hex.replace(/(.{8})/g, "$1 ")}`])(
    "is the digest as it can be read out: %s",
    (receipt) => {
      expect(() => assertReceipt(receipt, contactsBag)).not.toThrow();
    },
  );

  it.each([publicBag, "", hex.slice(1), contactsBag.slice(1)])("is no other text: %s", (receipt) => {
    expect(() => assertReceipt(receipt, contactsBag)).toThrow("the recipient has another bag");
  });
});
