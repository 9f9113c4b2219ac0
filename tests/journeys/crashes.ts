import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect } from "vitest";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { parseEntry } from "../../scripts/letter/ledger/entry.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { LOCAL_MODERATOR, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness, people } from "../support/fixtures.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { makeDataDir, removeDataDir, type Service, startService } from "../support/servers/service.ts";
import { root } from "../support/source.ts";
import { type Asked, codeIn, confirm, countOf, stateOf, submit, verified, withdraw } from "./signatory.ts";

/** How often the power is cut, and how many type their code at that moment. */
export type Campaign = { seed: number; cuts: number; atOnce: number };

/** Somebody with a mailed code. `seen`: the withdrawal code, once the page has shown it. */
type Signatory = { asked: Asked; code: string; seen?: string; leaves?: "asked" | "done" };

type World = Campaign & {
  dataDir: string;
  mailServer: MailServer;
  signatories: Signatory[];
  /** from 0 to 1; the choices of a seed are the same every time, the moments of the processes are not */
  random: () => number;
};

/**
 * Cuts the power again and again while people confirm and leave, sheets are filed, approved and accepted and the site is
 * built. Anyone who has seen a withdrawal code must be on exactly one sheet and once on the list, or have left.
 */
export async function runCrashes(campaign: Campaign): Promise<void> {
  const bytes = fixedRandomness(campaign.seed);
  const random = () => Buffer.from(bytes(4)).readUInt32BE() / 2 ** 32;
  const [dataDir, mailServer] = [makeDataDir(), await startMailServer()];
  const world: World = { ...campaign, dataDir, mailServer, signatories: [], random };
  try {
    for (let cut = 0; cut < campaign.cuts; cut++) {
      if (cut % 6 === 5) await cutWhileStarting(world);
      else await cutWhileBusy(world);
    }
    const service = await start(world);
    try {
      await finish(world, service);
      await check(world, service);
    } catch (cause) {
      throw new Error(`seed ${campaign.seed}: ${cause}\n${service.output().slice(-2000)}`, { cause });
    } finally {
      await service.stop();
    }
  } finally {
    await mailServer.stop();
    removeDataDir(dataDir);
  }
}

function start({ dataDir, mailServer }: World, onSpawn?: (kill: () => void) => void): Promise<Service> {
  const settings = { MAIL_URL: mailServer.url, FILE_EVERY: "100ms" };
  return startService({ dataDir, settings, ...(onSpawn && { onSpawn }) });
}

async function cutWhileStarting(world: World): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const started = start(world, (kill) => {
    timer = setTimeout(kill, 3000 * world.random());
  });
  await started.then(
    // Done before the cut came: it comes now.
    (service) => service.kill(),
    () => {},
  );
  clearTimeout(timer);
}

async function cutWhileBusy(world: World): Promise<void> {
  const service = await start(world);
  const late = world.signatories.filter(({ seen, leaves }) => seen === undefined || leaves === "asked");
  const fresh = await Promise.all(Array.from({ length: world.atOnce }, () => ask(world, service)));
  const leaving = world.signatories.filter(({ seen, leaves }) => seen && !leaves && world.random() < 0.1);
  for (const signatory of leaving) signatory.leaves = "asked";
  world.signatories.push(...fresh);
  const busy = [...fresh, ...late, ...leaving].map((signatory) => unlessCut(go(service, signatory)));
  // Most of what matters happens at once; the site is built about a second later.
  const moment = 2500 * world.random() ** 2;
  const moderating = unlessCut(moderate(world, service, Date.now() + moment));
  await sleep(moment);
  await service.kill();
  await Promise.all([...busy, moderating]);
}

async function ask({ seed, signatories, mailServer, random }: World, service: Service): Promise<Signatory> {
  const { name, place, lang } = Object.values(people)[signatories.length % 9]!;
  const email = `signatory-${seed}-${Math.floor(random() * 2 ** 32)}@example.org`;
  const shown = (["name", "hidden", "initials", "counted"] as const)[Math.floor(4 * random())]!;
  const asked = await submit(service.origin, { lang, name, place, email, shown });
  return { asked, code: codeIn(await mailServer.waitForMail(email)) };
}

/** The next step of somebody, who tries again what the power cut has interrupted. */
async function go(service: Service, signatory: Signatory): Promise<void> {
  const { asked, code, seen, leaves } = signatory;
  if (seen === undefined) {
    const withdrawalCode = await confirm(service.origin, asked, code);
    if (withdrawalCode === undefined) throw new Error("a code that was mailed does not open its submission");
    signatory.seen = withdrawalCode;
  } else if (leaves === "asked") {
    await withdraw(service.origin, seen);
    signatory.leaves = "done";
  }
}

