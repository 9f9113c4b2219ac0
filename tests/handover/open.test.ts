import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { formatReport } from "../../scripts/handover/handover-report.ts";
import { type OpenedPlaces, openHandover } from "../../scripts/handover/open-handover.ts";
import { type Opened, openContacts } from "../../scripts/handover/opened-contacts.ts";
import { type PublicBagFacts, readPublicBag } from "../../scripts/handover/public-bag-facts.ts";
import type { LedgerNow } from "../../scripts/handover/since/departed.ts";
import { readLedgerNow } from "../../scripts/handover/since/ledger-now.ts";
import { contactPath, SINCE_CHECKPOINT_PATH, SINCE_PATH } from "../../scripts/letter/handover/contacts-payload.ts";
import { type ContactRecord, contactCommitment, formatContactRecord } from "../../scripts/letter/signature/contact.ts";
import type { Bag } from "../../scripts/outside/bag/found-bag.ts";
import { openBag } from "../../scripts/outside/bag/reader.ts";
import { writeBag } from "../../scripts/outside/bag/writer.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { demoRecipients } from "../../scripts/outside/seal/demo-custodian.ts";
import type { Unseal } from "../../scripts/outside/seal/identities.ts";
import { openSeal, type Seal } from "../../scripts/outside/seal/seal.ts";
import { openIdentities } from "../../scripts/outside/seal/unseal.ts";
import { attested, type Invented, invent, withdrawalsOf } from "../letter/invented.ts";
import { unnoticedBagFlips } from "../outside/bag/flipped-bag.ts";
import {
  fillVault,
  type HandoverCampaign,
  makeBagWithoutPages,
  makeHandoverCampaign,
  run,
  TAG,
} from "../support/campaigns/handover.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { FORMULAS, parseCsv, withApostrophe } from "../support/formulas.ts";
import { parseWorkbook } from "../support/workbook.ts";

/** A hidden signature whose sealed details hold such a text. */
function hostile(number: number, text: string): Invented {
  const made = invent(number, "hidden");
  const contact = { ...made.contact, name: text, place: text, email: `${text}@example.org` };
  return { ...made, contact, row: attested({ ...made.row, contact: contactCommitment(contact) }) };
}

const people = [
  ...Array.from({ length: 12 }, (_, i) => invent(i)),
  ...FORMULAS.map((text, i) => hostile(100 + i, text)),
];
const [left, ...staying] = people;
const named = staying.filter(({ row }) => row.shown !== "counted");

