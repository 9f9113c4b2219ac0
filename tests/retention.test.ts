import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { codeMail } from "../scripts/form-service/mail/message.ts";
import { openStore, type Store } from "../scripts/form-service/store/schema.ts";
import { publicPayload } from "../scripts/handover/public-payload.ts";
import { contactPath, SINCE_CHECKPOINT_PATH, SINCE_PATH } from "../scripts/letter/handover/contacts-payload.ts";
import { invent, inventedCampaign, keys } from "./letter/invented.ts";
import { formatRetention, RETENTION } from "./support/project/retention.ts";
import { readSources, root } from "./support/source.ts";

// A reader of the privacy page finds for each datum where it is, until when, and who can read it. So whatever is stored
// must have a row: these tests walk what there is, and find what has none.

const holds = Object.values(RETENTION).flatMap((row) => row.holds);
const known = (kind: string) =>
  holds.flatMap((place) => (place.startsWith(`${kind} `) ? [place.slice(kind.length + 1)] : []));
const without = (kind: string, found: readonly string[]) => found.filter((name) => !known(kind).includes(name));
const scripts = readSources("scripts");

describe("every datum has a row on the privacy page", () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-retention-"));
    store = await openStore({ kind: "sqlite", path: join(folder, "service.db") });
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("each column of the database", async () => {
    const tables = (await store.query.introspection.getTables()).filter(({ name }) => !/migration/.test(name));
    const columns = tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
    expect(columns.length).toBeGreaterThan(40);
    expect(without("database", columns)).toEqual([]);
  });

  it("each file and folder that the code puts into the data folder", () => {
    const names = scripts.flatMap(({ text }) => [
      ...[
        ...text.matchAll(/(?:join|seed)\((?:[\w.]*dataDir|[^()]*DATA_DIR[^(),]*), "([\w.-]+)"(?:, "([\w.-]+)")?/g),
      ].flatMap((found) => found.slice(1)),
      ...[...text.matchAll(/\bDATA_DIR\/([\w-]+(?:\.\w+)?)/g)].map(([, name]) => name),
    ]);
    const found = [...new Set(names)].filter((name) => name !== undefined);
    expect(found).toEqual(expect.arrayContaining(["service.db", "campaign.git", "backups.json", "mail", "builds"]));
    expect(without("folder", found)).toEqual([]);
  });

  it("each part of a mail", () => {
    expect(without("mail", Object.keys(codeMail("en", "a@example.org", "7KQM4TXR")))).toEqual([]);
  });

  it("each number for whoever runs the service", () => {
    const { text } = scripts.find(({ path }) => path.endsWith("form-service/metrics.ts"))!;
    const names = [...text.matchAll(/"(undersigned_\w+)"/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(8);
    expect(without("metric", names)).toEqual([]);
  });

  it("each file of the bags", () => {
    const { main } = inventedCampaign(2, 3);
    const paths = [...publicPayload(main.record, keys)].map(([path]) => path);
    paths.push(contactPath(invent(0).row.id), SINCE_PATH, SINCE_CHECKPOINT_PATH);
    const patterns = known("bag").map((pattern) => new RegExp(pattern));
    expect(paths.length).toBeGreaterThan(12);
    expect(paths.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it("each artifact of a workflow", () => {
    const folder = join(root, ".github/workflows");
    type Step = { uses?: string; with?: { name?: string } };
    const steps = readdirSync(folder).flatMap((file) =>
      Object.values(parse(readFileSync(join(folder, file), "utf8")).jobs as Record<string, { steps?: Step[] }>).flatMap(
        (job) => job.steps ?? [],
      ),
    );
    const names = steps.flatMap(({ uses = "", with: inputs }) =>
      /\/upload-pages-artifact@/.test(uses) ? ["github-pages"] : /\/upload-artifact@/.test(uses) ? [inputs!.name!] : [],
    );
    expect(names.sort()).toEqual(["bag", "github-pages"]);
    expect(without("artifact", names)).toEqual([]);
  });
});

describe("each row", () => {
  const parts = (text: string, by: string) =>
    [text.slice(0, text.indexOf(by)), text.slice(text.indexOf(by) + by.length)] as const;

  it.each(Object.entries(RETENTION))("names code and tests that there are: %s", (_, { deletedBy, heldBy, byHand }) => {
    for (const [path, name] of deletedBy.map((one) => parts(one, ":"))) {
      expect(readFileSync(join(root, path), "utf8")).toMatch(new RegExp(`^export (async )?function ${name}\\(`, "m"));
    }
    for (const [path, title] of heldBy.map((one) => parts(one, ": "))) {
      expect(readFileSync(join(root, path), "utf8"), title).toContain(`it("${title}`);
    }
    if (deletedBy.length > 0) expect(heldBy.length).toBeGreaterThan(0);
    // Nothing is kept without an end, but the ledger.
    else expect(byHand ?? known("git").includes("ledger")).toBeTruthy();
  });

  it("is in .github/data-protection/retention.md, word for word", async () => {
    await expect(formatRetention()).toMatchFileSnapshot(join(root, ".github/data-protection/retention.md"));
  });
});
