import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { post } from "../journeys/signatory.ts";
import { compiled } from "../support/compiled.ts";
import { people } from "../support/fixtures.ts";
import { startPostgres } from "../support/servers/postgres.ts";
import { root } from "../support/source.ts";
import { startInstance } from "./crashes/instances.ts";
import { openAcceptance } from "./crashes/kill-campaign.ts";
import { formOf, type Harness, openHarness, sign, submit } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
  mkdirSync(join(harness.dataDir, "keys"));
  for (const [name, key] of Object.entries(harness.secrets))
    writeFileSync(join(harness.dataDir, "keys", name), `${formatBase64url(key)}\n`);
  for (const lang of ["fa", "en"]) harness.writeSite(`${lang}/sign/index.html`, "the form");
});
afterEach(() => harness.close());

const pauseOn = (settings: Record<string, string>, ...args: string[]) =>
  spawnSync(process.execPath, ["scripts/cli/pause.ts", ...args], {
    ...{ cwd: root, encoding: "utf8" },
    env: { ...compiled, PATH: process.env.PATH, ...settings },
  });
const pause = (...args: string[]) => pauseOn({ DATA_DIR: harness.dataDir }, ...args);
const reasons = ["بازبینان به استراحت نیاز دارند.", "The moderators need <b>a rest</b>."] as const;

it("takes no new signature, says why in the language of the page, and goes on with all else", async () => {
  const waiting = await submit(harness, people.niamh);
  const signed = await sign(harness, people.sara);
  expect(pause(...reasons)).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^campaign \S+; DATA_DIR \S+; database \S+service\.db\n$/),
  });

  for (const [lang, reason] of [
    ["fa", reasons[0]],
    ["en", "The moderators need &lt;b&gt;a rest&lt;/b&gt;."],
  ] as const) {
    const [shown, sent] = [
      await harness.get(`/${lang}/sign/`),
      await harness.post(`/${lang}/sign/`, formOf(people.omid)),
    ];
    expect([shown.status, sent.status]).toEqual([200, 503]);
    expect(shown.headers.get("cache-control")).toBe("no-store");
    for (const html of [await shown.text(), await sent.text()]) expect(html).toContain(reason);
  }
  expect(await harness.store.query.selectFrom("submission").selectAll().execute()).toHaveLength(2);

  expect((await harness.post("/en/confirm/resend/", { s: waiting.s })).status).toBe(200);
  expect((await harness.post("/en/confirm/", waiting)).status).toBe(200);
  expect((await harness.post("/en/withdraw/", { code: signed.withdrawalCode })).status).toBe(200);
  expect((await harness.get("/healthz")).status).toBe(200);

  await harness.restart();
  expect((await harness.post("/en/sign/", formOf(people.omid))).status).toBe(503);
  expect(pause("off").stdout).toBe("signatures are taken again\n");
  expect(await (await harness.get("/fa/sign/")).text()).toBe("the form");
  expect((await harness.post("/en/sign/", formOf(people.omid))).status).toBe(303);
});

it("is obeyed by every instance on one PostgreSQL database, and so is its end", async () => {
  const server = await startPostgres();
  const settings = { DATA_DIR: harness.dataDir, DATABASE_URL: await server.newDatabase(), MAIL_URL: "capture:" };
  await (await openAcceptance(harness.dataDir))();
  const instances = await Promise.all([startInstance(settings), startInstance(settings)]);
  const sent = () =>
    Promise.all(
      instances.map(async ({ origin }) => {
        const answer = await post(`${origin}/en/sign/`, formOf(people.omid));
        return [answer.status, (await answer.text()).includes("a rest")];
      }),
    );
  const taken = [303, false];
  try {
    expect(await sent()).toEqual([taken, taken]);
    expect(pauseOn(settings, ...reasons).status).toBe(0);
    expect(await sent()).toEqual([
      [503, true],
      [503, true],
    ]);
    expect(pauseOn(settings, "off").status).toBe(0);
    expect(await sent()).toEqual([taken, taken]);
  } finally {
    await Promise.all(instances.map((instance) => instance.kill()));
    await server.stop();
  }
});

it("is one state of the database, which the last command has set", () => {
  expect(pause("off").stdout).toBe("signatures were not paused\n");
  expect(pause("الف", "one").status).toBe(0);
  expect(pause("ب", "two").status).toBe(0);
  expect(pause("off").stdout).toBe("signatures are taken again\n");
});

it.each([[[]], [["only one"]], [["a", "b", "c"]], [["", "b"]], [["a\nb", "c"]], [["x".repeat(301), "y"]]])(
  "says what to write instead of %o",
  (args) => {
    const { status, stderr } = pause(...args);
    expect(status).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  },
);
