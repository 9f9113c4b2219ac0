import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import type { Totals } from "../../../scripts/letter/signature/record.ts";
import { writeBag } from "../../../scripts/outside/bag/writer.ts";
import { openPublished } from "../../../scripts/outside/published.ts";
import { openShardPool } from "../../../scripts/outside/shards/pool.ts";
import { readFrom, type Site, vkey } from "../../letter/invented.ts";
import { verifyOneAfterTheOther } from "../../letter/published/one-after-the-other.ts";

export const PLACES = ["folder", "bag", "address"] as const;
export type Place = (typeof PLACES)[number];

/** Puts a site into a folder, a bag or at an address, and verifies it there on several threads. */
export type Places = {
  verify(site: Site, place: Place): Promise<string>;
  close(): Promise<void>;
};

export async function openPlaces(): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-places-"));
  // All of it on the pool: not even the first shards are worked on here.
  const pool = openShardPool(2, 0);
  let served: Site = new Map();
  const server = createServer((request, response) => {
    const body = served.get((request.url ?? "/").slice(1).replace(/(^|\/)$/, "$1index.html"));
    response.writeHead(body ? 200 : 404).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const put: Record<Place, (site: Site, at: string) => Promise<string>> = {
    async folder(site, at) {
      for (const [path, bytes] of site) {
        mkdirSync(dirname(join(at, path)), { recursive: true });
        writeFileSync(join(at, path), bytes);
      }
      return at;
    },
    async bag(site, at) {
      const info = new Map([["Contact-Email", "letter@example.org"]]);
      await writeBag(`${at}.tar`, { name: "letter", day: "2026-11-27", payload: [...site], info });
      return `${at}.tar`;
    },
    async address(site) {
      served = site;
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    },
  };
  let number = 0;
  return {
    async verify(site, place) {
      const at = join(folder, String(number++));
      const done = new AbortController();
      const read = openPublished(await put[place](site, at), () => {}, undefined, done.signal);
      const outcome = await outcomeOf(() => verifyPublished(read, vkey, { work: pool }));
      done.abort();
      rmSync(at, { recursive: true, force: true });
      return outcome;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await pool.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the plainest way says of a site. */
export function plainOutcome(site: Site): Promise<string> {
  return outcomeOf(() => verifyOneAfterTheOther(readFrom(site), vkey));
}

/** The totals, or the code and the message of the error. */
async function outcomeOf(verify: () => Promise<Totals>): Promise<string> {
  try {
    const { accepted, withdrawn, listed, shown, size, root } = await verify();
    return JSON.stringify({ accepted, withdrawn, listed, shown, size, root });
  } catch (cause) {
    return `${(cause as LetterError).code}: ${(cause as LetterError).message}`;
  }
}
