import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NOTHING_FOUND, type SheetFindings } from "../../scripts/form-service/filing/stuck-sheets.ts";
import { type Metrics, openMetrics } from "../../scripts/form-service/metrics.ts";
import { listenForMetrics, type MetricsListener } from "../../scripts/form-service/metrics-listener.ts";
import { createApp } from "../../scripts/form-service/web/app.ts";
import { daysLeft } from "../../scripts/letter/ledger/promised-days.ts";
import type { Stage } from "../../scripts/letter/ledger/signing.ts";
import type { LeftRows } from "../../scripts/outside/git/left-rows.ts";
import { people } from "../support/fixtures.ts";
import { ownAddress } from "../support/own-address.ts";
import { root } from "../support/source.ts";
import { GOOD_DAY, SITUATIONS } from "./alerts/situations.ts";
import { formOf, type Harness, openHarness, sign } from "./harness.ts";

let harness: Harness;
let metrics: Metrics;
let listener: MetricsListener;
let left: LeftRows = { rows: 0, oldest: undefined };
let found: SheetFindings = NOTHING_FOUND;
beforeAll(async () => {
  harness = await openHarness({ settings: { LIMITS: "off" } });
  metrics = openMetrics(
    {
      ...{ store: harness.store, mails: harness.service.mails, clock: harness.clock },
      ...{ watch: harness.service.watch, leftRows: async () => left },
    },
    harness.service.log,
  );
  metrics.watchSheets(() => found);
  listener = await listenForMetrics(metrics, 0);
});
afterAll(async () => {
  await listener.close();
  await harness.close();
});

