import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openExitWatch } from "../../../scripts/form-service/limits/exit-watch.ts";
import { openLog } from "../../../scripts/outside/log.ts";
import { checkTorExits, parseTorExits, readTorExits } from "../../../scripts/outside/tor/exits.ts";
import { days, fixedClock, fixedRandomness, START } from "../../support/fixtures.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-exits-"));
  file = join(folder, "tor-exits.txt");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const random = fixedRandomness("exits");
const drawn = (count: number) => Array.from({ length: count }, () => `198.51.${random(1)[0]}.${random(1)[0]}`);
const bulk = (addresses: readonly string[]) => addresses.map((address) => `${address}\n`).join("");
const detailed = (addresses: readonly string[]) =>
  addresses
    .map(
      (address) =>
        `ExitNode ${Buffer.from(random(20)).toString("hex").toUpperCase()}\nPublished 2026-11-21 20:14:51\nLastStatus 2026-11-22 06:00:00\nExitAddress ${address} 2026-11-22 06:31:07\n`,
    )
    .join("");

describe("a list of Tor's exits", () => {
  it("is read in both formats of the Tor Project, IPv6 and comments too", () => {
    const addresses = drawn(30);
    expect(parseTorExits(bulk(addresses))).toEqual(new Set(addresses));
    expect(parseTorExits(detailed(addresses))).toEqual(new Set(addresses));
    const mixed = parseTorExits("# exits\n198.51.100.66\r\n2001:db8::6\nnonsense\n\n");
    expect(mixed).toEqual(new Set(["198.51.100.66", "2001:db8:0:0:0:0:0:6"]));
  });

  it.each([
    ["nothing", ""],
    ["comments", "# soon\n"],
    ["a page", "<html>\n<body>\n<p>503 for\n192.0.2.7\n</p>\n</body>\n</html>\n"],
    ["relays without exits", "ExitNode 00\nPublished 2026-11-21 20:14:51\n"],
    ["bytes", "\u0000\u0001\ufffd\n"],
  ])("that holds %s is no list", (_, text) => expect(parseTorExits(text)).toMatch(/^[a-z][\w ]+$/));

  it("need not be there", async () => {
    expect(await readTorExits(join(folder, "none"))).toEqual({ addresses: new Set() });
  });
});

/** A watch, and what it has logged since it was asked last. */
async function watchHere() {
  const lines: string[] = [];
  const clock = fixedClock();
  const log = openLog(clock, { write: (line: string) => void lines.push(line) } as never);
  const watch = await openExitWatch(folder, { clock, log });
  return { watch, clock, logged: () => lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("the exits of a running service", () => {
  it("are replaced whole: by no list that is cut, empty, or something else", async () => {
    const [old, next] = [drawn(3), drawn(3)];
    writeFileSync(file, bulk(old));
    const { watch, logged } = await watchHere();
    expect(logged()).toMatchObject([{ level: "info", addresses: 3 }]);
    for (const text of ["", "<html>\n<p>\n", bulk(next).slice(0, -2)]) {
      writeFileSync(file, text);
      await watch.look();
      expect([old.every(watch.has), next.some(watch.has)]).toEqual([true, false]);
    }
    // What is still wrong in the same way is said once.
    expect(logged()).toMatchObject(Array(2).fill({ level: "warn", addresses: 3 }));
    writeFileSync(file, detailed(next));
    await watch.look();
    expect([old.some(watch.has), next.every(watch.has)]).toEqual([false, true]);
    expect(logged()).toMatchObject([{ level: "info", addresses: 3 }]);
    renameSync(file, `${file}.gone`);
    await watch.look();
    expect(watch.counts()).toEqual({ addresses: 0, days: undefined });
    expect(logged()).toHaveLength(1);
  });

  it("are said once, with number and age, and said again once they are old", async () => {
    writeFileSync(file, bulk(drawn(5)));
    utimesSync(file, new Date(START), new Date(START));
    const { watch, clock, logged } = await watchHere();
    clock.advance(days(6));
    await watch.look();
    expect([logged(), watch.counts().days]).toMatchObject([[{ addresses: 5, days: 0 }], 6]);
    clock.advance(days(1));
    await watch.look();
    await watch.look();
    expect(logged()).toMatchObject([{ level: "warn", addresses: 5, days: 7 }]);
  });

  it("are none, and the service runs, where a folder has that name", async () => {
    mkdirSync(file);
    const { watch, logged } = await watchHere();
    expect(watch.counts().addresses).toBe(0);
    expect(logged()).toMatchObject([{ level: "warn", msg: expect.stringContaining("it is a folder, not a file") }]);
  });
});

describe("what the doctor says of them", () => {
  const say = (trustProxy = true) => checkTorExits({ dataDir: folder, trustProxy }, new Date(START));

  it("is that they are missing where others come through a proxy, and nothing in a trial", async () => {
    expect(await say()).toMatchObject([{ mend: expect.stringContaining("operating.md") }]);
    expect(await say(false)).toEqual([]);
  });

  it("is how many there are and how old, or what is wrong with the file", async () => {
    writeFileSync(file, bulk(drawn(4)));
    const at = (back: number) => new Date(Date.parse(START) - days(back));
    utimesSync(file, at(2), at(2));
    expect(await say()).toEqual([{ what: expect.stringMatching(/\b4 exits of Tor, 2 days old$/), mend: undefined }]);
    utimesSync(file, at(9), at(9));
    expect(await say()).toMatchObject([{ mend: expect.stringContaining("newer exits") }]);
    writeFileSync(file, "<html>");
    expect(await say(false)).toMatchObject([{ mend: expect.stringContaining("no address of an exit is in it") }]);
    rmSync(file);
    mkdirSync(file);
    expect(await say(false)).toMatchObject([{ mend: expect.stringContaining("it is a folder") }]);
  });
});
