import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { addSubmission } from "../../../scripts/form-service/signing/submissions.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";
import { formatBase64url, parseBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { dayOf } from "../../../scripts/letter/bytes/day.ts";
import { type CodePurpose, idOf, mailedCodeOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { loggedEdition } from "../../../scripts/letter/signature/record.ts";
import { parseCampaign } from "../../../scripts/letter/text/campaign.ts";
import { campaignRepository, LOCAL_MODERATOR, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { readRecordAt } from "../../../scripts/outside/git/record-at.ts";
import { openKeys } from "../../../scripts/outside/seal/keys.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { confirm, withdraw } from "../../journeys/signatory.ts";
import { acceptAll } from "../../support/campaigns/accept-all.ts";
import { openRepository } from "../../support/campaigns/repository.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { sizeOf } from "../../support/project/budget.ts";
import type { PostgresServer } from "../../support/servers/postgres.ts";
import { makeDataDir, removeDataDir } from "../../support/servers/service.ts";
import { readSource, root } from "../../support/source.ts";
import { type Instance, startInstance } from "./instances.ts";
import { strike, type Trouble, troubleAt } from "./troubles.ts";

/**
 * `atOnce`: how many type their code at each of the moments at which something happens; `troubleEvery`: which of them is
 * something else than a kill.
 */
export type KillCampaign = {
  seed: number;
  points: number;
  atOnce: number;
  troubleEvery: number;
  instances: number;
  server?: PostgresServer;
};

/** Every fifth trouble is something else than a kill; the first moment passes in peace. */
export const WHOLE_CAMPAIGN = { points: 1 + sizeOf("kills of each service"), atOnce: 100, troubleEvery: 5 };

/**
 * What was seen: how many answers said that it is done, or to try again later (apart from them: while the disk was full), or
 * were cut off; what happened how often.
 */
export type Killed = Record<Outcome | "sheets", number> & { troubles: Partial<Record<Trouble, number>> };

type Outcome = "told" | "putOff" | "noRoom" | "cutOff";

/** Somebody with a mailed code. `seen`: the withdrawal code, once a page has shown it. */
export type Signatory = { s: string; code: string; seen?: string; leaves?: "asked" | "done" };

/**
 * Kills form services at random moments while many confirm and some leave, and while sheets are filed and accepted; in
 * between their disk is full, their clock jumps, or their database goes away.
 * Anyone who was told "signed" must be on exactly one sheet and once on the list, or have left.
 *
 * The submissions are put into the database by hand: what they are for begins with the confirmation.
 */
export async function runKills(campaign: KillCampaign): Promise<Killed> {
  const dataDir = makeDataDir();
  const url = await campaign.server?.newDatabase();
  const settings = {
    ...{ DATA_DIR: dataDir, FILE_EVERY: "300ms", FILE_AT_LEAST: "1", MAIL_URL: "capture:" },
    ...(url === undefined ? {} : { DATABASE_URL: url }),
  };
  const bytes = fixedRandomness(`kills ${campaign.seed}`);
  const random = () => Buffer.from(bytes(4)).readUInt32BE() / 2 ** 32;
  const accept = await openAcceptance(dataDir);
  const edition = await accept();
  const store = await openStore(readSettings(settings).database);
  const all: Signatory[] = [];
  const killed: Killed = { told: 0, putOff: 0, noRoom: 0, cutOff: 0, sheets: 0, troubles: {} };
  const instances = await Promise.all(Array.from({ length: campaign.instances }, () => startInstance(settings)));
  const struck = { instances, settings, server: campaign.server, random };
  try {
    for (let point = 0; point < campaign.points; point++) {
      const fresh = await submitMany(store, campaign.atOnce, edition, bytes);
      all.push(...fresh);
      for (const one of all) if (one.seen !== undefined && !one.leaves && random() < 0.01) one.leaves = "asked";
      // Those who were cut off before try again, so many at once: a crowd that only grows would never be answered.
      const busy = all.filter((one) => !isDone(one)).slice(-2 * campaign.atOnce);
      const trouble = point === 0 ? undefined : troubleAt(point, campaign.troubleEvery, campaign.server);
      const begin = (people: Signatory[]) =>
        people.map((one, i) => attempt(instances[i % instances.length]!, one, trouble));
      // A trouble that lasts strikes some in the midst of it, and others come while it lasts.
      const before = trouble && trouble !== "kill" ? Math.ceil(busy.length / 2) : busy.length;
      const attempts = begin(busy.slice(0, before));
      if (trouble) {
        await answered(attempts, Math.floor(random() * attempts.length));
        await sleep(20 * random());
        const nth = (killed.troubles[trouble] ?? 0) + 1;
        killed.troubles[trouble] = nth;
        await strike(trouble, { ...struck, nth }, () => {
          const others = begin(busy.slice(before));
          attempts.push(...others);
          return answered(others, Math.min(1, others.length));
        });
      }
      for (const outcome of await Promise.all(attempts)) killed[outcome]++;
      if (point % 5 === 0) await accept();
    }
    for (let tries = 0; all.some((one) => !isDone(one)); tries++) {
      if (tries > 20 * campaign.points) throw new Error("somebody cannot sign or leave any more");
      const rest = all.filter((one) => !isDone(one)).slice(0, 2 * campaign.atOnce);
      await Promise.all(rest.map((one, i) => attempt(instances[i % instances.length]!, one)));
    }
    const staying = all.filter(({ leaves }) => leaves === undefined).map(({ seen }) => seen!);
    const waiting = async () => {
      await accept();
      const rows = await store.query.selectFrom("signature").select("id").where("state", "in", WAITING).execute();
      const sheets = await store.query.selectFrom("sheet").select("sheet").execute();
      const withdrawals = await store.query.selectFrom("withdrawal").select("id").execute();
      return rows.length + sheets.length + withdrawals.length;
    };
    // What is lost never comes; on a busy machine the rest takes minutes.
    await expect.poll(waiting, { timeout: 600_000, interval: 500 }).toBe(0);
    killed.sheets = await check(dataDir, store, staying);
    // Typing the code again shows the same withdrawal code, or that there is nothing any more.
    for (const { s, code, seen, leaves } of all.filter((_, i) => i % 10 === 0)) {
      expect(await confirm(instances[0]!.origin, { lang: "en", s }, code)).toBe(leaves ? undefined : seen);
    }
    return killed;
  } catch (cause) {
    const outputs = instances.map((instance) => instance.output().slice(-1500)).join("\n");
    throw new Error(`seed ${campaign.seed}: ${cause}\n${outputs}`, { cause });
  } finally {
    await Promise.all(instances.map((instance) => instance.kill()));
    await store.close();
    removeDataDir(dataDir);
  }
}

/** Waits until so many of them are over: the others are on their way, on a fast machine and on a slow one. */
async function answered(attempts: readonly Promise<unknown>[], count: number): Promise<void> {
  let left = count;
  if (left === 0) return;
  await new Promise<void>((resolve, reject) => {
    for (const one of attempts) one.then(() => --left === 0 && resolve(), reject);
  });
}

const WAITING = ["confirmed", "filing", "filed"] as const;

function isDone({ seen, leaves }: Signatory): boolean {
  return seen !== undefined && leaves !== "asked";
}

/** Submissions as the form leaves them, with the codes that would have been mailed. */
export async function submitMany(
  store: Store,
  count: number,
  edition: string,
  bytes: (count: number) => Uint8Array,
): Promise<Signatory[]> {
  const [expires, today] = [new Date(Date.now() + 3_600_000).toISOString(), dayOf(new Date())];
  const submit = async (): Promise<Signatory> => {
    const [s, key] = [bytes(16), bytes(32)];
    const person = { shown: "name", name: "Sara", place: "", lang: "en", consents: ["handover", "public"] } as const;
    const email = `${formatBase64url(bytes(9))}@example.org`.toLowerCase();
    const code = (purpose: CodePurpose) => mailedCodeOf(key, purpose, email);
    const codes = { confirm: [code("confirm")], leave: [code("leave")] };
    await addSubmission(
      { store, random: bytes, pepper: key },
      { s, codes },
      { ...person, email, edition, expires },
      today,
    );
    return { s: formatBase64url(s), code: codes.confirm[0]! };
  };
  return Promise.all(Array.from({ length: count }, submit));
}

/** The next step of somebody. Put off: nothing can be recorded now, or the code is over while the clock is wrong. */
async function attempt({ origin }: Instance, one: Signatory, trouble?: Trouble): Promise<Outcome> {
  try {
    if (one.seen === undefined) {
      const seen = await confirm(origin, { lang: "en", s: one.s }, one.code);
      if (seen === undefined && trouble === "clock") return "putOff";
      if (seen === undefined) throw new Error("a code that was mailed does not open its submission");
      one.seen = seen;
    } else {
      await withdraw(origin, one.seen);
      one.leaves = "done";
    }
    return "told";
  } catch (error) {
    if (error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message)) return "cutOff";
    if (/expected 503 to be 200/.test(String(error))) return trouble === "fullDisk" ? "noRoom" : "putOff";
    throw error;
  }
}

/** Plays moderators and the workflow: approves and merges what waits, and gives the letter's edition. */
export async function openAcceptance(dataDir: string): Promise<() => Promise<string>> {
  const day = dayOf(new Date());
  const keys = await openKeys(dataDir, parseCampaign(readSource("content/campaign.yaml").text));
  const host = await openLocalGitHost(campaignRepository(dataDir), { folder: root, day });
  return async () => {
    for (const { sheet, commit, acts } of await host.openSheets()) {
      if (acts.length > 0) continue;
      await host.review(sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, day);
    }
    const attestationKey = keys.attestation.publicKey;
    const { main } = await acceptAll({ host, signer: keys.ledger, attestationKey, day, live: async () => undefined });
    return loggedEdition(main.record.entries)!;
  };
}

/** Everybody who stays is on exactly one sheet and once on the list; gives the number of sheets. */
async function check(dataDir: string, store: Store, staying: readonly string[]): Promise<number> {
  const path = campaignRepository(dataDir);
  const repository = openRepository(path);
  const record = await readRecordAt(path, repository.git("rev-parse", "main"));
  const ids = staying.map((code) => idOf(openingOf(code))).sort();
  expect(record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))).sort()).toEqual(ids);
  const refs = repository.git("for-each-ref", "--format=%(refname)", "refs/proposals").split("\n").filter(Boolean);
  const filed = new Map<string, number>();
  for (const ref of refs) {
    const text = repository.read(ref, `signatures/pending/${ref.split("/").at(-1)}.md`).toString("utf8");
    if (!text.includes("\nkind: signatures\n")) continue;
    for (const [, id = ""] of text.matchAll(/^\| ([0-9a-z]{26}) \|/gm)) filed.set(id, (filed.get(id) ?? 0) + 1);
  }
  for (const id of ids) expect(filed.get(id)).toBe(1);
  expect(Math.max(...filed.values())).toBe(1);
  const vault = await store.query.selectFrom("vault").select("id").execute();
  expect(vault.map(({ id }) => id).sort()).toEqual(ids);
  const settled = await store.query.selectFrom("signature").select("id").where("state", "=", "accepted").execute();
  expect(settled.map(({ id }) => id).sort()).toEqual(ids);
  return refs.length;
}