const read = async () => (await fetch(`http://127.0.0.1:${listener.port}/metrics`)).text();
const ours = (text: string) => text.split("\n").filter((line) => /^undersigned_(?!answer_seconds)/.test(line));
const numberOf = (text: string, series: string) =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${series} `))
      ?.split(" ")[1],
  );

describe("the numbers for whoever runs the service", () => {
  it("are of things and never of people: no label holds what came from outside", async () => {
    const app = createApp({ ...harness.service, metrics });
    const ask = (path: string, init: RequestInit = {}) => app.fetch(new Request(`http://localhost:8080${path}`, init));
    await ask(`/en/confirm/?s=AAAAAAAAAAAAAAAAAAAAAA&email=${people.sara.email}`, {
      headers: { "User-Agent": "Canary/1" },
    });
    await ask("/secret-path-of-mine/", { method: "BREW" });
    await ask("/en/sign/", { method: "POST", body: new URLSearchParams(formOf(people.sara)) });
    const text = await read();
    expect(text).not.toMatch(/canary|secret|brew|example\.org|sara|AAAAAA/i);
    const labels = ours(text).flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, value]) => value!));
    const known =
      "form page file 1xx 2xx 3xx 4xx 5xx waiting putOff sent refused dropped confirmed filing filed sheets signatures looking expiry done failed";
    expect(labels.filter((value) => !known.split(" ").includes(value))).toEqual([]);
  });

  it("tell how many sheets are stuck, and in tens how many signatures the database does not know", async () => {
    found = { stuck: [{ sheet: "3v9c", reason: "its branch is gone" }], onlyOpen: new Set<string>(), unknown: 3 };
    const text = await read();
    expect(numberOf(text, "undersigned_stuck_sheets")).toBe(1);
    expect(numberOf(text, "undersigned_unknown_signatures")).toBe(10);
    expect(text).not.toContain("3v9c");
    found = NOTHING_FOUND;
    expect(numberOf(await read(), "undersigned_stuck_sheets")).toBe(0);
  });

  it("do not move by what one person does, but by what ten do", async () => {
    const before = ours(await read());
    await sign(harness, people.niamh);
    expect(ours(await read())).toEqual(before);
    for (let i = 0; i < 10; i++) await sign(harness, { name: "Sara", email: `person${i}@example.org` });
    const after = await read();
    expect(numberOf(after, 'undersigned_signatures{state="confirmed"}')).toBe(10);
    expect(numberOf(after, 'undersigned_mails{state="sent"}')).toBe(10);
  });

  it("tell failures of the machine one by one", async () => {
    metrics.noteAnswer(new Request("http://localhost/"), new Response("", { status: 503 }), 5);
    await expect(metrics.round("filing", () => Promise.reject(new Error("away")))).rejects.toThrow();
    const text = await read();
    expect(numberOf(text, "undersigned_failed_answers_total")).toBe(1);
    expect(numberOf(text, 'undersigned_rounds_total{round="filing",outcome="failed"}')).toBe(1);
  });

  it("tell how long sheets wait, in days", async () => {
    await harness.round();
    harness.clock.set("2026-11-25T12:00:00Z");
    expect(numberOf(await read(), 'undersigned_oldest_sheet_days{state="filed"}')).toBe(3.5);
    expect(numberOf(await read(), 'undersigned_sheets{state="filed"}')).toBe(1);
  });

  it("tell in tens how many rows are to be erased from the history, and since when", async () => {
    left = { rows: 19, oldest: "2026-10-26" };
    const text = await read();
    expect(numberOf(text, "undersigned_left_rows")).toBe(10);
    expect(numberOf(text, "undersigned_oldest_left_row_days")).toBe(30.5);
    left = { rows: 0, oldest: undefined };
    expect(numberOf(await read(), "undersigned_oldest_left_row_days")).toBe(0);
  });

  it("tell how many days are left until each promised day, and only of promises that are open", async () => {
    const campaign = { hand_over_by: "2026-12-02", destroy_by: undefined };
    let stage: Stage = "gathering";
    metrics.watchPromises(() => daysLeft(campaign, stage, "2026-12-04"));
    const series = 'undersigned_promised_days_left{promise="hand_over_by"}';
    expect(numberOf(await read(), series)).toBe(-2);
    expect(await read()).not.toContain('promise="destroy_by"');
    stage = "handed_over";
    expect(await read()).not.toContain(series);
    stage = "gathering";
  });

  it("tell how many exits of Tor are known, and how old their list is where there is one", async () => {
    let days: number | undefined = 3;
    metrics.watchExits(() => ({ addresses: 1204, days }));
    const told = await read();
    expect([numberOf(told, "undersigned_tor_exits"), numberOf(told, "undersigned_tor_exits_days")]).toEqual([1204, 3]);
    days = undefined;
    expect(await read()).not.toMatch(/^undersigned_tor_exits_days /m);
    days = 0;
    expect(numberOf(await read(), "undersigned_tor_exits_days")).toBe(0);
  });

  it("answer nothing else, and nobody but this machine", async () => {
    expect((await fetch(`http://127.0.0.1:${listener.port}/`)).status).toBe(404);
    const address = ownAddress();
    if (address !== undefined) await expect(fetch(`http://${address}:${listener.port}/metrics`)).rejects.toThrow();
  });

  it.each([
    ["localhost", 200],
    ["127.0.0.1:9000", 200],
    ["[::1]", 200],
    ["attacker.example", 403],
    ["localhost.attacker.example", 403],
  ])("answer under the host %j with %i: no other site's name that leads here reads them", async (host, status) => {
    const asked = request({ port: listener.port, host: "127.0.0.1", path: "/metrics", headers: { host } }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });

  it("have every series that an alert compares from the start, and every alert is tried in a situation of its own", async () => {
    const fresh = openMetrics(
      {
        ...{ store: harness.store, mails: harness.service.mails, clock: harness.clock },
        ...{ watch: harness.service.watch, leftRows: async () => left },
      },
      harness.service.log,
    );
    fresh.watchSheets(() => found);
    fresh.watchPromises(() => daysLeft({ destroy_by: "2027-06-30" }, "gathering", "2026-12-04"));
    fresh.watchExits(() => ({ addresses: 1, days: 1 }));
    const labels = (series: string) => (series.match(/\w+="[^"]*"/g) ?? []).sort().join();
    const known = (await fresh.read()).split("\n").map((line) => line.replace(/ \S+$/, ""));
    const shown = new Set(known.map((series) => `${series.split("{")[0]} ${labels(series)}`));
    const asked = [GOOD_DAY, ...SITUATIONS.map(({ series }) => series)].flatMap((series) => Object.keys(series));
    const missing = asked.filter((series) => !shown.has(`${series.split("{")[0]} ${labels(series)}`));
    expect(new Set(missing)).toEqual(new Set(['up{job="undersigned"}'])); // Prometheus' own
    const { groups } = parse(readFileSync(join(root, ".github/operations/alerts.yml"), "utf8")) as Rules;
    const tried = SITUATIONS.flatMap(({ firing }) => firing);
    expect(new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))).toEqual(new Set(tried));
  });

  it("are the ones that dashboard and alerts ask for", async () => {
    const known = new Set((await read()).match(/^[a-z_]\w+/gm));
    const operations = join(root, ".github/operations");
    const rules = (parse(readFileSync(join(operations, "alerts.yml"), "utf8")) as Rules).groups.flatMap(
      ({ rules }) => rules,
    );
    const { panels } = JSON.parse(readFileSync(join(operations, "dashboard.json"), "utf8")) as Dashboard;
    const asked = [
      ...rules.map(({ expr }) => expr),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const names = new Set(asked.flatMap((text) => text.match(/\b(undersigned|nodejs|process)_\w+/g) ?? []));
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(10);
    expect(rules.every(({ annotations }) => annotations.summary.length > 20)).toBe(true);
  });
});

type Rules = { groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[] };
type Dashboard = { panels: { targets: { expr: string }[] }[] };
