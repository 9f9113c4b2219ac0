import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKeptList, openPublished } from "../../scripts/outside/published.ts";

const LONG = 5 * 2 ** 20;

describe("a published site at an address", () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    "/count.json": (response) => void response.end("{}"),
    "/endless": (response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
      };
      response.on("drain", more).on("error", () => {});
      more();
    },
    // The same server under another name: to a reader it is another site.
    "/elsewhere": (response) =>
      void response.writeHead(302, { Location: `http://localhost:${new URL(origin).port}/count.json` }).end(),
    "/moved": (response) => void response.writeHead(301, { Location: "/count.json" }).end(),
    "/broken-off": (response) => {
      if (asked++ > 0) return void response.end("whole");
      response.writeHead(200, { "Content-Length": 5 }).write("wh", () => response.destroy());
    },
    "/packed": (response) =>
      void response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(LONG))),
  };
  let server: Server;
  let origin: string;
  let asked = 0;
  const ranges: unknown[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      const answer = answers[request.url ?? ""];
      if (answer) answer(response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is read file by file", async () => {
    const read = openPublished(origin);
    expect(Buffer.from((await read("count.json"))!).toString()).toBe("{}");
    expect(await read("missing")).toBeUndefined();
  });

  it("is asked again for the whole of a file that breaks off", async () => {
    expect(Buffer.from((await openPublished(origin)("broken-off"))!).toString()).toBe("whole");
    expect([asked, ranges.filter((range) => range !== undefined)]).toEqual([2, []]);
  });

  it("is asked for eight files at once, and for no more once the answer is known", async () => {
    const done = new AbortController();
    const waiting: ((answer: Response) => void)[] = [];
    const get = (url: URL, signal: AbortSignal) =>
      new Promise<Response>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        if (signal.aborted) reject(signal.reason);
        const answer = (response: Response) => resolve(Object.defineProperty(response, "url", { value: url.href }));
        waiting.push(answer);
      });
    const read = openPublished(origin, () => {}, get, done.signal);
    const reads = Array.from({ length: 20 }, (_, i) => read(`list/${i}.md`));
    const outcomes = Promise.allSettled(reads);
    await setImmediate();
    expect(waiting.length).toBe(8);
    waiting[0]!(new Response("first"));
    expect(Buffer.from((await reads[0]!)!).toString()).toBe("first");
    await setImmediate();
    expect(waiting.length).toBe(9);
    done.abort();
    const rest = (await outcomes).slice(1);
    expect(rest.every((one) => one.status === "rejected" && /cannot be fetched/.test(String(one.reason)))).toBe(true);
    expect(waiting.length).toBe(20);
  });

  it.each(["endless", "packed"])("is not read on when an answer is too long (%s)", async (path) => {
    await expect(openPublished(origin)(path)).rejects.toThrow(`${path} has more than 4194304 bytes`);
  });

  it("is judged by what it publishes itself, not by where it sends its reader", async () => {
    const read = openPublished(origin);
    await expect(read("elsewhere")).rejects.toThrow("elsewhere: the site sends its readers to another address");
    expect(Buffer.from((await read("moved"))!).toString()).toBe("{}");
  });
});

describe("a published site in a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-published-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is read file by file, and neither a pipe nor a device nor a very long file holds the reader up", async () => {
    writeFileSync(join(folder, "count.json"), "{}");
    mkdirSync(join(folder, "list"));
    writeFileSync(join(folder, "long"), Buffer.alloc(LONG));
    symlinkSync("/dev/zero", join(folder, "device"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const read = openPublished(folder);
    expect(Buffer.from((await read("count.json"))!).toString()).toBe("{}");
    expect(await read("list")).toBeUndefined();
    expect(await read("count.json/more")).toBeUndefined();
    for (const path of ["device", "pipe"]) await expect(read(path)).rejects.toThrow(`${path} is not a file`);
    await expect(read("long")).rejects.toThrow("long has more than 4194304 bytes");
  });
});

describe("a list that somebody kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-kept-"));
  const put = (path: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), path);
  };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is found in its own folder, in a copy of the site, and in the payload of a bag", async () => {
    for (const path of ["own/000.md", "own/x001/234.md", "site/list/000.md", "bag/data/list/000.md"]) put(path);
    const found = async (place: string, path: string) => {
      const bytes = await openKeptList(join(folder, place))(path);
      return bytes && Buffer.from(bytes).toString();
    };
    expect(await found("own", "list/000.md")).toBe("own/000.md");
    expect(await found("own", "list/x001/234.md")).toBe("own/x001/234.md");
    expect(await found("own", "list/001.md")).toBe(undefined);
    expect(await found("site", "list/000.md")).toBe("site/list/000.md");
    expect(await found("bag/data", "list/000.md")).toBe("bag/data/list/000.md");
    expect(() => openKeptList(join(folder, "none"))).toThrow(/^--list: there is no such folder or file/);
  });
});
