import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { noteHandover } from "../../scripts/handover/handover-note.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import { type Acknowledged, purge } from "../../scripts/handover/purge.ts";
import { assertReceipt, type PurgedStore } from "../../scripts/handover/purge-conditions.ts";
import { destroyStaleCopies } from "../../scripts/handover/stale-copies.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { formatNotice, type Notice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { entriesOf } from "../../scripts/letter/ledger/entry.ts";
import type { Campaign } from "../../scripts/letter/text/campaign.ts";
import { noteCopy } from "../../scripts/outside/bag/copy-list.ts";
import { openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { invent, keys, ledger, service, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { type HandoverCampaign, makeHandoverCampaign, TAG } from "../support/campaigns/handover.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { contentOf } from "../support/letters.ts";

const random = fixedRandomness("a contacts bag and a pepper");
const [publicBag, contactsBag] = [formatBase64url(random(32)), formatBase64url(random(32))];
const hex = Buffer.from(contactsBag, "base64url").toString("hex");
const handedOver: Notice = { kind: "handover", tag: TAG, publicBag, contactsBag };
const notice: Notice = { kind: "purge", tag: TAG, contactsBag };

type Around = { undecided: number; leaving: string[]; here: string; isThere: boolean };

describe.each(["counts", "names"] as const)(
  "a purge beside a campaign on GitHub, after which there are %s",
  (stays) => {
    const people = [0, 1, 2, 3].map((number) => invent(number, "name"));
    const [stayer, leaver, another] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
    let campaign: HandoverCampaign;
    let deletions = 0;
    const path = (name: string) => join(campaign.dataDir, name);
    const storeWith = (undecided: number, leaving: readonly string[]): PurgedStore => ({
      countUndecided: async () => undecided,
      leaving: async () => leaving,
      lost: async () => [],
      assertContinued: async () => {},
      isThere: async () => true,
      isEmptied: async () => deletions > 0,
      deleteEverything: async () => void deletions++,
    });
    const openHost = () => openLocalGitHost(campaign.repository.path, { folder: campaign.folder, day });
    const readRecord = async () => (await (await openHost()).readMain()).record;
    const accept = async () =>
      acceptAll({
        host: await openHost(),
        signer: ledger,
        attestationKey: service.publicKey,
        day,
        live: async () => undefined,
      });
    const run = async (
      told: Partial<Acknowledged>,
      { undecided = 0, leaving = [], here = stays, isThere = true }: Partial<Around> = {},
    ) => {
      const content = await readContent(await contentOf("iran"));
      const place: HandoverPlace = {
        settings: readSettings({ DATA_DIR: campaign.dataDir }),
        content: { ...content, campaign: { ...content.campaign, after_purge: here as Campaign["after_purge"] } },
        keys,
        record: await readRecord(),
        repository: campaign.repository.path,
        local: undefined,
      };
      return purge(parseHandover(TAG), place, {
        told: { receipt: undefined, deleted: undefined, ...told },
        store: { ...storeWith(undecided, leaving), isThere: async () => isThere },
        random,
      });
    };
    const log = async (one: Notice) => {
      const host = await openHost();
      await host.commitText(new Map([[noticePath(one), formatNotice(one)]]), day);
      return accept();
    };
    beforeAll(async () => {
      deletions = 0;
      campaign = await makeHandoverCampaign(people);
      const yaml = campaign.repository.read("main", "content/campaign.yaml").toString("utf8");
      const named = yaml.replace(/^after_purge: .*$/m, `after_purge: ${stays}`);
      campaign.repository.commit("main", "what stays", { "content/campaign.yaml": named });
      campaign.repository.git("tag", TAG, "main");
      for (const folder of ["mail", "mirror.git", "out"]) mkdirSync(path(folder));
      writeFileSync(path("mail/1.eml"), "To: somebody@example.org");
      writeFileSync(path("mirror.git/packed"), "the past");
      writeFileSync(path("service.db"), "rows");
      mkdirSync(path("builds/1234-onion"), { recursive: true });
      symlinkSync("builds/1234-onion", path("onion-site"));
      writeFileSync(path("out/handover.tar"), "the list");
      await noteCopy(campaign.dataDir, { path: path("out/handover.tar"), tag: TAG, size: 6 });
    });
    afterAll(() => campaign.remove());

    it("is refused before the ledger names the handover, also when its notice is on main", async () => {
      const host = await openHost();
      await expect(run({ receipt: hex })).rejects.toThrow(`the ledger has no handover of ${TAG}`);
      await host.commitText(new Map([[noticePath(handedOver), formatNotice(handedOver)]]), day);
      await expect(run({ receipt: hex })).rejects.toThrow(`the ledger has no handover of ${TAG}`);
      await accept();
    });

    it("is refused while confirmed signatures are undecided, or a withdrawal is not on main yet", async () => {
      await expect(run({ receipt: hex }, { undecided: 2 })).rejects.toThrow("2 confirmed signatures are undecided");
      const leaving = [leaver.row.id, invent(77).row.id];
      await expect(run({ receipt: hex }, { leaving })).rejects.toThrow("1 withdrawals are on their way to the ledger");
    });

    it("is refused where this machine promises something else than main, by which accept goes", async () => {
      const here = stays === "counts" ? "names" : "counts";
      await expect(run({ receipt: hex }, { here })).rejects.toThrow(
        `after_purge is ${here} in content/campaign.yaml here`,
      );
    });

    it("destroys nothing without the digest of the bag that the recipient has", async () => {
      const { destroyed, report } = await run({});
      expect(destroyed).toBe(false);
      expect(report).toMatch(/^nothing was destroyed\.\n\nwould be destroyed:\n- every row of the database/);
      expect(report).toContain(path("service.db"));
      expect(report).toContain(stays === "counts" ? "- the public list" : "the public list would stay");
      expect(report).not.toContain("--deleted");
      await expect(run({ receipt: publicBag })).rejects.toThrow("the recipient has another bag");
      await expect(run({ receipt: hex, deleted: "1" })).rejects.toThrow("which is 0");
    });

    it("names who has left since the tag, and asks how many the recipient has deleted", async () => {
      await campaign.pass(withdrawalsOf(7, [leaver.row.id, another.row.id]));
      const indexes = entriesOf("withdraw", (await readRecord()).entries).map(({ index }) => index);
      const { report } = await run({});
      expect(report).toContain(`2 people have left since ${TAG}, and the recipient must have deleted them`);
      expect(report).toContain(`index: ${indexes.toSorted((a, b) => a - b).join(", ")}\n`);
      expect(report).toContain("--deleted N");
      await expect(run({ receipt: hex })).rejects.toThrow(`2 people have left since ${TAG}: ask the recipient`);
      for (const deleted of ["0", "1", "3"])
        await expect(run({ receipt: hex, deleted })).rejects.toThrow("which is 2: the recipient has to compare");
      for (const deleted of ["", "two", "-2"])
        await expect(run({ receipt: hex, deleted })).rejects.toThrow("--deleted takes a number");
      expect(deletions).toBe(0);
      for (const name of ["mail/1.eml", "service.db", "out/handover.tar", "onion-site", "builds"])
        expect(existsSync(path(name)), name).toBe(true);
    });

    it("destroys what people left here, with the bags, and leaves nothing but a notice for review", async () => {
      const pepper = readFileSync(path("keys/pepper.key"), "utf8");
      const { destroyed, report } = await run({ receipt: contactsBag, deleted: "2" });
      expect(destroyed).toBe(true);
      expect(deletions).toBe(1);
      for (const name of [
        "mail/1.eml",
        "service.db",
        "out/handover.tar",
        "copies.json",
        "mirror.git",
        "onion-site",
        "builds",
      ])
        expect(existsSync(path(name)), name).toBe(false);
      expect(readFileSync(path("keys/pepper.key"), "utf8")).not.toBe(pepper);
      const file = path(`fresh/repository/${noticePath(notice)}`);
      expect(readFileSync(file, "utf8")).toBe(formatNotice(notice));
      expect(existsSync(path("fresh/repository/signatures/accepted"))).toBe(false);
      expect(report).toContain(`not yet on the ledger: put ${file} into ${noticePath(notice)}`);
      expect(report).toContain(
        stays === "names"
          ? "attestation.key and ledger.key are needed as long as the list stands"
          : "attestation.key is of no use any more",
      );
    });

    it("leaves what a repository without a past begins with, once the ledger says so", async () => {
      const { notices, noticeProblems } = await log(notice);
      expect({ notices, noticeProblems }).toEqual({ notices: [notice], noticeProblems: [] });
      const { takenDown, rows } = await readRecord();
      expect([takenDown, rows.length]).toEqual(stays === "counts" ? [true, 0] : [undefined, 2]);
      const size = (await readRecord()).entries.length;
      await noteHandover(campaign.dataDir, { tag: TAG, contactsBag, size, lost: 0, purge: "checked" });
      await expect(run({}, { isThere: false })).rejects.toThrow("set DATABASE_URL as the form service has it");
      expect((await run({})).report).toContain(stays === "counts" ? "The list is taken down" : "The list stands");
      const fresh = path("fresh/repository/signatures");
      expect(readFileSync(join(fresh, "ledger/checkpoint"), "utf8")).toContain(
        `\n${(await readRecord()).entries.length}\n`,
      );
      expect(existsSync(join(fresh, "accepted/000.md"))).toBe(stays === "names");
    });

    if (stays === "names")
      it("takes that away when somebody else leaves, who can still do so", async () => {
        expect(readFileSync(path("fresh/repository/signatures/accepted/000.md"), "utf8")).toContain(stayer.row.opening);
        expect(await destroyStaleCopies(campaign.dataDir, (await readRecord()).entries)).toEqual([]);
        await campaign.pass(withdrawalsOf(8, [stayer.row.id]));
        const { entries, rows } = await readRecord();
        expect(rows.map(({ opening }) => opening)).not.toContain(stayer.row.opening);
        expect(await destroyStaleCopies(campaign.dataDir, entries)).toEqual([`1 person has left since ${TAG}`]);
        expect(existsSync(path("fresh"))).toBe(false);
      });

    if (stays === "counts")
      it("takes nobody's withdrawal for granted that comes after it", async () => {
        const before = (await readRecord()).entries;
        await campaign.pass(withdrawalsOf(8, [stayer.row.id]));
        expect((await readRecord()).entries).toEqual(before);
      });
  },
);

describe("a purge that would take down a list, or lose a signature, too early", () => {
  it("is refused when somebody signed after the tag, and after the handover even if they have left again, or are in a later one", async () => {
    const campaign = await makeHandoverCampaign([invent(0), invent(1)]);
    campaign.repository.git("tag", TAG, "main");
    const openHost = () => openLocalGitHost(campaign.repository.path, { folder: campaign.folder, day });
    const host = await openHost();
    await host.commitText(new Map([[noticePath(handedOver), formatNotice(handedOver)]]), day);
    const late = invent(40);
    await campaign.pass(sheetOf(2, [late.row]));
    const run = async () =>
      purge(
        parseHandover(TAG),
        {
          settings: readSettings({ DATA_DIR: campaign.dataDir }),
          content: await readContent(await contentOf("iran")),
          keys,
          record: (await (await openHost()).readMain()).record,
          repository: campaign.repository.path,
          local: undefined,
        },
        {
          told: { receipt: hex, deleted: undefined },
          store: {
            countUndecided: async () => 0,
            leaving: async () => [],
            lost: async () => [],
            assertContinued: async () => {},
            isThere: async () => true,
            isEmptied: async () => false,
            deleteEverything: async () => {},
          },
          random,
        },
      );
    await expect(run()).rejects.toThrow("1 signatures were accepted after the tag");
    await campaign.pass(withdrawalsOf(3, [late.row.id]));
    await expect(run()).rejects.toThrow(
      "signatures were accepted between the last handover and its purge; hand over again",
    );
    const again: Notice = { ...handedOver, tag: "handover/2026-12-09", contactsBag: publicBag };
    await (await openHost()).commitText(new Map([[noticePath(again), formatNotice(again)]]), day);
    await campaign.pass(withdrawalsOf(4, [invent(0).row.id]));
    await expect(run()).rejects.toThrow("the last handover; name the tag of that one");
    campaign.remove();
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
