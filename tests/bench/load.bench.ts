import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startInstance } from "../form-service/crashes/instances.ts";
import { formOf } from "../form-service/harness.ts";
import { startService } from "../support/servers/service.ts";
import type { Bench } from "./bench.ts";
import { openCodes } from "./captured-codes.ts";
import { type Memory, mebibytes, slope } from "./memory.ts";

/** The peak that broke the petitions site of the United Kingdom in 2019. */
const A_MINUTE = 2_000;
/** A person opens the mail and types the code so long after the form was sent. */
const TYPING = 10_000;
/** As many providers as a crowd has: mail to one of them leaves at that one's pace. */
const MAIL_DOMAINS = 50;
const AIM = "aim: p99 at most 150 ms, no errors, flat memory";

export const bench: Bench = {
  about: `${A_MINUTE} signatures a minute on a form service of its own, at fixed moments whether it keeps up or not, filed every six hours`,
  async run(seconds) {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-load-"));
    // The first start puts the letter on the ledger and makes keys and two recipients; what is measured is only the form service.
    await (await startService({ dataDir: folder })).stop();
    const instance = await startInstance({ DATA_DIR: folder, MAIL_URL: "capture:", FILE_EVERY: "6h" });
    try {
      await load(instance.origin, join(folder, "mail"), instance.pid, seconds);
    } finally {
      await instance.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function load(origin: string, mailFolder: string, pid: number, seconds: number): Promise<void> {
  const times = { submission: [] as number[], confirmation: [] as number[] };
  const errors = new Map<string, number>();
  const memory: Memory[] = [];
  const codes = openCodes(mailFolder);
  const post = async (kind: keyof typeof times, status: number, due: number, form: Record<string, string>) => {
    const path = kind === "submission" ? "/en/sign/" : "/en/confirm/";
    const answer = await fetch(origin + path, {
      ...{ method: "POST", redirect: "manual", body: new URLSearchParams(form), signal: AbortSignal.timeout(30_000) },
    });
    await answer.arrayBuffer();
    if (answer.status !== status) throw new Error(`${kind} answered with ${answer.status}`);
    // From the moment it was due: what waits for a slow answer is slow as well.
    times[kind].push(performance.now() - due);
    return answer;
  };
  let late = 0;
  const sign = async (i: number, due: number) => {
    const email = `signer-${i}@provider-${i % MAIL_DOMAINS}.example`;
    const answer = await post("submission", 303, due, formOf({ name: "Sara Azadi", email }));
    const s = new URL(answer.headers.get("location") ?? "", origin).searchParams.get("s") ?? "";
    const code = await codes.of(email);
    const early = due + TYPING - performance.now();
    if (early < 0) late++;
    const typed = performance.now() + Math.max(0, early);
    await wait(typed - performance.now());
    await post("confirmation", 200, typed, { s, code });
  };
  const [start, cpuBefore] = [performance.now(), cpuSeconds(pid)];
  const measuring = setInterval(
    () => memory.push({ at: (performance.now() - start) / 60_000, mebibytes: mebibytes(pid) }),
    1000,
  );
  const signing: Promise<void>[] = [];
  for (let i = 0; i < (A_MINUTE / 60) * seconds; i++) {
    const due = start + (i * 60_000) / A_MINUTE;
    await wait(Math.max(0, due - performance.now()));
    signing.push(
      sign(i, due).catch((error: Error) => {
        errors.set(error.message, (errors.get(error.message) ?? 0) + 1);
      }),
    );
  }
  await Promise.all(signing);
  clearInterval(measuring);
  codes.close();
  const took = (performance.now() - start) / 1000;
  for (const [kind, all] of Object.entries(times)) {
    console.log(`  ${kind}: ${all.length}, p50 ${quantile(all, 0.5)} ms, p99 ${quantile(all, 0.99)} ms`);
  }
  const failed = [...errors].map(([message, count]) => `${count} × ${message}`);
  console.log(`  errors: ${failed.join("; ") || "none"}; mails that took more than ${TYPING / 1000} s: ${late}`);
  const [first, last] = [memory[0]?.mebibytes ?? 0, memory.at(-1)?.mebibytes ?? 0];
  console.log(
    `  memory: ${first.toFixed()} MiB, at the end ${last.toFixed()}, ${slope(memory).toFixed(1)} a minute in the second half`,
  );
  console.log(`  processor: ${((cpuSeconds(pid) - cpuBefore) / took).toFixed(2)} of a core, over ${took.toFixed()} s`);
  console.log(`  ${AIM}`);
}

function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed();
}

/** The time that the process has had of all processors; Linux counts hundredths. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
