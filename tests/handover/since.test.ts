import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { type OpenedPlaces, openHandover } from "../../scripts/handover/open-handover.ts";
import { tellLeft } from "../../scripts/handover/since/left-since.ts";
import { signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { noteSigner } from "../../scripts/letter/ledger/note.ts";
import { leafHash, treeRoot } from "../../scripts/letter/ledger/tree.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { openBag } from "../../scripts/outside/bag/reader.ts";
import { demoRecipients } from "../../scripts/outside/seal/demo-custodian.ts";
import { freshMain, type Invented, invent, ledger } from "../letter/invented.ts";
import type { Main } from "../letter/plain.ts";
import { grown, type HandedOver, left, makeHandedOver, writeSite } from "../support/campaigns/handed-over.ts";
import { fixedClock, fixedRandomness } from "../support/fixtures.ts";

const random = fixedRandomness(`since ${inject("seed")}`);
const numbers = [...random(5)].map((byte, i) => 1000 * i + byte);
const people = numbers.map((number) => invent(number));
const [one, two, three] = people as [Invented, Invented, Invented];
const newcomer = invent(9000);
const clock = fixedClock("2026-12-24T10:00:00.000Z");

let given: HandedOver;
let folder: string;
let bags: { bag: string; contacts: string; identity: string };
let count = 0;
beforeAll(async () => {
  given = await makeHandedOver(people);
});
afterAll(() => given.remove());
beforeEach(() => {
  // Each test is a recipient of its own, who has never opened the bags.
  folder = join(given.folder, `recipient-${++count}`);
  mkdirSync(folder);
  const [bag, contacts] = [join(folder, "handover-2026-12-01.tar"), join(folder, "contacts-2026-12-01.tar")];
  cpSync(given.bag, bag);
  cpSync(given.contacts, contacts);
  bags = { bag, contacts, identity: given.identity };
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const site = (main: Main | CampaignRecord, name = `site-${++count}`) =>
  writeSite(at(name), "record" in main ? main.record : main);
const open = (places: Partial<OpenedPlaces> = {}) =>
  openHandover({ ...bags, out: at("opened"), ...places }, clock, () => () => {});
const read = (name: string, out = "opened") => readFileSync(join(at(out), name), "utf8");
const indexOf = ({ row }: Invented) => given.main.record.rows.find(({ opening }) => opening === row.opening)!.index;
const ids = (gone: readonly Invented[]) => gone.map(({ row }) => row.id).sort();

/** Everything that is written in a folder, with the cells of workbooks and all of sealed bags as they are. */
function everything(name: string): string {
  return readdirSync(at(name))
    .map((file) => {
      const bytes = readFileSync(join(at(name), file));
      const parts = file.endsWith(".xlsx") ? Object.values(unzipSync(bytes)).map((part) => strFromU8(part)) : [];
      return [bytes.toString("utf8"), ...parts].join("\n");
    })
    .join("\n");
}

function expectOnlyThose(name: string, gone: readonly Invented[]): void {
  const said = everything(name);
  for (const person of people) {
    if (gone.includes(person)) expect(said).not.toContain(person.contact.email);
    else expect(said).toContain(person.contact.email);
  }
}

describe("opening the bags with the ledger as it is now", () => {
  describe("on a site", () => {
    const requests: IncomingMessage[] = [];
    let served = "";
    let status: number | undefined;
    const server = createServer((request, response) => {
      requests.push(request);
      const path = join(served, request.url ?? "");
      if (status !== undefined || !existsSync(path)) response.writeHead(status ?? 404).end();
      else response.end(readFileSync(path));
    });
    const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });
    beforeEach(() => {
      requests.length = 0;
      status = undefined;
    });

    it("names everybody who has left, writes none of their details, and says that everything agrees", async () => {
      served = site(grown(left(given.main, [one, two]), [newcomer], 2));
      const { counts, report, receipt } = await open({ site: url() });
      expect(counts).toMatchObject({
        right: people.length - 2,
        notRight: 0,
        ledger: { live: true, day: "2026-12-24" },
      });
      expect(counts.left.map(({ id }) => id).sort()).toEqual(ids([one, two]));
      expectOnlyThose("opened", [one, two]);
      expect(report).toContain("Everything agrees");
      expect(report).toContain(`The ledger on its site on 24 December 2026: ${counts.ledger.size} entries`);
      for (const person of [one, two])
        expect(report).toContain(`- entry ${indexOf(person)} of the ledger, id ${person.row.id}\n`);
      const sha256 = Buffer.from(given.contactsDigest, "base64url").toString("hex");
      expect(receipt).toBe(
        `For the receipt: contacts bag sha256 ${sha256}, ledger with ${counts.ledger.size} entries, 2 deleted`,
      );
      for (const lang of ["en", "fa"]) expect(read(`report-${lang}.txt`)).toContain(sha256);
      expect(read("report-fa.txt")).toContain("همه‌چیز با هم می‌خواند");
      expect(read("report-en.txt").trimEnd().split("\n").at(-1)).toBe(receipt);
    });

    it("asks for the checkpoint and the entries since alone, and tells nothing of the recipient", async () => {
      served = site(left(given.main, [one]));
      await open({ site: url() });
      const size = given.main.record.entries.length + 1;
      expect(requests.map(({ url }) => url)).toEqual(["/ledger/checkpoint", `/ledger/tile/entries/000.p/${size}`]);
      for (const { method, headers } of requests) {
        expect(method).toBe("GET");
        expect(Object.keys(headers).filter((name) => /cookie|referer|authorization|from/.test(name))).toEqual([]);
        expect(JSON.stringify(headers)).not.toContain(folder);
      }
    });

    it("opens nothing while the site cannot be asked, and says in one line what is wrong", async () => {
      served = at("nothing");
      await expect(open({ site: url() })).rejects.toThrow(
        "the ledger of --site cannot be used: ledger/checkpoint is missing",
      );
      await expect(open({ site: `${url()}/en/` })).rejects.toThrow("name the address of the site without the page");
      status = 403;
      await expect(open({ site: url() })).rejects.toThrow("the site answers with status 403");
      expect(existsSync(at("opened"))).toBe(false);
    });
  });

  it("takes a folder of the site, or the file that handover:left made, and says how old they are", async () => {
    const now = site(left(given.main, [three]));
    const { text, ...told } = await tellLeft({ bag: bags.bag, site: now }, clock, () => {});
    const { length } = given.main.record.entries;
    expect(told).toEqual({ from: length, size: length + 1, day: "2026-12-20", left: 1 });
    writeFileSync(at("left.file"), text);
    for (const place of [now, at("left.file")]) {
      const { counts, report } = await open({ site: place });
      expect(counts.left.map(({ id }) => id)).toEqual([three.row.id]);
      expect(counts.ledger).toEqual({ size: length + 1, day: "2026-12-20", live: false });
      expectOnlyThose("opened", [three]);
      // What a file tells may be old: only a site that was asked says that everything agrees.
      expect(report).not.toContain("Everything agrees");
      expect(report).toContain(`Up to entry ${length + 1} of the ledger, as of 20 December 2026, all of it agrees`);
      expect(report).toContain("It is not known here who has left since 20 December 2026");
    }
  });

  it("says without --site up to where it knows, and how to ask", async () => {
    const { counts, report } = await open();
    expect(counts.left).toEqual([]);
    expect(report).not.toContain("Everything agrees");
    expect(report).toContain(`Up to entry ${given.main.record.entries.length} of the ledger, as of 1 December 2026`);
    expect(report).toContain(
      "It is not known here who has left since 1 December 2026. Before you use the list, open both bags again with --site",
    );
    expect(report).toMatch(/, 0 deleted\n$/);
  });

  describe("refuses before the key is opened", () => {
    const refused = async (place: string, reason: string | RegExp) => {
      // There is no such key: opening it would say so.
      const error = await open({ site: place, identity: at("no.key"), out: at("never") }).catch(
        (cause: Error) => cause,
      );
      expect((error as Error).message).toMatch(reason);
      expect((error as Error).message).not.toContain("\n");
      expect(existsSync(at("never"))).toBe(false);
    };
    const cut = (record: CampaignRecord, size: number): CampaignRecord => {
      const entries = record.entries.slice(0, size);
      const root = treeRoot(entries.map(leafHash));
      return { ...record, entries, checkpoint: signCheckpoint({ origin: ledger.verifier.name, size, root }, ledger) };
    };

    it("a ledger smaller than the bag's", async () => {
      const size = given.main.record.entries.length;
      const smaller = { ...cut(given.main.record, size - 1), rows: [] };
      await refused(site(smaller), `it has ${size - 1} entries, but ${size} are known here`);
    });

    it("a ledger smaller than one that was seen before, also from another folder", async () => {
      const after = left(given.main, [one, two]);
      await open({ site: site(after) });
      await refused(
        site(left(given.main, [one])),
        /^the ledger of 2026-12-20 does not continue that of 2026-12-20: it has/,
      );
    });

    it("a ledger whose key has signed another one before, whichever grew further", async () => {
      await open({ site: site(left(given.main, [one])) });
      await refused(
        site(left(left(given.main, [two]), [three], 101)),
        "is another than the one that its key signed before",
      );
    });

    it("a ledger that does not begin with the bag's, though its key signed it", async () => {
      const others = people.map((_, i) => invent(numbers[i]! + 500));
      await refused(
        site(left(grown(freshMain(), others), [others[0]!])),
        "does not continue the ledger that is known here",
      );
    });

    it("a ledger of another key, and one of another origin", async () => {
      const { record } = left(given.main, [one]);
      const size = record.entries.length;
      const root = treeRoot(record.entries.map(leafHash));
      for (const [name, origin] of [
        [ledger.verifier.name, ledger.verifier.name],
        ["other.example.org/ledger", "other.example.org/ledger"],
      ] as const) {
        const signer = noteSigner(name, random(32));
        const checkpoint = signCheckpoint({ origin, size, root }, signer);
        await refused(site({ ...record, checkpoint }), "not signed by the expected key");
      }
      const checkpoint = signCheckpoint({ origin: "other.example.org/ledger", size, root }, ledger);
      await refused(site({ ...record, checkpoint }), "the checkpoint is of another ledger");
    });

    it("files that were cut short, changed, or are missing", async () => {
      const now = site(left(given.main, [one]));
      const { text } = await tellLeft({ bag: bags.bag, site: now }, clock, () => {});
      for (const [broken, reason] of [
        [text.slice(0, -30), "the ledger of --site cannot be used: "],
        [text.slice(0, text.indexOf("\n\n") - 20), "not a whole file of npm run handover:left"],
        [text.replace(/withdraw \d+/, `withdraw ${indexOf(two)}`), "does not continue the ledger"],
        [text.replace(/size \d+/, "size 2"), "made for a public bag of 2 entries"],
        ["index,id\n", "not a whole file of npm run handover:left"],
      ] as const) {
        writeFileSync(at("broken"), broken);
        await refused(at("broken"), reason);
      }
      const bundle = join(now, `ledger/tile/entries/000.p/${given.main.record.entries.length + 1}`);
      writeFileSync(bundle, readFileSync(bundle).subarray(0, -3));
      await refused(now, "of the bundle is cut short");
      rmSync(bundle);
      await refused(now, "is missing");
      await refused(at("nowhere"), "there is no such folder or file");
    });
  });
});

describe("opening the bags again", () => {
  it("brings nobody back who is known to have left, in no folder, also without --site", async () => {
    await open({ site: site(left(given.main, [one])) });
    const { counts, report } = await open({ out: at("elsewhere") });
    expect(counts.left.map(({ id }) => id)).toEqual([one.row.id]);
    expect(report).toContain("It is not known here who has left since 20 December 2026");
    expectOnlyThose("elsewhere", [one]);
    // Where only the opened folder was kept, that remembers too.
    rmSync(at("handover-2026-12-01.left"));
    expect((await open()).counts.left).toHaveLength(1);
  });

  it("deletes from the folder whoever has left since, and says who is new, so that other copies can follow", async () => {
    await open({ site: site(left(given.main, [one])) });
    expectOnlyThose("opened", [one]);
    const size = given.main.record.entries.length + 1;
    for (const out of ["opened", "elsewhere"]) {
      const memory = readFileSync(at("handover-2026-12-01.left"));
      const { counts, report } = await open({ site: site(left(left(given.main, [one]), [two], 101)), out: at(out) });
      expect(counts.left.map(({ id, fresh }) => [id, fresh]).sort()).toEqual(
        [
          [one.row.id, false],
          [two.row.id, true],
        ].sort(),
      );
      expectOnlyThose(out, [one, two]);
      expect(report).toContain(`New since these bags were last opened, when the ledger had ${size} entries: 1`);
      expect(report).toContain(`- entry ${indexOf(two)} of the ledger, id ${two.row.id} (new)\n`);
      expect(report).toContain(`- entry ${indexOf(one)} of the ledger, id ${one.row.id}\n`);
      expect(report).toMatch(/, 2 deleted\n$/);
      writeFileSync(at("handover-2026-12-01.left"), memory);
    }
  });

  it("names by entry who left between an earlier handover, which was opened here, and this one", async () => {
    await open();
    const after = left(given.main, [one, two]);
    const second = await makeHandedOver(people.slice(2), after, "handover/2026-12-20");
    const { bag, contacts, identity } = second;
    const next = join(folder, "handover-2026-12-20.tar");
    cpSync(bag, next);
    const { report, counts, receipt } = await open({ bag: next, contacts, identity, out: at("second") });
    second.remove();
    expect(counts).toMatchObject({ right: people.length - 2, left: [], notRight: 0 });
    const lines = [one, two].map(indexOf).sort((a, b) => a - b);
    expect(report).toContain(
      `Left between that one and this: 2. They are in neither of these bags. Delete them from everything that was made from the earlier bags, and delete those bags:\n${lines.map((index) => `- entry ${index} of the ledger\n`).join("")}`,
    );
    // The receipt is about the bags of this handover.
    expect(receipt).toMatch(/, 0 deleted$/);
  });

  it("destroys what an earlier opening wrote and this one does not, and touches nobody else's files", async () => {
    await open();
    const out = at("opened");
    writeFileSync(join(out, "import-2.csv"), one.contact.email);
    writeFileSync(join(out, "files.txt"), `${read("files.txt")}import-2.csv\n../kept\nnone/../../kept\n`);
    writeFileSync(at("kept"), "");
    writeFileSync(join(out, "notes.txt"), "mine");
    mkdirSync(join(out, "none"));
    const { warnings } = await open({ site: site(left(given.main, [one])) });
    expect(existsSync(join(out, "import-2.csv"))).toBe(false);
    expect(existsSync(at("kept"))).toBe(true);
    expect(read("notes.txt")).toBe("mine");
    expect(warnings).toEqual([expect.stringContaining("neither wrote nor touched: none, notes.txt")]);
  });

  it("destroys what an opening left behind that was killed, and what one wrote before there was a list of it", async () => {
    const out = at("opened");
    mkdirSync(join(out, "unfinished"), { recursive: true });
    for (const name of ["signatories.csv", "list-9.csv"])
      writeFileSync(join(out, "unfinished", name), one.contact.email);
    writeFileSync(join(out, "signatories.csv"), one.contact.email);
    await open({ site: site(left(given.main, [one])) });
    expect(readdirSync(out).filter((name) => /unfinished|list-9/.test(name))).toEqual([]);
    expectOnlyThose("opened", [one]);
  });

  it("leaves the folder as it was when an opening fails on the way", async () => {
    await open();
    const before = everything("opened");
    const other = await makeHandedOver(people.slice(1, 3));
    const mixed = open({ contacts: other.contacts, identity: other.identity });
    await expect(mixed).rejects.toThrow("the two bags do not belong together");
    other.remove();
    expect(everything("opened")).toBe(before);
    expect(readdirSync(at("opened"))).not.toContain("unfinished");
  });

  it("is refused when what is remembered was damaged, and says what to do", async () => {
    await open({ site: site(left(given.main, [one])) });
    writeFileSync(at("handover-2026-12-01.left"), readFileSync(at("handover-2026-12-01.left")).subarray(0, 100));
    await expect(open()).rejects.toThrow(
      /^handover-2026-12-01.left, by which an earlier opening .*delete it, and open again with --site$/,
    );
  });

  it("says so when nothing can be written beside the bag", async () => {
    mkdirSync(at("handover-2026-12-01.left.new"));
    const { warnings } = await open();
    expect(warnings).toEqual([expect.stringContaining("nothing can be written beside the public bag")]);
    expect(read("handover-2026-12-01.left")).toContain("undersigned/v1 left\n");
  });
});

describe("sealing the bag again", () => {
  it("seals nobody who has left, and the new bag says so by itself, and whose receipt it is", async () => {
    const own = at("own");
    const reseal = await demoRecipients(own);
    await open({ site: site(left(given.main, [one, two])), reseal });
    const contacts = join(at("opened"), "contacts-2026-12-01-resealed.tar");
    const resealed = await openBag(contacts);
    const paths = resealed.paths.join("\n");
    await resealed.close();
    for (const person of people) expect(paths.includes(person.row.id)).toBe(person !== one && person !== two);
    // Another computer, on which nothing is remembered.
    mkdirSync(at("later"));
    cpSync(bags.bag, join(at("later"), "handover.tar"));
    const places = { bag: join(at("later"), "handover.tar"), contacts, identity: join(own, "custodian-2.key") };
    const { counts, report, receipt } = await open({ ...places, out: join(at("later"), "opened") });
    expect(counts).toMatchObject({ right: people.length - 2, notRight: 0 });
    expect(counts.left).toHaveLength(2);
    expect(report).not.toContain("still holds the sealed records");
    expect(receipt).toContain(`sha256 ${Buffer.from(given.contactsDigest, "base64url").toString("hex")},`);
    // Sealed again from the sealed one, it is still the receipt of the one that was handed over.
    const again = await demoRecipients(at("again"));
    await open({ ...places, out: join(at("later"), "opened"), reseal: again });
    const last = await openBag(join(at("later"), "opened/contacts-2026-12-01-resealed.tar"));
    expect(last.info.get("Resealed-From")).toBe(given.contactsDigest);
    await last.close();
  });

  it("never destroys a bag that was sealed again, and says that it may hold who has left", async () => {
    await open({ reseal: await demoRecipients(at("own")) });
    const { warnings, report } = await open({ site: site(left(given.main, [one])) });
    expect(existsSync(join(at("opened"), "contacts-2026-12-01-resealed.tar"))).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/^contacts-2026-12-01-resealed.tar may still hold records/)]);
    expect(report).toContain("The contacts bag still holds the sealed records of 1 of them");
  });
});