describe("npm run handover:contacts and handover:open", () => {
  let campaign: HandoverCampaign;
  let files: { bag: string; contacts: string };
  let written: { records: number; digest: string; logged: boolean; notice: string };
  const identity = (number: 1 | 2) => join(campaign.dataDir, "demo-custodian", `custodian-${number}.key`);
  beforeAll(async () => {
    // One withdrew before the tag. Its record is still in the vault, as after the return of an old backup.
    campaign = await makeHandoverCampaign(people, [left!]);
    await fillVault(campaign, people);
    const out = join(campaign.folder, "out");
    const place = { DATA_DIR: campaign.dataDir };
    mkdirSync(out);
    const bag = await makeBagWithoutPages(campaign, TAG, out);
    const ended = await run("handover-contacts", ["--tag", TAG, "--out", out, "--json"], place);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/^campaign [^\n]+\n$/) });
    written = JSON.parse(ended.stdout);
    files = { bag, contacts: join(out, "contacts-2026-12-01.tar") };
  });
  afterAll(() => campaign.remove());

  it("hands over whoever is accepted and not withdrawn, in the order of the ids, sealed as they were", async () => {
    const contacts = await openBag(files.contacts);
    expect(contacts.paths).toEqual(staying.map(({ row }) => contactPath(row.id)).sort());
    expect(contacts.info.get("Contact-Records")).toBe(String(staying.length));
    await contacts.close();
    const bytes = readFileSync(files.contacts, "latin1");
    for (const { contact } of people) expect(bytes).not.toContain(contact.email);
  });

  it("makes the same bag when it is run again", async () => {
    const args = ["--tag", TAG, "--out", join(campaign.folder, "out"), "--json"];
    const again = await run("handover-contacts", args, { DATA_DIR: campaign.dataDir });
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout)).toEqual(written);
  });

  it("says on the ledger what was handed over", async () => {
    const bag = await openBag(files.bag);
    const entry = `undersigned/v1 handover ${bag.digest} ${written.digest}`;
    expect(campaign.repository.read("main", "signatures/ledger/000.txt").toString("utf8")).toContain(`${entry}\n`);
    expect(readFileSync(written.notice, "utf8")).toContain(`contacts_bag: ${written.digest}\n`);
    await bag.close();
  });

  it("says so when the two files are swapped, or one is given twice", async () => {
    const out = join(campaign.folder, "swapped");
    const args = ["--bag", files.contacts, "--contacts", files.bag, "--identity", identity(1), "--out", out];
    const swapped = "this is a contacts bag, not the public bag: are the two files swapped?";
    expect(await run("handover-open", args, {})).toEqual({ code: 1, stdout: "", stderr: `error: ${swapped}\n` });
    const twice = (file: string) => open({ bag: file, contacts: file, identity: identity(1), out });
    await expect(twice(files.contacts)).rejects.toThrow(swapped);
    await expect(twice(files.bag)).rejects.toThrow("the file given with --contacts is not a contacts bag");
    expect((await run("verify", [files.contacts], {})).stdout).toContain(
      "failed: this is a contacts bag: name the public",
    );
  });

  it("opens with one key, and writes down what every signatory confirmed, formulas or not", async () => {
    const out = join(campaign.folder, "opened");
    const args = ["--bag", files.bag, "--contacts", files.contacts, "--identity", identity(1), "--out", out];
    const ended = await run("handover-open", args, {});
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("all of it agrees") });
    // Nobody was asked who has left since: then not everything is known to agree.
    expect(ended.stdout).not.toContain("Everything agrees");
    const wanted = [...staying]
      .sort((a, b) => (a.row.id < b.row.id ? -1 : 1))
      .map(({ contact }) => [contact.name, contact.email, contact.place]);
    const wantedNames = wanted.filter(([name]) => name !== "");
    const pick = ([columns = [], ...rows]: string[][]) =>
      rows.map((cells) => ["sealed_name", "email", "place"].map((column) => cells[columns.indexOf(column)]));
    const csv = parseCsv(readFileSync(join(out, "signatories.csv"), "utf8"));
    for (const cell of csv.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
    expect(pick(csv)).toEqual(wantedNames.map((cells) => cells.map(withApostrophe)));
    expect(pick(parseWorkbook(readFileSync(join(out, "signatories.xlsx")), "Signatories"))).toEqual(wantedNames);
    const imported = parseCsv(readFileSync(join(out, "import.csv"), "utf8"));
    expect(imported.slice(1).map(([email, , name, , , place]) => [name, email, place])).toEqual(wantedNames);
    const counted = parseCsv(readFileSync(join(out, "counted.csv"), "utf8"));
    expect(counted.length - 1).toBe(wanted.length - wantedNames.length);
    for (const lang of ["en", "fa"])
      expect(readFileSync(join(out, `report-${lang}.txt`), "utf8")).toContain(written.digest);
  });

  it("opens with the other key just as well", async () => {
    expect(await opened(files.contacts, await openIdentities(identity(2)))).toEqual({
      findings: [],
      right: staying.length,
      leftSealed: 0,
    });
  });

  it("refuses to seal anew for one key, for one twice, or for keys of mixed kinds, before it opens anything", async () => {
    const [first = "", second = ""] = await demoRecipients(join(campaign.dataDir, "demo-custodian"));
    const x25519 = await identityToRecipient(await generateX25519Identity());
    const args = ["--bag", files.bag, "--contacts", files.contacts, "--identity", identity(1)];
    const out = join(campaign.folder, "never");
    const reseal = open({ ...files, identity: identity(1), out, reseal: [first] });
    await expect(reseal).rejects.toThrow("two or more recipients");
    const split = await run("handover-open", [...args, "--out", out, "--split", "0"], {});
    expect(split).toMatchObject({ code: 1, stderr: expect.stringContaining("--split takes a number of rows") });
    expect(existsSync(out)).toBe(false);
    for (const mixed of [
      [first, x25519],
      [first, first],
      [first, second.replace(/.$/, "!")],
    ])
      expect(() => openSeal(mixed)).toThrow();
  });

  it("says so when the key is that of somebody else, and accuses nobody", async () => {
    const keyFile = join(campaign.folder, "another.key");
    writeFileSync(keyFile, `${await generateHybridIdentity()}\n`);
    const out = join(campaign.folder, "another");
    const args = ["--bag", files.bag, "--contacts", files.contacts, "--identity", keyFile, "--out", out];
    const ended = await run("handover-open", args, {});
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`this key opens none of the ${staying.length} records`);
    expect(existsSync(out)).toBe(false);
  });

  it("seals anew for the recipient's own keys, and for nobody else", async () => {
    const own = [await generateHybridIdentity(), await generateHybridIdentity()];
    const recipients = await Promise.all(own.map(identityToRecipient));
    const out = join(campaign.folder, "resealed");
    const args = ["--bag", files.bag, "--contacts", files.contacts, "--identity", identity(2), "--out", out];
    const ended = await run("handover-open", [...args, "--split", "7", "--reseal", ...recipients], {});
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(readdirSync(out).filter((name) => name.startsWith("import"))).toEqual(
      Array.from({ length: Math.ceil(named.length / 7) }, (_, i) => `import-${i + 1}.csv`),
    );
    const keyFile = join(campaign.folder, "own.key");
    writeFileSync(keyFile, `${own[1]}\n`);
    const resealed = join(out, "contacts-2026-12-01-resealed.tar");
    expect((await opened(resealed, await openIdentities(keyFile))).right).toBe(staying.length);
    expect((await opened(resealed, await openIdentities(identity(2)))).right).toBe(0);
  });

  describe("a contacts bag that somebody had a hand in", () => {
    const name = (person: Invented | undefined) => person!.contact.name;
    const shown = (kind: string) => staying.filter(({ row }) => row.shown === kind);
    // Written with manifests that fit: its host can do that. What it cannot do is open other commitments.
    const rewritten = async (
      change: (payload: Map<string, Uint8Array>, seal: Seal) => void | Promise<void>,
      other: ReadonlyMap<string, string> = new Map(),
    ) => {
      const contacts = await openBag(files.contacts);
      const payload = new Map<string, Uint8Array>();
      for (const path of contacts.paths) payload.set(path, (await contacts.read(path))!);
      await change(payload, openSeal(await demoRecipients(join(campaign.dataDir, "demo-custodian"))));
      const file = join(campaign.folder, "rewritten.tar");
      await writeBag(file, {
        name: contacts.name,
        day: "2026-12-01",
        payload: [...payload].sort(([a], [b]) => (a < b ? -1 : 1)),
        info: infoOf([...contacts.info, ...other]),
      });
      await contacts.close();
      return opened(file, await openIdentities(identity(1)));
    };

    it("has a dropped record found, and the person named", async () => {
      const [person] = shown("name");
      const found = await rewritten((payload) => void payload.delete(contactPath(person!.row.id)));
      expect(found.findings).toEqual([expect.objectContaining({ kind: "missing", name: name(person) })]);
      expect(await reported(found)).toContain(name(person));
      const [hidden] = shown("hidden");
      const other = await rewritten((payload) => void payload.delete(contactPath(hidden!.row.id)));
      expect(await reported(other)).toMatch(/entry \d+ of the ledger, name not shown: there is no record/);
    });

    it("has two swapped records found, and both named", async () => {
      const [one, two] = [shown("name")[0]!, shown("name")[1]!];
      const [first, second] = [contactPath(one.row.id), contactPath(two.row.id)];
      const found = await rewritten((payload) => {
        const kept = payload.get(first)!;
        payload.set(first, payload.get(second)!).set(second, kept);
      });
      expect(found.findings.map(({ kind }) => kind)).toEqual(["of-another", "of-another"]);
      for (const person of [one, two]) expect(await reported(found)).toContain(name(person));
    });

    it("has a doubled record found, in another's place or beside the others", async () => {
      const [one, two] = [shown("name")[0]!, shown("hidden")[1]!];
      const instead = await rewritten(
        (payload) => void payload.set(contactPath(two.row.id), payload.get(contactPath(one.row.id))!),
      );
      expect(instead.findings).toEqual([expect.objectContaining({ kind: "of-another", other: name(one) })]);
      const stranger = contactPath(invent(999).row.id);
      const beside = await rewritten((payload) => void payload.set(stranger, payload.get(contactPath(one.row.id))!));
      expect(beside.findings).toEqual([{ kind: "stranger", path: stranger, name: name(one) }]);
      expect(await reported(beside)).toContain(name(one));
    });

    it.each(["name", "email", "place", "signed", "consents", "opening"] as const)(
      "has a record with another %s found, though it was sealed anew",
      async (field) => {
        const [person] = shown("name");
        const values = {
          name: "Somebody Else",
          email: "else@example.org",
          place: "Elsewhere",
          signed: "2026-11-20",
          consents: ["handover"],
          opening: invent(500).contact.opening,
        };
        const altered = { ...person!.contact, [field]: values[field] } as ContactRecord;
        const found = await rewritten(
          async (payload, seal) =>
            void payload.set(contactPath(person!.row.id), await seal(formatContactRecord(altered))),
        );
        expect(found.findings).toEqual([expect.objectContaining({ kind: "altered", name: name(person) })]);
      },
    );

    it("has what is no record, and the record of somebody who withdrew, found", async () => {
      const [person] = shown("initials");
      const nonsense = await rewritten(
        async (payload, seal) => void payload.set(contactPath(person!.row.id), await seal(new Uint8Array(2048))),
      );
      expect(nonsense.findings).toEqual([expect.objectContaining({ kind: "not-a-record", name: person!.row.name })]);
      const gone = await rewritten(
        async (payload, seal) =>
          void payload.set(contactPath(left!.row.id), await seal(formatContactRecord(left!.contact))),
      );
      expect(gone.findings).toEqual([expect.objectContaining({ kind: "stranger", name: left!.contact.name })]);
    });

    it("has a claim that somebody withdrew since believed only with the ledger's own word", async () => {
      const [person] = shown("name");
      const bag = await openBag(files.bag);
      const { expected } = await readPublicBag(bag);
      const { index } = expected.find(({ id }) => id === person!.row.id)!.row;
      const checkpoint = (await bag.read("ledger/checkpoint"))!;
      await bag.close();
      const found = await rewritten((payload) => {
        payload.delete(contactPath(person!.row.id));
        payload
          .set(SINCE_PATH, Buffer.from(`undersigned/v1 withdraw ${index}\n`))
          .set(SINCE_CHECKPOINT_PATH, checkpoint);
      });
      expect(found.findings.map(({ kind }) => kind)).toEqual(["damaged", "missing"]);
      expect(found.leftSealed).toBe(0);
    });

    it("is refused beside another file of the public bag than the one that it names", async () => {
      const other = new Map([["Public-Bag-Digest", invent(3).row.opening]]);
      await expect(rewritten(() => {}, other)).rejects.toThrow("not the file that was handed over");
    });

    it("has every flipped bit found, and its place named", async () => {
      const random = fixedRandomness(`bits of a contacts bag ${inject("seed")}`);
      const unseal = await openIdentities(identity(1));
      const file = join(campaign.folder, "flipped.tar");
      cpSync(files.contacts, file);
      expect(await unnoticedBagFlips(file, 100, random)).toEqual([]);
      const open = () => opened(file, unseal).then(reported);
      expect(await unnoticedBagFlips(file, 8, random, open)).toEqual([]);
    });
  });

  // The last: the campaign goes on.
  it("is not written for a tag from which somebody has left, and no bag is written over", async () => {
    const gone = staying[0]!;
    const out = join(campaign.folder, "later");
    const [tag, place] = ["handover/2026-12-02", { DATA_DIR: campaign.dataDir }];
    mkdirSync(out);
    await makeBagWithoutPages(campaign, tag, out);
    await campaign.pass(withdrawalsOf(77, [gone.row.id]));
    for (const [spent, folder] of [
      [tag, out],
      [TAG, join(campaign.folder, "out")],
    ] as const) {
      const ended = await run("handover-contacts", ["--tag", spent, "--out", folder], place);
      expect(ended).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/left since .*make a new tag/s),
      });
      expect(existsSync(join(folder, `contacts-${spent.slice(-10)}.tar.new`))).toBe(false);
    }
  });

  /** Opens as the command does, in this process. */
  function open(places: OpenedPlaces): Promise<unknown> {
    return openHandover(places, systemClock, () => () => {});
  }

  async function opened(contactsFile: string, unseal: Unseal, bagFile = files.bag): Promise<Opened> {
    const [bag, contacts] = [await openBag(bagFile), await openBag(contactsFile)];
    try {
      const records = openContacts(contacts, { bag, ...(await known(bag, contacts)) }, unseal, () => {});
      for (;;) {
        const { done, value } = await records.next();
        if (done) return value;
      }
    } finally {
      await Promise.all([bag.close(), contacts.close()]);
    }
  }

  async function reported(opened: Opened): Promise<string> {
    const [bag, contacts] = [await openBag(files.bag), await openBag(files.contacts)];
    const text = formatReport("en", { bag, contacts, ...(await known(bag, contacts)) }, opened);
    await Promise.all([bag.close(), contacts.close()]);
    return text;
  }

  async function known(bag: Bag, contacts: Bag): Promise<{ facts: PublicBagFacts; ledger: LedgerNow }> {
    const facts = await readPublicBag(bag);
    const nowhere = { site: undefined, memories: [], clock: systemClock };
    return { facts, ledger: await readLedgerNow({ bag, contacts, facts }, nowhere, () => {}) };
  }
});

function infoOf(info: [string, string][]): Map<string, string> {
  return new Map(info.filter(([label]) => label !== "Bagging-Date" && label !== "Payload-Oxum"));
}
