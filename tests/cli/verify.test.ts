import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint, signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { formatVkey, noteSigner } from "../../scripts/letter/ledger/note.ts";
import { formatReceipt } from "../../scripts/letter/ledger/receipt.ts";
import { leafHash, treeRoot as rootOver } from "../../scripts/letter/ledger/tree.ts";
import { inclusionProof } from "../../scripts/letter/ledger/tree-proof.ts";
import { countRecord } from "../../scripts/letter/signature/record.ts";
import { writeBag } from "../../scripts/outside/bag/writer.ts";
import { inventedCampaign, keys, ledger, siteOf, vkey } from "../letter/invented.ts";
import { takenDownRecord } from "../support/campaigns/taken-down.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { root } from "../support/source.ts";

const { main, checkpoints } = inventedCampaign(3, 8);
const { record } = main;
const { accepted, withdrawn, listed, shown, size, root: treeRoot } = countRecord(record);
const OK = `ok: ${accepted} accepted, ${withdrawn} withdrawn, ${listed} listed, tree size ${size}, root ${treeRoot}`;
const UNPINNED = /^the key was taken from the site: .*--vkey/;

let folder: string;
let server: Server;
let address: string;
let asked: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-verify-"));
  for (const [path, bytes] of siteOf(record)) write(path, bytes);
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname);
    asked.push(path);
    const file = join(folder, path.replace(/^\/under\//, "/"), path.endsWith("/") ? "index.html" : "");
    const there = path.startsWith("/under/") && statSync(file, { throwIfNoEntry: false })?.isFile();
    response.writeHead(there ? 200 : 404).end(there ? readFileSync(file) : "<h1>not here</h1>");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/under`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** Changes one file for as long as `run` takes. */
async function withFile<T>(path: string, edit: (text: string) => string, run: () => Promise<T>): Promise<T> {
  const text = readFileSync(join(folder, path), "utf8");
  expect(edit(text)).not.toBe(text);
  write(path, edit(text));
  try {
    return await run();
  } finally {
    write(path, text);
  }
}

type Outcome = { code: number; out: string[]; err: string };
function verify(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const program = join(root, "scripts/cli/verify.ts");
    execFile(process.execPath, [program, ...args], { encoding: "utf8" }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out: out.trimEnd().split("\n"), err });
    });
  });
}

describe("verify", () => {
  it("says what a folder holds, and that the key was the site's own", async () => {
    const { code, out, err } = await verify(folder);
    expect([code, out.at(-1), err]).toEqual([0, OK, ""]);
    expect(out[0]).toMatch(UNPINNED);
    expect(out.length).toBe(2);
  });

  it("says the same of an address, with and without a slash at the end, and asks for nothing above it", async () => {
    for (const place of [address, `${address}/`]) {
      asked = [];
      const { code, out } = await verify(place, "--vkey", vkey);
      expect([code, out]).toEqual([0, [OK]]);
      expect(asked.filter((path) => !path.startsWith("/under/"))).toEqual([]);
      // The page as a reader gets it, not the file behind it.
      expect(asked).toContain("/under/en/");
    }
  });

  it("says no word of the key when it is pinned", async () => {
    expect(await verify(folder, "--vkey", vkey)).toEqual({ code: 0, out: [OK], err: "" });
  });

  it("fails with another key than the pinned one", async () => {
    const other = formatVkey(noteSigner(ledger.verifier.name, fixedRandomness("another key")(32)).verifier);
    const { code, out } = await verify(folder, "--vkey", other);
    expect([code, out]).toEqual([1, ["failed: ledger/checkpoint: the note is not signed by the expected key"]]);
    expect((await verify(folder, "--vkey", "nonsense")).out.at(-1)).toMatch(/^failed: not a verifier key/);
  });

  it.each([
    [
      "list/000.md",
      (text: string) => text.replace("2026-11-23", "2026-11-22"),
      /^failed: list\/000\.md: line \d+ \(index \d+\): the row does not open/,
    ],
    [
      "ledger/checkpoint",
      (text: string) => text.replace(/\n\d+\n/, "\n7\n"),
      /^failed: ledger\/checkpoint: the signature of the note is wrong/,
    ],
    [
      "count.json",
      (text: string) => text.replace(/"accepted":\d+/, '"accepted":1000'),
      /^failed: count\.json: accepted says 1000/,
    ],
    ["fa/index.html", (text: string) => text.replace("زندانیان", "زندانی"), /^failed: fa\/index\.html: /],
  ] as const)(
    "fails and names %s when it was changed, in a folder and over the network",
    async (path, edit, reason) => {
      await withFile(path, edit, async () => {
        for (const place of [folder, address]) {
          const { code, out } = await verify(place, "--vkey", vkey);
          expect([code, out.length]).toEqual([1, 1]);
          expect(out[0]).toMatch(reason);
        }
      });
    },
  );

  it("says which page of the letter it could not compare, as where the languages were given other names", async () => {
    const [{ edition }] = JSON.parse(readFileSync(join(folder, "letter/editions.json"), "utf8"));
    const called = (from: string, to: string) =>
      renameSync(join(folder, `letter/${edition}/${from}.md`), join(folder, `letter/${edition}/${to}.md`));
    called("en", "aa");
    called("fa", "ab");
    await withFile(
      "letter/editions.json",
      (text) => text.replace('"en","fa"', '"aa","ab"'),
      async () => {
        const { code, out } = await verify(folder, "--vkey", vkey);
        expect([code, out.length, out.at(-1)]).toEqual([0, 5, OK]);
        expect(out[0]).toMatch(/^there is no page aa\/index\.html, as in a bag: /);
        const json = JSON.parse((await verify(folder, "--vkey", vkey, "--json")).out[0]!);
        expect(json.missingPages).toEqual(["aa/index.html", "ab/index.html"]);
      },
    );
    called("aa", "en");
    called("ab", "fa");
  });

  it("names a file of a letter that nothing on the ledger stands for", async () => {
    const [{ edition }] = JSON.parse(readFileSync(join(folder, "letter/editions.json"), "utf8"));
    const stranger = `letter/${edition}/zz.md`;
    write(stranger, "another text");
    try {
      const { code, out } = await verify(folder, "--vkey", vkey);
      expect([code, out]).toEqual([0, [expect.stringContaining(`${stranger} does not belong to this letter`), OK]]);
      const json = JSON.parse((await verify(folder, "--vkey", vkey, "--json")).out[0]!);
      expect(json.strangers).toEqual([stranger]);
    } finally {
      rmSync(join(folder, stranger));
    }
  });

  it("prints one line of JSON for programs", async () => {
    const { code, out } = await verify(folder, "--json", "--vkey", vkey);
    expect([code, out.length]).toEqual([0, 1]);
    expect(JSON.parse(out[0]!)).toEqual({
      ok: true,
      accepted,
      withdrawn,
      listed,
      shown,
      size,
      root: treeRoot,
      pinned: true,
    });
    await withFile(
      "count.json",
      () => "{}",
      async () => {
        const failed = await verify(folder, "--json");
        expect([failed.code, JSON.parse(failed.out.join(""))]).toEqual([
          1,
          { ok: false, reason: "count.json: not the JSON that belongs there" },
        ]);
      },
    );
  });

  it("takes the attesting key from elsewhere too", async () => {
    expect((await verify(folder, "--vkey", vkey, "--attestation-key", keys.attestation)).out).toEqual([OK]);
    const { code, out } = await verify(folder, "--vkey", vkey, "--attestation-key", "A".repeat(43));
    expect([code, out]).toEqual([
      1,
      ["failed: keys.json: the key that attests the rows is another than the pinned one"],
    ]);
  });

  describe("with a checkpoint or a receipt that was kept", () => {
    const last = record.entries.length;
    const leaves = record.entries.map((line) => leafHash(line));
    const receipt = formatReceipt({ index: 9, proof: inclusionProof(9, leaves), checkpoint: record.checkpoint! });
    const since = (name: string, text: string, ...more: string[]) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return verify(folder, "--vkey", vkey, "--since", file, ...more);
    };

    it("says that nothing was taken out or rewritten since", async () => {
      for (const note of [checkpoints[0]!, checkpoints[3]!]) {
        const { size } = openCheckpoint(note, ledger.verifier);
        const { code, out } = await since("old.txt", note);
        expect([code, out.length, out[1]]).toEqual([0, 2, OK]);
        expect(out[0]).toContain(
          `nothing among the first ${size} entries was taken out or rewritten, ${last - size} were added`,
        );
      }
      expect((await since("own.tlog-proof", receipt)).out[0]).toContain("entry 9 is still there");
      const { out } = await since("own.tlog-proof", receipt, "--since", join(folder, "old.txt"), "--json");
      expect(JSON.parse(out[0]!).since).toMatchObject([{ entry: 9, size: last }, { size: 10 }]);
    });

    it("fails when entries were taken out", async () => {
      const root = rootOver(leaves);
      const longer = signCheckpoint({ origin: ledger.verifier.name, size: last + 3, root }, ledger);
      const { code, out } = await since("kept.txt", longer);
      expect([code, out.length]).toEqual([1, 1]);
      expect(out[0]).toMatch(/^failed: .*kept\.txt: .* entries were taken out$/);
    });

    it("fails in one line when there is no such file", async () => {
      const { code, out } = await verify(folder, "--since", join(folder, "none"));
      expect([code, out.length]).toEqual([1, 1]);
      expect(out[0]).toMatch(/^failed: --since .*none: the file cannot be read$/);
    });
  });

  it("checks a list that was kept after the site has taken its own down", async () => {
    const gone = join(folder, "gone");
    for (const [path, bytes] of siteOf(takenDownRecord(record))) write(join("gone", path), bytes);
    const alone = await verify(gone, "--vkey", vkey);
    expect(alone.code).toBe(0);
    expect(alone.out.slice(0, -1)).toEqual([
      "the list was taken down after the purge, as the ledger allows: its rows cannot be checked here",
      "if you kept a copy of the list, check it with --list FOLDER",
    ]);
    expect(alone.out.at(-1)).toMatch(
      new RegExp(`^ok: ${accepted} accepted, ${withdrawn} withdrawn, 0 listed, tree size`),
    );
    const { code, out } = await verify(gone, "--vkey", vkey, "--list", join(folder, "list"), "--json");
    expect([code, JSON.parse(out[0]!)]).toMatchObject([
      0,
      { listed: 0, takenDown: true, keptList: { proved: listed, withdrawn: [], missing: 0 } },
    ]);
  });

  describe("a public bag", () => {
    let bags: string;
    beforeAll(async () => {
      bags = mkdtempSync(join(tmpdir(), "undersigned-bag-"));
      const payload = [...siteOf(record)].filter(([path]) => !path.endsWith(".html"));
      const info = new Map([["Contact-Email", "letter@example.org"]]);
      await writeBag(join(bags, "bag.tar"), { name: "letter", day: "2026-11-27", payload, info });
      execFileSync("tar", ["-xf", "bag.tar"], { cwd: bags });
    });
    afterAll(() => rmSync(bags, { recursive: true, force: true }));

    it("is read as a folder and as the file it came in", async () => {
      for (const name of ["letter", "bag.tar"]) {
        const { code, out } = await verify(join(bags, name), "--vkey", vkey);
        expect([code, out.at(-1), name]).toEqual([0, OK, name]);
      }
    });

    describe("in a folder that somebody looked into", () => {
      let unpacked: string;
      beforeEach(() => {
        unpacked = mkdtempSync(join(bags, "looked-into-"));
        cpSync(join(bags, "letter"), unpacked, { recursive: true });
      });
      const withFile = (path: string, content = "left by a program\n") => writeFileSync(join(unpacked, path), content);

      it("passes over what the operating system left beside the payload, and says so", async () => {
        const left = [".DS_Store", "._bagit.txt", "._data", "Desktop.ini", "Thumbs.db"];
        for (const path of left) withFile(path);
        const { code, out } = await verify(unpacked, "--vkey", vkey);
        expect([code, out.at(-1)]).toEqual([0, OK]);
        for (const path of left) {
          expect(out).toContain(`passed over ${path}: the operating system left it there, it is not part of the bag`);
        }
        const { out: json } = await verify(unpacked, "--vkey", vkey, "--json");
        expect((JSON.parse(json[0]!).passedOver as string[]).sort()).toEqual(left);
      });

      it.each([
        ["data/.DS_Store", /was left there by macOS: delete it, it is not part of the bag$/],
        ["data/list/._000.md", /was left there by macOS: delete it, it is not part of the bag$/],
        ["data/Thumbs.db", /was left there by Windows: delete it, it is not part of the bag$/],
        ["data/more.txt", /is not in manifest-sha512\.txt, so it is not part of the bag: delete it/],
        ["._nobody", /is not in tagmanifest-sha512\.txt, so it is not part of the bag: delete it/],
        [".DS_Store.txt", /is not in tagmanifest-sha512\.txt/],
        ["README-first.md", /is not in tagmanifest-sha512\.txt, so it is not part of the bag: delete it/],
      ])("fails with %s in it, and says what to do", async (path, reason) => {
        withFile(path);
        const { code, out } = await verify(unpacked, "--vkey", vkey);
        expect([code, out.length]).toEqual([1, 1]);
        expect(out[0]?.startsWith(`failed: ${path} `), out[0]).toBe(true);
        expect(out[0]).toMatch(reason);
      });

      it("fails with a link that has the name of such a file", async () => {
        symlinkSync("bagit.txt", join(unpacked, ".DS_Store"));
        expect((await verify(unpacked, "--vkey", vkey)).code).toBe(1);
      });

      it("still sees what was changed beside such a file", async () => {
        withFile(".DS_Store");
        withFile("bag-info.txt", "Contact-Email: other@example.org\n");
        const { code, out } = await verify(unpacked, "--vkey", vkey);
        expect([code, out[0]]).toEqual([1, expect.stringMatching(/^failed: bag-info\.txt was changed/)]);
      });
    });

    it("fails when one bit of it is another, when it is cut short, and when it is no archive", async () => {
      const whole = readFileSync(join(bags, "bag.tar"));
      const changed = Buffer.from(whole);
      changed[whole.indexOf("undersigned/v1 accept") + 40]! ^= 1;
      for (const [bytes, reason] of [
        [changed, /^failed: data\/ledger\/tile\/entries\/000\.p\/\d+ was changed/],
        [whole.subarray(0, 3000), /^failed: the bag cannot be read: /],
        [gzipSync(whole), /^failed: the bag cannot be read: /],
      ] as const) {
        writeFileSync(join(bags, "broken.tar"), bytes);
        const { code, out } = await verify(join(bags, "broken.tar"), "--vkey", vkey);
        expect([code, out.length]).toEqual([1, 1]);
        expect(out[0]).toMatch(reason);
      }
    });
  });

  it("fails in one line where there is no site, or nobody answers", async () => {
    const missing = await verify(join(folder, "nothing"));
    expect([missing.code, missing.out]).toEqual([
      1,
      ["failed: there is no such folder or file: name a built site, such as .data/site, a public bag, or an address"],
    ]);
    expect((await verify(address.replace("/under", "/elsewhere"))).out).toEqual([
      `failed: ledger/checkpoint is missing: name the address of the site without the page, such as ${new URL(address).origin}/`,
    ]);
    const silent = await verify("http://127.0.0.1:1/");
    expect([silent.code, silent.out.length]).toEqual([1, 1]);
    expect(silent.out[0]).toMatch(/^failed: ledger\/checkpoint cannot be fetched: /);
  });

  it("explains itself, and how it is called", async () => {
    const help = await verify("--help");
    expect([help.code, help.out[0]]).toEqual([
      0,
      "usage: npm run verify -- DIR|BAG|URL [--vkey KEY] [--attestation-key KEY] [--since FILE …] [--list DIR]",
    ]);
    for (const args of [[], [folder, folder], [folder, "--pin"]]) {
      const { code, out, err } = await verify(...args);
      expect([code, out]).toEqual([1, [""]]);
      expect(err).toMatch(/^error: .*usage: npm run verify.*\n$/);
    }
  });
});
