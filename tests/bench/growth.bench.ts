import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { SHOWN } from "../../scripts/letter/signature/shown.ts";
import { campaignRepository, LOCAL_MODERATOR } from "../../scripts/outside/git/local-host.ts";
import { listRefs, PENDING } from "../../scripts/outside/git/ref.ts";
import { appendReview } from "../../scripts/outside/git/review-chain.ts";
import { runGit } from "../../scripts/outside/git/run.ts";
import { formOf } from "../form-service/harness.ts";
import { type Service, startService } from "../support/servers/service.ts";
import type { Bench, Figure } from "./bench.ts";
import { openCodes } from "./captured-codes.ts";
import { type Memory, mebibytes, slope } from "./memory.ts";

const A_SECOND = 5;

export const bench: Bench = {
  about: `what grows in a whole campaign on this machine (npm start) at ${A_SECOND} signatures a second, filed every 15 s and each sheet approved (--seconds 900 says something)`,
  async run({ seconds }) {
    const dataDir = mkdtempSync(join(tmpdir(), "undersigned-growth-"));
    const service = await startService({ dataDir, settings: { FILE_EVERY: "15s", MAIL_URL: "capture:" } });
    try {
      return await grow(service, seconds);
    } finally {
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

async function grow({ origin, pid, dataDir }: Service, seconds: number): Promise<Figure[]> {
  const repository = campaignRepository(dataDir);
  const codes = openCodes(join(dataDir, "mail"));
  const memory: Memory[] = [];
  const errors = new Map<string, number>();
  const noteError = (error: Error) => errors.set(error.message, (errors.get(error.message) ?? 0) + 1);
  const start = performance.now();
  const measuring = setInterval(() => {
    memory.push({ at: (performance.now() - start) / 60_000, mebibytes: mebibytes(pid) });
  }, 1000);
  const approved = new Set<string>();
  const approving = setInterval(() => void approveAll(repository, approved).catch(noteError), 1000);
  let told = 0;
  const sign = async (i: number) => {
    const email = `signer-${i}@provider-${i % 50}.example`;
    const shown = SHOWN[i % SHOWN.length]!;
    const asked = await post(`${origin}/en/sign/`, 303, formOf({ name: "Sara Azadi", email }, { shown }));
    const s = new URL(asked.headers.get("location") ?? "", origin).searchParams.get("s") ?? "";
    await post(`${origin}/en/confirm/`, 200, { s, code: await codes.of(email) });
    told++;
  };
  const signing: Promise<unknown>[] = [];
  for (let i = 0; i < A_SECOND * seconds; i++) {
    await wait(Math.max(0, start + (i * 1000) / A_SECOND - performance.now()));
    signing.push(sign(i).catch(noteError));
  }
  await Promise.all(signing);
  for (const timer of [measuring, approving]) clearInterval(timer);
  codes.close();

  const sizes = memory.map(({ mebibytes }) => mebibytes);
  if (errors.size > 0) console.log(`  errors: ${formatCounts(errors)}`);
  const database = statSync(join(dataDir, "service.db")).size / 1024;
  const git = (await runGit(repository, ["count-objects", "-v"])).stdout.toString("utf8");
  const number = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(git)?.[1]);
  return [
    { name: "signatures", value: told, unit: "" },
    { name: "sheets", value: approved.size, unit: "" },
    { name: "errors", value: [...errors.values()].reduce((sum, count) => sum + count, 0), unit: "", atMost: 0 },
    { name: "memory at the start", value: sizes[0] ?? 0, unit: "MiB" },
    { name: "memory at most", value: Math.max(...sizes), unit: "MiB", atMost: 350 },
    { name: "growth of memory in the second half", value: slope(memory), unit: "MiB a minute" },
    { name: "database, for each signature", value: database / told, unit: "KiB" },
    { name: "git, for each signature", value: (number("size") + number("size-pack")) / told, unit: "KiB" },
    { name: "loose objects", value: number("count"), unit: "", atMost: 1_000 },
    { name: "packs", value: number("packs"), unit: "" },
  ];
}

async function post(url: string, status: number, form: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams(form);
  const answer = await fetch(url, { method: "POST", redirect: "manual", body, signal: AbortSignal.timeout(30_000) });
  await answer.arrayBuffer();
  if (answer.status !== status) throw new Error(`${new URL(url).pathname} answered with ${answer.status}`);
  return answer;
}

/** What a moderator does in another terminal, without the cost of a command. */
async function approveAll(repository: string, approved: Set<string>): Promise<void> {
  for (const [sheet, commit] of await listRefs(repository, PENDING)) {
    if (approved.has(sheet)) continue;
    approved.add(sheet);
    const act = { by: LOCAL_MODERATOR, state: "approved", commit, body: "" } as const;
    await appendReview(repository, sheet, act, dayOf(new Date()));
  }
}

function formatCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, count]) => `${count} × ${what}`).join("; ") || "none";
}