/** Approves what waits, by the command now and then, else as the command does. */
async function moderate(world: World, service: Service, until: number): Promise<void> {
  while (Date.now() < until) {
    const pending = pendingIn(world);
    if (world.random() < 0.1 && pending[0]) await service.run("moderate", "approve", pending[0]);
    else await approveIn(world, pending);
    await sleep(100);
  }
}

function pendingIn({ dataDir }: World): string[] {
  const branches = openRepository(`${dataDir}/campaign.git`).branches();
  return branches.flatMap((name) => /^pending\/(.*)/.exec(name)?.[1] ?? []);
}

async function approveIn({ dataDir }: World, sheets: readonly string[]): Promise<void> {
  const [path, day] = [`${dataDir}/campaign.git`, new Date().toISOString().slice(0, 10)];
  const host = await openLocalGitHost(path, { folder: root, day });
  for (const { sheet, commit, acts } of await host.openSheets()) {
    if (!sheets.includes(sheet) || acts.length > 0) continue;
    await host.review(sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, day);
  }
}

/** What a cut line does to a request is expected; a wrong answer is not. */
async function unlessCut(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message))) throw error;
  });
}

/** Everybody comes to an end, and everything that waits is approved. */
async function finish(world: World, service: Service): Promise<void> {
  const { signatories } = world;
  for (const signatory of signatories) while (!isDone(signatory)) await go(service, signatory);
  const staying = signatories.filter(({ leaves }) => leaves === undefined).length;
  const progress = async () => {
    await approveIn(world, pendingIn(world));
    return { listed: (await countOf(service.origin)).listed, waiting: pendingIn(world).length };
  };
  await expect.poll(progress, { timeout: 120_000, interval: 500 }).toEqual({ listed: staying, waiting: 0 });
}

function isDone({ seen, leaves }: Signatory): boolean {
  return seen !== undefined && leaves !== "asked";
}

async function check({ dataDir, signatories }: World, service: Service): Promise<void> {
  const path = `${dataDir}/campaign.git`;
  const repository = openRepository(path);
  const staying = signatories.filter(({ leaves }) => leaves === undefined).map(({ seen }) => seen!);
  const left = signatories.filter(({ leaves }) => leaves === "done").map(({ seen }) => seen!);

  const record = await readRecordAt(path, repository.git("rev-parse", "main"));
  const openings = staying.map((code) => formatBase64url(openingOf(code)));
  expect(record.rows.map(({ opening }) => opening).sort()).toEqual(openings.sort());
  const contacts = record.entries.flatMap((line) => {
    const entry = parseEntry(line);
    return entry.kind === "accept" ? [entry.contactCommitment] : [];
  });
  expect(new Set(contacts).size).toBe(contacts.length);

  const sheets = repository.git("for-each-ref", "--format=%(refname)", "refs/proposals").split("\n").filter(Boolean);
  const filed = new Map<string, number>();
  for (const ref of sheets) {
    const text = repository.read(ref, `signatures/pending/${ref.split("/").at(-1)}.md`).toString("utf8");
    if (!text.includes("\nkind: signatures\n")) continue;
    for (const [, id = ""] of text.matchAll(/^\| ([0-9a-z]{26}) \|/gm)) filed.set(id, (filed.get(id) ?? 0) + 1);
  }
  for (const code of staying) expect(filed.get(idOf(openingOf(code)))).toBe(1);
  expect(Math.max(...filed.values())).toBe(1);

  for (const { asked, code, seen, leaves } of signatories) {
    // Those who have left no longer read there that the signature counts.
    expect(await confirm(service.origin, asked, code)).toBe(leaves ? undefined : seen);
  }
  const settled = async (codes: string[]) =>
    new Set(await Promise.all(codes.map((code) => stateOf(service.origin, code))));
  const polling = { timeout: 60_000, interval: 1000 };
  if (staying.length > 0) await expect.poll(() => settled(staying), polling).toEqual(new Set(["accepted"]));
  if (left.length > 0) expect(await settled(left)).toEqual(new Set(["withdrawn"]));
  const database = new Database(`${dataDir}/service.db`, { readonly: true });
  const unsettled = "SELECT (SELECT count(*) FROM sheet) + (SELECT count(*) FROM withdrawal) AS count";
  await expect.poll(() => database.prepare(unsettled).get(), polling).toEqual({ count: 0 });
  expect(database.prepare("SELECT count(*) AS count FROM vault").get()).toEqual({ count: staying.length });
  database.close();
  expect(await verified(service, `${service.origin}/`)).toContain(`, ${staying.length} listed, `);
}
