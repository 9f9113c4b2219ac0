import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { LocalSite } from "../../scripts/accept/local-site.ts";
import type { findLeftLists } from "../../scripts/form-service/filing/restored-service.ts";
import type { Store } from "../../scripts/form-service/store/schema.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import type { OpenedPlaces } from "../../scripts/handover/open-handover.ts";
import { readTagged, writePublicBag } from "../../scripts/handover/public-bag.ts";
import type { PublicKeys } from "../../scripts/letter/published/files.ts";
import { noPages } from "../support/campaigns/handover.ts";
import type { Received } from "./world.ts";

/** A small breakage by which somebody who left comes back, or is counted. Each names the part that it breaks. */
export type Leak = {
  readonly store?: (store: Store) => Promise<void>;
  readonly site?: (site: LocalSite, keys: PublicKeys) => LocalSite;
  readonly lists?: (found: Awaited<ReturnType<typeof findLeftLists>>) => Awaited<ReturnType<typeof findLeftLists>>;
  readonly places?: (places: OpenedPlaces) => OpenedPlaces;
  readonly beforeOpening?: (one: Received) => void;
  readonly beforePurge?: (one: Received, place: HandoverPlace) => Promise<void> | void;
};

/** Nothing is deleted from a table any more: the row stays, and nobody is told. */
export function keepsRows(...tables: string[]): Leak {
  return {
    store: async ({ query }) => {
      for (const table of tables)
        await sql`create trigger if not exists ${sql.id(`keep_${table}`)} before delete on ${sql.id(table)}
          begin select raise(ignore); end`.execute(query);
    },
  };
}

/** Nothing gets into a table any more. */
export function losesRows(table: string): Leak {
  return {
    store: async ({ query }) => {
      await sql`create trigger if not exists ${sql.id(`lose_${table}`)} before insert on ${sql.id(table)}
        begin select raise(ignore); end`.execute(query);
    },
  };
}

/** The purge keeps a public bag, made of the tag's record and not of the present one. */
export const bagOfTag: Leak = {
  async beforePurge({ handover }, { repository, keys, settings: { dataDir } }) {
    const tagged = await readTagged(repository, handover);
    await writePublicBag(handover, { ...tagged, spent: undefined }, keys, join(dataDir, "kept"), () => {}, noPages);
  },
};

/** A restoration that asks nobody who has left. */
export const ignoresLists: Leak = { lists: () => [] };

/** The purge does not know of the bags that this machine has made. */
export const keepsBags: Leak = {
  beforePurge: (_one, { settings }) => rmSync(join(settings.dataDir, "copies.json"), { force: true }),
};

/** An opening forgets that the one before it wrote a last file to import, no matter who was in it. */
export const keepsOpened: Leak = {
  beforeOpening({ out }) {
    const [all, last] = [join(out, "signatories.csv"), join(out, "import-9.csv")];
    if (existsSync(all)) cpSync(all, last);
    rmSync(join(out, "files.txt"), { force: true });
  },
};

/** Records are opened and sealed again without asking who has left. */
export const asksNobody: Leak = { places: ({ site: _, ...places }) => places };

/** An older build stays beside the one that is served. */
export const keepsBuilds: Leak = {
  site: (site) => ({
    ...site,
    async publish(main) {
      const [builds, kept] = [join(site.folder, "../builds"), join(site.folder, "../kept-builds")];
      if (existsSync(builds)) cpSync(builds, kept, { recursive: true });
      await site.publish(main);
    },
  }),
};

/** The published count is too high by one. */
export const countsWrong: Leak = {
  site: (site) => ({
    ...site,
    async publish(main) {
      await site.publish(main);
      const path = join(site.folder, "count.json");
      const count = JSON.parse(readFileSync(path, "utf8"));
      await writeFile(path, JSON.stringify({ ...count, listed: main.record.rows.length + 1 }));
    },
  }),
};
